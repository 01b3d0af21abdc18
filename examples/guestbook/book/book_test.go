package book

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/guestbook"
)

func configuration(dir string) guestbook.Config {
	return guestbook.Config{Data: dir, MaxDataMB: 500, PageSize: 12, MaxPictureMB: 8, LimitWindow: time.Minute}
}

func open(t *testing.T, c guestbook.Config) *Book {
	t.Helper()
	b, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func noon() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }

func add(t *testing.T, b *Book, e Entry) Entry {
	t.Helper()
	e.Signed = noon()
	e, err := b.Add(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAnEntryIsThereAfterReopening(t *testing.T) {
	c := configuration(filepath.Join(t.TempDir(), "not", "yet", "there"))
	b, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	added := add(t, b, Entry{Name: "Ada", Message: "Hello", Visitor: "v", Picture: &Picture{Width: 3, Height: 2, Digest: "d", Data: []byte("jpeg")}})
	key, err := b.Key(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}

	b = open(t, c)
	want := Entry{ID: 1, Name: "Ada", Message: "Hello", Visitor: "v", Signed: noon(), Picture: &Picture{Width: 3, Height: 2, Digest: "d"}}
	got, err := b.Entry(t.Context(), added.ID)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	picture, signed, err := b.Picture(t.Context(), added.ID)
	if err != nil || !signed.Equal(noon()) || !reflect.DeepEqual(picture, *added.Picture) {
		t.Errorf("got %+v, %v, %v\nwant %+v", picture, signed, err, *added.Picture)
	}
	again, err := b.Key(t.Context())
	if err != nil || len(key) != 32 || !reflect.DeepEqual(again, key) {
		t.Errorf("key %x became %x, %v", key, again, err)
	}
}

func TestTheDatabaseIsClosedToOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits on Windows")
	}
	dir := filepath.Join(t.TempDir(), "data")
	open(t, configuration(dir))
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "guestbook.db"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: %o, want %o", path, got, want)
		}
	}
}

func TestAPathMayHoldAnything(t *testing.T) {
	b := open(t, configuration(filepath.Join(t.TempDir(), "100% ä?b#c&d=e")))
	add(t, b, Entry{Name: "Ada"})
}

func TestPagesFollowEachOtherInBothDirections(t *testing.T) {
	b := open(t, configuration(t.TempDir()))
	for i := range 7 {
		add(t, b, Entry{Name: strconv.Itoa(i + 1)})
	}
	for name, test := range map[string]struct {
		query Query
		want  string
	}{
		"newest":             {Query{Limit: 3}, "7 6 5 older"},
		"older":              {Query{Before: 5, Limit: 3}, "newer 4 3 2 older"},
		"oldest":             {Query{Before: 2, Limit: 3}, "newer 1"},
		"newer":              {Query{After: 1, Limit: 3}, "newer 4 3 2 older"},
		"newest by stepping": {Query{After: 5, Limit: 3}, "7 6 5 older"},
		"beyond the oldest":  {Query{Before: 1, Limit: 3}, "newer"},
		"beyond the newest":  {Query{After: 9, Limit: 3}, "7 6 5 older"},
		"all":                {Query{Limit: 100}, "7 6 5 4 3 2 1"},
	} {
		page, err := b.Page(t.Context(), test.query)
		if got := describe(page); err != nil || got != test.want || page.Total != 7 {
			t.Errorf("%s: got %q of %d, %v; want %q of 7", name, got, page.Total, err, test.want)
		}
	}
}

func describe(p Page) string {
	var words []string
	if p.Newer {
		words = append(words, "newer")
	}
	for _, e := range p.Entries {
		words = append(words, e.Name)
	}
	if p.Older {
		words = append(words, "older")
	}
	return strings.Join(words, " ")
}

func TestOnlyItsVisitorTakesAnEntryBack(t *testing.T) {
	b := open(t, configuration(t.TempDir()))
	id := add(t, b, Entry{Name: "Ada", Visitor: "ada", Picture: &Picture{Data: []byte("jpeg")}}).ID
	anonymous := add(t, b, Entry{Name: "Program"}).ID
	for name, err := range map[string]error{
		"somebody else":    b.RemoveOwn(t.Context(), id, "ben"),
		"nobody":           b.RemoveOwn(t.Context(), id, ""),
		"nobody's entry":   b.RemoveOwn(t.Context(), anonymous, ""),
		"an unknown entry": b.RemoveOwn(t.Context(), 99, "ada"),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v, want %v", name, err, ErrNotFound)
		}
	}
	if err := b.RemoveOwn(t.Context(), id, "ada"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Picture(t.Context(), id); !errors.Is(err, ErrNotFound) {
		t.Errorf("its picture: %v, want %v", err, ErrNotFound)
	}
	if next := add(t, b, Entry{Name: "Next"}).ID; next == id {
		t.Errorf("number %d is used again", id)
	}
}

func TestTurnsAreLimitedPerAddressAndWindow(t *testing.T) {
	b := open(t, configuration(t.TempDir()))
	admit := func(address string, after time.Duration) error {
		return b.Admit(t.Context(), address, noon().Add(after), 2, time.Minute)
	}
	for _, step := range []struct {
		address string
		after   time.Duration
		want    error
	}{
		{"a", 0, nil},
		{"a", 10 * time.Second, nil},
		{"a", 20 * time.Second, &TooMany{RetryAfter: 40 * time.Second}},
		{"b", 20 * time.Second, nil},
		{"a", 60 * time.Second, nil},
		{"a", 61 * time.Second, &TooMany{RetryAfter: 9 * time.Second}},
	} {
		if err := admit(step.address, step.after); !reflect.DeepEqual(err, step.want) {
			t.Errorf("%s after %s: %v, want %v", step.address, step.after, err, step.want)
		}
	}
}

func TestAFullDatabaseKeepsWhatItHas(t *testing.T) {
	c := configuration(t.TempDir())
	c.MaxDataMB = 1
	b := open(t, c)
	first := add(t, b, Entry{Name: "Ada"})
	_, err := b.Add(t.Context(), Entry{Name: "Ben", Picture: &Picture{Data: make([]byte, 2<<20)}})
	if !errors.Is(err, ErrFull) {
		t.Errorf("got %v, want %v", err, ErrFull)
	}
	page, err := b.Page(t.Context(), Query{Limit: 10})
	if want := (Page{Entries: []Entry{first}, Total: 1}); err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("got %+v, %v\nwant %+v", page, err, want)
	}
}

func TestADatabaseOfANewerProgramIsRefused(t *testing.T) {
	c := configuration(t.TempDir())
	b := open(t, c)
	if _, err := b.db.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("got %v, want an error that names version 99", err)
	}
}

func TestATransactionThatFailsLeavesNothing(t *testing.T) {
	b := open(t, configuration(t.TempDir()))
	failure := errors.New("failure")
	err := write(t.Context(), b.db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO signings VALUES ('a', 1)"); err != nil {
			return err
		}
		return failure
	})
	var rows int
	scanErr := b.db.QueryRowContext(context.Background(), "SELECT count(*) FROM signings").Scan(&rows)
	if !errors.Is(err, failure) || scanErr != nil || rows != 0 {
		t.Errorf("got %v, %v and %d rows; want %v and none", err, scanErr, rows, failure)
	}
}
