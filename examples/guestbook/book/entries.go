package book

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// An Entry is what one visitor has left.
type Entry struct {
	ID      int64
	Name    string
	Message string
	Visitor string // the session that may take it back; "" for none
	Signed  time.Time
	Picture *Picture // nil for none
}

// A Picture belongs to one entry. It is a JPEG file made by this site.
type Picture struct {
	Width, Height int
	Digest        string // of Data, in hexadecimal
	Data          []byte // nil in lists
}

// A Query chooses entries, which come newest first. At most one of Before and
// After is set.
type Query struct {
	Before int64 // only entries older than this one
	After  int64 // only entries newer than this one, those nearest to it
	Limit  int
}

// A Page is the answer to a Query.
type Page struct {
	Entries      []Entry
	Newer, Older bool // whether there are more on that side
	Total        int  // in the whole guestbook
}

const columns = `SELECT id, name, message, visitor, signed, width, height, digest
	FROM entries LEFT JOIN pictures ON entry = id`

// Page lists entries, without the data of their pictures.
func (b *Book) Page(ctx context.Context, q Query) (Page, error) {
	entries, err := b.list(ctx, q)
	if err != nil {
		return Page{}, err
	}
	first, last := q.After, q.Before // bounds of an empty page
	if len(entries) > 0 {
		first, last = entries[0].ID, entries[len(entries)-1].ID
	}
	p := Page{Entries: entries}
	err = b.db.QueryRowContext(ctx, `SELECT
		EXISTS (SELECT 1 FROM entries WHERE id > ?),
		EXISTS (SELECT 1 FROM entries WHERE id < ?),
		(SELECT count(*) FROM entries)`, first, last).Scan(&p.Newer, &p.Older, &p.Total)
	if err == nil && q.After > 0 && !p.Newer { // the newest page is a full one
		return b.Page(ctx, Query{Limit: q.Limit})
	}
	return p, err
}

func (b *Book) list(ctx context.Context, q Query) ([]Entry, error) {
	where, bound, order := " WHERE id > ?", q.After, "DESC"
	switch {
	case q.Before > 0:
		where, bound = " WHERE id < ?", q.Before
	case q.After > 0:
		order = "ASC"
	}
	rows, err := b.db.QueryContext(ctx, columns+where+" ORDER BY id "+order+" LIMIT ?", bound, q.Limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []Entry
	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	if order == "ASC" {
		slices.Reverse(entries)
	}
	return entries, rows.Err()
}

// Entry returns one entry, without the data of its picture.
func (b *Book) Entry(ctx context.Context, id int64) (Entry, error) {
	e, err := scan(b.db.QueryRowContext(ctx, columns+" WHERE id = ?", id))
	return e, plain(err)
}

func scan(row interface{ Scan(...any) error }) (Entry, error) {
	var (
		e             Entry
		signed        int64
		width, height sql.NullInt32
		digest        sql.NullString
	)
	err := row.Scan(&e.ID, &e.Name, &e.Message, &e.Visitor, &signed, &width, &height, &digest)
	e.Signed = time.UnixMilli(signed).UTC()
	if digest.Valid {
		e.Picture = &Picture{Width: int(width.Int32), Height: int(height.Int32), Digest: digest.String}
	}
	return e, err
}

// Picture returns the picture of an entry, and when it was signed.
func (b *Book) Picture(ctx context.Context, id int64) (Picture, time.Time, error) {
	var p Picture
	var signed int64
	err := b.db.QueryRowContext(ctx, `SELECT width, height, digest, data, signed
		FROM pictures JOIN entries ON id = entry WHERE entry = ?`, id).
		Scan(&p.Width, &p.Height, &p.Digest, &p.Data, &signed)
	return p, time.UnixMilli(signed).UTC(), plain(err)
}

// Add keeps an entry with its picture, all or nothing, and returns it with its
// number. Errors: ErrFull.
func (b *Book) Add(ctx context.Context, e Entry) (Entry, error) {
	e.Signed = e.Signed.UTC().Truncate(time.Millisecond)
	err := write(ctx, b.db, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO entries (name, message, visitor, signed) VALUES (?, ?, ?, ?)",
			e.Name, e.Message, e.Visitor, e.Signed.UnixMilli())
		if err != nil {
			return err
		}
		if e.ID, err = r.LastInsertId(); err != nil || e.Picture == nil {
			return err
		}
		p := e.Picture
		_, err = tx.ExecContext(ctx, "INSERT INTO pictures (entry, width, height, digest, data) VALUES (?, ?, ?, ?, ?)",
			e.ID, p.Width, p.Height, p.Digest, p.Data)
		return err
	})
	return e, err
}

// Remove deletes an entry and its picture. Errors: ErrNotFound.
func (b *Book) Remove(ctx context.Context, id int64) error {
	return b.remove(ctx, "DELETE FROM entries WHERE id = ?", id)
}

// RemoveOwn deletes an entry that the visitor has left. Errors: ErrNotFound,
// also for the entry of somebody else.
func (b *Book) RemoveOwn(ctx context.Context, id int64, visitor string) error {
	return b.remove(ctx, "DELETE FROM entries WHERE id = ? AND visitor = ? AND visitor <> ''", id, visitor)
}

func (b *Book) remove(ctx context.Context, query string, args ...any) error {
	r, err := b.db.ExecContext(ctx, query, args...)
	if err != nil {
		return plain(err)
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}
