package generator

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The mistakes of reject_newcomer.txtar, mended by doing what each hint says
// and nothing else.
func TestHintsMendTheMistakesOfNewcomers(t *testing.T) {
	archive := readGolden(t, "testdata/golden/reject_newcomer.txtar")
	dir := t.TempDir()
	extract(t, dir, "reject_newcomer", inputs(archive))
	said := texts(wanted(archive))["want/errors"]
	mended := map[string]bool{}
	for _, m := range []struct{ hint, file, old, new string }{
		{"go get -tool github.com/cgigen/cgigen/cmd/cgigen", "go.mod", "go 1.26.0\n", "go 1.26.0\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => " + repository(t) + "\n"},
		{"write //cgigen:handler GET /space", "shop/shop.go", "// cgigen:handler GET /space", "//cgigen:handler GET /space"},
		{`did you mean "handler"?`, "shop/shop.go", "//cgigen:hander", "//cgigen:handler"},
		{"put it directly above the declaration, with no blank line between", "shop/shop.go", "GET /blank\n\n", "GET /blank\n"},
		{"a pattern is [METHOD ][HOST]/path, as for net/http.ServeMux: GET /users/{id}", "shop/shop.go", "GET pattern", "GET /pattern"},
		{"rename it to NewLower", "shop/shop.go", "newLower", "NewLower"},
		{"return a pointer: *shop.Page has it", "shop/shop.go", "NewPage() Page { return Page{}", "NewPage() *Page { return &Page{}"},
		{"write a //cgigen:provide function that returns *sql.DB, such as func NewDB() (*sql.DB, error)", "shop/shop.go", "//cgigen:handler GET /database",
			"//cgigen:provide\nfunc NewDB() (*sql.DB, error) { return nil, nil }\n\n//cgigen:handler GET /database"},
		{"for a configuration struct, put //cgigen:config above its declaration", "shop/shop.go", "type Config", "//cgigen:config\ntype Config"},
		{"move the function to a folder of its own, with a package name other than main", "main.go", "package main", "package pages"},
	} {
		if !strings.Contains(said, "\thint: "+m.hint) {
			t.Errorf("there is no hint %q", m.hint)
		}
		mended[m.hint] = true
		mend(t, filepath.Join(dir, m.file), m.old, m.new)
	}
	if hints := strings.Count(said, "\thint: "); hints != len(mended) {
		t.Errorf("%d hints, and %d are followed", hints, len(mended))
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "pages"), 0o777), os.Rename(filepath.Join(dir, "main.go"), filepath.Join(dir, "pages", "pages.go"))); err != nil {
		t.Fatal(err)
	}
	wantChanges(t, generate(t, Options{Dir: dir}), "created cgi-bin/blank/main.go", "created cgi-bin/configured/main.go", "created cgi-bin/database/main.go",
		"created cgi-bin/lower/main.go", "created cgi-bin/main/main.go", "created cgi-bin/page/main.go", "created cgi-bin/pattern/main.go",
		"created cgi-bin/space/main.go", "created cgi-bin/typo/main.go")
	wantSound(t, dir, goEnv())
}

func mend(t *testing.T, file, old, new string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(content), old) != 1 {
		t.Errorf("%s has not one place for %q", file, old)
	}
	writeFile(t, file, []byte(strings.Replace(string(content), old, new, 1)))
}
