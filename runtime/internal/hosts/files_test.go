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
// could have: none of them may be sent.
func noFiles(t *testing.T, addr, dir, docroot string) {
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
		paths := []string{"/" + rel, "/%2e%2e/" + rel, "/cgi/%2e%2e/" + rel, "/" + rel + "/", "/" + rel + "%00", "/" + strings.ToUpper(rel)}
		if inside, ok := strings.CutPrefix(rel, docroot+"/"); ok {
			paths = append(paths, "/"+inside, "//"+inside, "/"+inside+"/", "/"+inside+"?x", "/./"+inside, "/"+strings.ToUpper(inside), "/"+inside+"~", "/"+inside+".bak")
		}
		for _, path := range paths {
			noFile(t, addr, path)
		}
		return nil
	}))
}

func noFile(t *testing.T, addr, path string) {
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
	noLeak(t, path, text)
	if strings.Contains(string(text), "Index of") {
		t.Errorf("%s: the folder is listed", path)
	}
}
