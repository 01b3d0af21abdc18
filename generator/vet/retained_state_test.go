package vet

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// A store in a package of its own is the usual place for what has to stay.
func TestStoresOfOtherPackagesAreFoundWhereHandlersCallThem(t *testing.T) {
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(storeModule)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	findings, err := Run(t.Context(), Options{Dir: dir, Env: append(os.Environ(), "GOWORK=off", "GOFLAGS=")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range findings {
		got = append(got, fmt.Sprintf("%s:%d %s", f.Position.Filename, f.Position.Line, f.Message))
	}
	const why = ", and the next request does not see it: with CGI each one has its own process; keep it in a file or a database"
	want := []string{
		"web/web.go:12 ServeHTTP calls Put of package store, which keeps state in m.notes" + why,
		"web/web.go:13 ServeHTTP calls Add of package store, which keeps state in m.tags" + why,
		"web/web.go:14 ServeHTTP calls Log of package store, which keeps state in m.lines" + why,
		"web/web.go:15 ServeHTTP calls PutAll of package store, which keeps state in m.notes" + why,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

const storeModule = `
-- go.mod --
module example.com/shop

go 1.26.0
-- store/store.go --
package store

import "sync"

type Mem struct {
	mu    sync.Mutex
	once  sync.Once
	notes map[string]string
	tags  map[string][]string
	pages map[string]string
	names map[string]string
	lines []string
	last  string
}

//cgigen:provide
func NewMem() *Mem {
	m := &Mem{notes: map[string]string{}}
	m.Register("a", "b")
	return m
}

func (m *Mem) Put(id, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notes[id] = text
}

func (m *Mem) Add(id, tag string) { m.tags[id] = append(m.tags[id], tag) }

func (m *Mem) Log(line string) { m.lines = append(m.lines, line) }

func (m *Mem) PutAll(all map[string]string) {
	for id, text := range all {
		m.Put(id, text)
	}
}

// Page is made once in a process.
func (m *Mem) Page(name string) string {
	if page, ok := m.pages[name]; ok {
		return page
	}
	m.pages[name] = name
	return name
}

func (m *Mem) Name(name string) string {
	m.once.Do(func() { m.names[name] = name })
	return m.names[name]
}

func (m *Mem) Note(id string) string { return m.notes[id] }

func (m *Mem) Touch(id string) { m.last = id }

func (m *Mem) Register(id, text string) { m.notes[id] = text }

func (m Mem) With(line string) Mem {
	m.lines = append(m.lines, line)
	return m
}
-- web/web.go --
package web

import (
	"net/http"

	"example.com/shop/store"
)

type Save struct{ m *store.Mem }

func (s *Save) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.m.Put("a", "b")
	s.m.Add("a", "b")
	s.m.Log("a")
	s.m.PutAll(nil)
	s.m.Page("a")
	s.m.Name("a")
	s.m.Note("a")
	s.m.Touch("a")
	s.m.With("a")
	mine := store.NewMem()
	mine.Put("a", "b")
}

//cgigen:handler POST /
func NewSave(m *store.Mem) *Save {
	m.Register("c", "d")
	return &Save{m}
}
`
