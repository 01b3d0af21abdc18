package book

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// TooMany is returned when an address has used up its turns.
type TooMany struct{ RetryAfter time.Duration }

func (e *TooMany) Error() string {
	return fmt.Sprintf("too many entries from this address, try again in %s", e.RetryAfter)
}

// Admit takes one of the turns that an address has within a window of time. The
// count lies in the database, because each request may be a process of its own,
// and no longer than the window. Errors: *TooMany.
func (b *Book) Admit(ctx context.Context, address string, now time.Time, turns int, window time.Duration) error {
	return write(ctx, b.db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM signings WHERE at <= ?", now.Add(-window).UnixMilli()); err != nil {
			return err
		}
		var taken int
		var first int64
		err := tx.QueryRowContext(ctx, "SELECT count(*), ifnull(min(at), 0) FROM signings WHERE address = ?", address).
			Scan(&taken, &first)
		if err != nil {
			return err
		}
		if taken >= turns {
			return &TooMany{RetryAfter: time.UnixMilli(first).Add(window).Sub(now)}
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO signings VALUES (?, ?)", address, now.UnixMilli())
		return err
	})
}
