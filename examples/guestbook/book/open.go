// Package book keeps the guestbook: its entries, their pictures and its key, in
// one SQLite database.
package book

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.com/guestbook"
)

// ErrNotFound is returned for an entry or a picture that does not exist.
var ErrNotFound = errors.New("no such entry")

// ErrFull is returned when the database has reached its largest size.
var ErrFull = errors.New("the guestbook is full")

// A Book is an open guestbook. Any number of processes may have it open.
type Book struct{ db *sql.DB }

// Open opens the guestbook that the configuration names, and makes it first if
// it does not exist.
func Open(ctx context.Context, c guestbook.Config) (*Book, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	dir, err := c.DataDir()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "guestbook.db")
	if err := create(path); err != nil {
		return nil, fmt.Errorf("making the database: %w", err)
	}
	db, err := sql.Open("sqlite", dataSource(path, c.MaxDataMB))
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if err := migrate(ctx, db); err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, errors.Join(err, db.Close()))
	}
	return &Book{db}, nil
}

// Close closes the guestbook.
func (b *Book) Close() error { return b.db.Close() }

// create makes an empty database that only its owner can read, where SQLite
// would leave that to the umask. An empty file is a valid database.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// dataSource is the address of the database, with what every connection needs.
//
// The rollback journal, SQLite's default, is the right one here. A write-ahead
// log wants memory shared between processes, which home folders on NFS do not
// have, and pays off over a long life, while a CGI process would open and
// remove the log for each request.
//
// Transactions take the write lock when they begin: one that reads first and
// then writes could otherwise fail at once, whatever the time-out, because
// another process has written in between.
func dataSource(path string, maxMB int) string {
	const pageSize = 4096 // SQLite's default
	query := url.Values{
		"_busy_timeout": {"10000"}, // milliseconds
		"_foreign_keys": {"on"},
		"_defensive":    {"1"},
		"_txlock":       {"immediate"},
		"_pragma": {
			"max_page_count(" + strconv.Itoa(maxMB<<20/pageSize) + ")",
			"secure_delete(on)", // what a visitor removes is gone
		},
	}
	file := url.URL{Path: filepath.ToSlash(path)}
	return "file:" + file.EscapedPath() + "?" + query.Encode()
}

// plain turns what SQLite reports into the errors of this package.
func plain(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code() == sqlite3.SQLITE_FULL {
		return ErrFull
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// write runs f in a transaction that holds the write lock.
func write(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return plain(err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // the first error is the one to tell
		return plain(err)
	}
	return plain(tx.Commit())
}
