//go:build unix

package hosts_test

import (
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// noFiles asks for every file of an installation by every address that it
// could have: none of them may be sent. What is excepted is named as noLeak does.
func noFiles(t *testing.T, addr, dir, docroot string, except ...string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		paths := []string{"/" + rel, "/%2e%2e/" + rel, "/cgi-testsite/%2e%2e/" + rel, "/" + rel + "/", "/" + rel + "%00", "/" + strings.ToUpper(rel)}
		if inside, ok := strings.CutPrefix(rel, docroot+"/"); ok {
			paths = append(paths, "/"+inside, "//"+inside, "/"+inside+"/", "/"+inside+"?x", "/./"+inside, "/"+strings.ToUpper(inside), "/"+inside+"~", "/"+inside+".bak")
		}
		for _, path := range paths {
			noFile(t, addr, path, except...)
		}
		return nil
	}))
}

// noQuickFiles asks for what is no program, by its plain addresses.
func noQuickFiles(t *testing.T, addr, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".cgi") {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		noFile(t, addr, "/"+filepath.ToSlash(rel))
		noFile(t, addr, "/"+strings.TrimPrefix(filepath.ToSlash(rel), "public_html/"))
		return err
	}))
}

func noFile(t *testing.T, addr, path string, except ...string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+addr+path, nil)
	if err != nil {
		return // no client could ask for it
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(t, err)
	noLeak(t, path, text, except...)
}
