package book

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
)

// schema is the history of the tables: each step is applied once, in order, and
// never edited afterwards. The database's user_version counts them.
func schema() []string {
	return []string{`
CREATE TABLE entries (
	id      INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again, since addresses refer to it
	name    TEXT    NOT NULL,
	message TEXT    NOT NULL,
	visitor TEXT    NOT NULL, -- the session that left it; '' for none
	signed  INTEGER NOT NULL  -- milliseconds since 1970
);
CREATE TABLE pictures (
	entry  INTEGER PRIMARY KEY REFERENCES entries ON DELETE CASCADE,
	width  INTEGER NOT NULL,
	height INTEGER NOT NULL,
	digest TEXT    NOT NULL,
	data   BLOB    NOT NULL  -- last, so that reading the other columns does not touch it
);
CREATE TABLE signings (
	address TEXT    NOT NULL, -- keyed hash
	at      INTEGER NOT NULL
);
CREATE INDEX signings_by_address ON signings (address, at);
CREATE TABLE secrets (
	name  TEXT PRIMARY KEY,
	value BLOB NOT NULL
) WITHOUT ROWID;`,
	}
}

// migrate brings the tables up to date. It costs one small query if they are.
// Processes that start at once wait for each other, and all but the first find
// nothing left to do.
func migrate(ctx context.Context, db *sql.DB) error {
	steps := schema()
	switch done, err := version(ctx, db); {
	case err != nil:
		return err
	case done == len(steps):
		return nil
	}
	return write(ctx, db, func(tx *sql.Tx) error {
		done, err := version(ctx, tx)
		if err != nil {
			return err
		}
		if done > len(steps) {
			return fmt.Errorf("the database is of version %d, this program knows %d: it is older than the database", done, len(steps))
		}
		for _, step := range steps[done:] {
			if _, err := tx.ExecContext(ctx, step); err != nil {
				return err
			}
		}
		return finish(ctx, tx, len(steps))
	})
}

// finish notes the version and makes the key of a new guestbook.
func finish(ctx context.Context, tx *sql.Tx, version int) error {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	if _, err := tx.ExecContext(ctx, "INSERT INTO secrets VALUES ('key', ?) ON CONFLICT DO NOTHING", key); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version)) // takes no parameter
	return err
}

func version(ctx context.Context, db interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (int, error) {
	var v int
	err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v)
	return v, err
}

// Key is the secret that was made at the first start.
func (b *Book) Key(ctx context.Context) ([]byte, error) {
	var key []byte
	err := b.db.QueryRowContext(ctx, "SELECT value FROM secrets WHERE name = 'key'").Scan(&key)
	return key, err
}
