//go:build unix

package doctor

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/htaccess"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// merged is a site whose rules stand among those of others.
func merged(t *testing.T) (dir string) {
	t.Helper()
	return installed(t, func(m *manifest.Manifest) {
		block := htaccess.Wrap("shop", []byte("RewriteEngine On\n"))
		sum := sha256.Sum256(block)
		m.Files = append(m.Files[:0:0], m.Files...)
		for i, f := range m.Files {
			if f.Path == "public_html/.htaccess" {
				m.Files[i] = manifest.File{Path: "private/block.txt", Mode: 0o600, Size: int64(len(block)), SHA256: hex.EncodeToString(sum[:])}
			}
		}
		m.Blocks = []manifest.Block{{Path: "public_html/.htaccess", File: "private/block.txt"}}
	})
}

func TestRulesAmongThoseOfOthers(t *testing.T) {
	block := string(htaccess.Wrap("shop", []byte("RewriteEngine On\n")))
	const wordPress = "# BEGIN WordPress\nRewriteRule . /index.php [L]\n# END WordPress\n"
	windows := func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
	tests := []struct {
		name, rules string
		want        []string
	}{
		{"alone", block, nil},
		{"before and after others' lines", "Options -Indexes\n" + block + "# php -- BEGIN cPanel-generated handler\n", nil},
		{"before WordPress", block + wordPress, nil},
		{"in a file with Windows line ends", windows("Options -Indexes\n" + block), nil},
		{"at an end without a line end", "A\n" + strings.TrimSuffix(block, "\n"), nil},
		{"after WordPress", wordPress + block, []string{"htaccess-behind-wordpress"}},
		{"changed", strings.Replace(block, "On", "Off", 1), []string{"htaccess-changed"}},
		{"without an end", strings.Replace(block, "# END", "#", 1), []string{"htaccess-changed"}},
		{"gone", "Options -Indexes\n", []string{"htaccess-missing"}},
		{"with Windows line ends alone", windows(block), []string{"htaccess-crlf"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := merged(t)
			put(t, dir, "private/block.txt", []byte(block), 0o600)
			put(t, dir, "public_html/.htaccess", []byte(test.rules), 0o644)
			if os.Getuid() == 0 {
				chown(t, dir, 65534)
			}
			report, err := Dir(dir, DirOptions{})
			must(t, err)
			var got []string
			for _, f := range report.Findings {
				if f.Where != "public_html/.htaccess" {
					t.Errorf("%s: %s", f.Where, f.What)
				}
				got = append(got, f.ID)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// Each site of a folder is looked at, and none takes the files of another for leftovers.
func TestEverySiteOfAFolderIsLookedAt(t *testing.T) {
	dir := installed(t, nil)
	text, err := os.ReadFile(filepath.Join(dir, manifest.Path))
	must(t, err)
	m, err := manifest.Decode(text)
	must(t, err)
	m.Site, m.Files = "blog", append(m.Files, manifest.File{Path: "private/blog/missing.txt"})
	text, err = m.Encode()
	must(t, err)
	put(t, dir, manifest.PathOf("blog"), text, 0o600)
	put(t, dir, "private/blog/site.env", []byte("SHOP_DSN=x\n"), 0o600)
	must(t, os.Chmod(filepath.Join(dir, "private/blog"), 0o700))
	if os.Getuid() == 0 {
		chown(t, dir, 65534)
	}
	report, err := Dir(dir, DirOptions{})
	must(t, err)
	var got []string
	for _, f := range report.Findings {
		got = append(got, f.ID+" "+f.Where)
	}
	if diff := cmp.Diff([]string{"file-missing private/blog/missing.txt"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
