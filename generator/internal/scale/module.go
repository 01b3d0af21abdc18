package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
)

// wireVersion is the last release of google/wire.
const wireVersion = "v0.7.0"

// A module is one size of repository, as a site and with wire's injectors.
type module struct {
	packages, programs int
	site, wired        string // folders
}

// A library is a package of the repository. Every tenth one has a provider.
type library struct {
	Index   int
	Imports []int // other libraries, earlier ones
	Store   bool
}

// A program is a package with a handler.
type program struct {
	Index, Store int
	Imports      []int
}

// makeModules writes the repository twice.
func (b *bench) makeModules(ctx context.Context, packages int) (module, error) {
	m := module{packages: packages, programs: packages / 5}
	m.site = filepath.Join(b.dir, fmt.Sprintf("site%d", packages))
	m.wired = filepath.Join(b.dir, fmt.Sprintf("wired%d", packages))
	runtime, err := b.copyRuntime(ctx)
	if err != nil {
		return m, err
	}
	for _, dir := range []string{m.site, m.wired} {
		if err := writeModule(dir, m, runtime, dir == m.wired); err != nil {
			return m, err
		}
		tidy := exec.CommandContext(ctx, "go", "mod", "tidy")
		tidy.Dir, tidy.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
		if out, err := tidy.CombinedOutput(); err != nil {
			return m, fmt.Errorf("go mod tidy: %w\n%s", err, out)
		}
	}
	return m, nil
}

// copyRuntime returns a module with the packages that programs import. Users have
// it in the module cache; here its folder replaces it.
func (b *bench) copyRuntime(ctx context.Context) (string, error) {
	repository, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/cgigen/cgigen").Output()
	if err != nil {
		return "", fmt.Errorf("looking for the cgigen module: %w", err)
	}
	dir := filepath.Join(b.dir, "cgigen")
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	source := filepath.Join(strings.TrimSpace(string(repository)), "runtime")
	if err := os.CopyFS(filepath.Join(dir, "runtime"), os.DirFS(source)); err != nil {
		return "", fmt.Errorf("copying the runtime: %w", err)
	}
	return dir, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module github.com/cgigen/cgigen\n\ngo 1.26.0\n"), 0o666)
}

func writeModule(dir string, m module, repository string, wired bool) error {
	gomod := fmt.Sprintf("module example.com/scale\n\ngo 1.26.0\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => %s\n", repository)
	if wired {
		gomod = "module example.com/scale\n\ngo 1.26.0\n\nrequire github.com/google/wire " + wireVersion + "\n"
	}
	files := map[string][]byte{"go.mod": []byte(gomod)}
	if !wired {
		// The programs import it; without them go mod tidy would drop it.
		files["tools.go"] = []byte("package scale\n\nimport _ \"github.com/cgigen/cgigen/runtime\"\n")
	}
	libraries := m.packages - m.programs
	for i := range libraries {
		l := library{Index: i, Store: i%10 == 0}
		if i > 1 {
			l.Imports = distinct(i/2, i/3, i/5)
		}
		files[fmt.Sprintf("lib/l%04d/lib.go", i)] = render(libraryTemplate, l)
	}
	for i := range m.programs {
		store := i * 10 % (libraries / 10 * 10)
		p := program{Index: i, Store: store, Imports: distinct(i*4%libraries, (i*4+1)%libraries, (i*4+2)%libraries, (i*4+3)%libraries)}
		files[fmt.Sprintf("app/a%04d/app.go", i)] = render(programTemplate, p)
		if wired {
			files[fmt.Sprintf("inject/i%04d/wire.go", i)] = render(injectorTemplate, p)
		}
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o666); err != nil {
			return err
		}
	}
	return nil
}

func distinct(numbers ...int) []int {
	var kept []int
	seen := map[int]bool{}
	for _, n := range numbers {
		if !seen[n] {
			kept = append(kept, n)
		}
		seen[n] = true
	}
	return kept
}

// render panics only if a template below does not fit its data.
func render(text string, data any) []byte {
	var b bytes.Buffer
	if err := template.Must(template.New("").Parse(text)).Execute(&b, data); err != nil {
		panic(err)
	}
	return b.Bytes()
}

const libraryTemplate = `// Package l{{printf "%04d" .Index}} is one of many.
package l{{printf "%04d" .Index}}

import (
	"errors"
	"fmt"
	"strings"
{{range .Imports}}
	"example.com/scale/lib/l{{printf "%04d" .}}"{{end}}
)

// An Item has a name and what belongs to it.
type Item struct {
	Name  string
	Parts map[string]int{{range .Imports}}
	From{{.}} *l{{printf "%04d" .}}.Item{{end}}
}

// ErrEmpty says that there is no name.
var ErrEmpty = errors.New("no name")

// Parse reads an item from a line.
func Parse(line string) (*Item, error) {
	name, rest, _ := strings.Cut(line, ":")
	if name == "" {
		return nil, fmt.Errorf("parsing %q: %w", line, ErrEmpty)
	}
	item := &Item{Name: name, Parts: map[string]int{}}
	for part := range strings.FieldsSeq(rest) {
		item.Parts[part]++
	}{{range .Imports}}
	if from, err := l{{printf "%04d" .}}.Parse(rest); err == nil {
		item.From{{.}} = from
	}{{end}}
	return item, nil
}

// String is the line that an item was read from.
func (i *Item) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:", i.Name)
	for part, n := range i.Parts {
		fmt.Fprintf(&b, " %s×%d", part, n)
	}
	return b.String()
}
{{if .Store}}
// A Store keeps items.
type Store struct{ items []*Item }

// NewStore makes an empty store.
//
//cgigen:provide
func NewStore() (*Store, func(), error) { return &Store{}, func() {}, nil }

// Add parses and keeps a line.
func (s *Store) Add(line string) error {
	item, err := Parse(line)
	if err == nil {
		s.items = append(s.items, item)
	}
	return err
}
{{end}}`

const programTemplate = `// Package a{{printf "%04d" .Index}} is a page.
package a{{printf "%04d" .Index}}

import (
	"fmt"
	"log/slog"
	"net/http"

	store "example.com/scale/lib/l{{printf "%04d" .Store}}"{{range .Imports}}{{if ne . $.Store}}
	"example.com/scale/lib/l{{printf "%04d" .}}"{{end}}{{end}}
)

// Config is what the page is set up with.
//
//cgigen:config prefix=A{{.Index}}_
type Config struct {
	Title string ` + "`env:\"TITLE\" envDefault:\"page\"`" + `
	Limit int    ` + "`env:\"LIMIT\" envDefault:\"10\"`" + `
}

// A Page serves items.
type Page struct {
	config Config
	store  *store.Store
	log    *slog.Logger
}

// NewPage makes the page.
//
//cgigen:handler GET /pages/{{.Index}}/{id} name=page{{printf "%04d" .Index}}
func NewPage(config Config, s *store.Store, log *slog.Logger) (*Page, error) {
	return &Page{config, s, log}, nil
}

// ServeHTTP answers with the parts of a line.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := p.store.Add(r.PathValue("id")); err != nil {
		p.log.Error("not added", "error", err)
	}{{range .Imports}}{{if ne . $.Store}}
	if item, err := l{{printf "%04d" .}}.Parse(r.PathValue("id")); err == nil {
		fmt.Fprintln(w, item)
	}{{end}}{{end}}
}
`

const injectorTemplate = `//go:build wireinject

package i{{printf "%04d" .Index}}

import (
	"log/slog"

	"github.com/google/wire"

	page "example.com/scale/app/a{{printf "%04d" .Index}}"
	store "example.com/scale/lib/l{{printf "%04d" .Store}}"
)

// Build makes the page.
func Build(config page.Config, log *slog.Logger) (*page.Page, func(), error) {
	wire.Build(page.NewPage, store.NewStore)
	return nil, nil, nil
}
`
