//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// settled makes folders and files of a home folder. A name that ends with a slash
// is a folder.
func settled(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o700))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return root
}

const ofBlog = "{\n\t\"version\": 1,\n\t\"module\": \"example.com/blog\",\n\t\"site\": \"blog\",\n\t\"server\": \"apache\"\n}\n"

func TestSearchFindsTheFolderOfTheSite(t *testing.T) {
	const programs = "home/public_html/cgi-shop/"
	tests := []struct {
		name  string
		files map[string]string
		want  string // below the root
	}{
		{"its own", map[string]string{programs: "", "home/private/shop/": ""}, "home/private/shop"},
		{"its own, beside settings of a site that was alone", map[string]string{programs: "", "home/private/shop/": "", "home/private/site.env": "", "home/private/MANIFEST.json": ofBlog}, "home/private/shop"},
		{"alone", map[string]string{programs: "", "home/private/site.env": ""}, "home/private"},
		{"alone, as its manifest says", map[string]string{programs: "", "home/private/MANIFEST.json": strings.ReplaceAll(ofBlog, "blog", "shop")}, "home/private"},
		{"another site beside it", map[string]string{programs: "", "home/private/blog/MANIFEST.json": ofBlog}, "home/private"},
		{"its own above a folder of that name in the document root", map[string]string{programs: "", "home/public_html/private/": "", "home/private/shop/": ""}, "home/private/shop"},
		{"the nearest of two", map[string]string{programs: "", "home/private/shop/": "", "private/shop/": ""}, "home/private/shop"},
		{"a file of its name is no folder", map[string]string{programs: "", "home/private/shop": ""}, "home/private"},
		{"a manifest that is none", map[string]string{programs: "", "home/private/MANIFEST.json": `{"site"`}, "home/private"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := settled(t, test.files)
			if got, err := searchUp(filepath.Join(root, programs), "shop"); err != nil || got != filepath.Join(root, test.want) {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
		})
	}
}

func TestFolderOfAnotherSiteIsRefused(t *testing.T) {
	root := settled(t, map[string]string{"public_html/cgi-shop/": "", "private/MANIFEST.json": ofBlog})
	dir, err := searchUp(filepath.Join(root, "public_html/cgi-shop"), "shop")
	want := `refused, its MANIFEST.json names the site "blog", and the program belongs to the site "shop": if the settings are those of shop, ` +
		`mkdir -m 700 ROOT/private/shop && mv ROOT/private/site.env ROOT/private/shop/; otherwise make ROOT/private/shop with a site.env of its own`
	if err == nil || strings.ReplaceAll(err.Error(), root, "ROOT") != want || dir != filepath.Join(root, "private") {
		t.Errorf("got %s, %v\nwant %s", dir, err, want)
	}
}

// A link to the folder of a site ends the search, even where it leads nowhere.
func TestLinkToTheFolderOfASite(t *testing.T) {
	root := settled(t, map[string]string{"private/": "", "elsewhere/": ""})
	link := filepath.Join(root, "private/shop")
	must(t, os.Symlink("../elsewhere", link))
	if got, err := searchUp(root, "shop"); err != nil || got != link {
		t.Errorf("got %s, %v", got, err)
	}
	must(t, os.Remove(filepath.Join(root, "elsewhere")))
	if _, err := searchUp(root, "shop"); err == nil || err.Error() != "a symbolic link that cannot be followed: no such file or directory" {
		t.Error(err)
	}
}

func TestNameOfTheSiteInAManifest(t *testing.T) {
	for text, want := range map[string]string{
		ofBlog: "blog", `{"site":"a"}`: "a", `{"site" : "a"}`: "", `{"module": "say \"site\": \"x\"", "site": "a"}`: "a", `{"module": "site", "site": "b"}`: "b",
		"": "", `{"site": 1}`: "", `{"site": "half`: "",
	} {
		if got := manifestSite(text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// A program that was linked with its name, on a host.
func TestProgramReadsTheFolderOfItsSite(t *testing.T) {
	h := newHome(t, "public_html/cgi-shop", "-ldflags", "-X github.com/cgigen/cgigen/runtime/config.siteName=shop")
	h.write(t, "site.env", "APP_DSN=shared\nAPP_DB_PASSWORD=x\n", 0o600)
	if stdout, stderr := h.run(t); stdout != "shared 5s [] x 10\n" || stderr != "" {
		t.Errorf("alone: got %q, %q", stdout, stderr)
	}
	h.write(t, "MANIFEST.json", ofBlog, 0o600)
	if stdout, stderr := h.run(t); stdout != "" || !strings.Contains(stderr, "mv HOME/private/site.env HOME/private/shop/") {
		t.Errorf("beside another site: got %q, %q", stdout, stderr)
	}
	must(t, os.Mkdir(filepath.Join(h.dir, "private/shop"), 0o700))
	h.write(t, "shop/site.env", "APP_DSN=own\nAPP_DB_PASSWORD=y\n", 0o600)
	if stdout, stderr := h.run(t); stdout != "own 5s [] y 10\n" || stderr != "" {
		t.Errorf("with its own folder: got %q, %q", stdout, stderr)
	}
}
