package builder

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMessagesOfTheCompilerAreTidied(t *testing.T) {
	for _, test := range []struct{ name, output, want string }{
		{"packages are not named above positions",
			"# example.com/shop/users\nusers/users.go:3:5: first\n# example.com/shop\n./shop.go:4:6: second\n",
			"users/users.go:3:5: first\nshop.go:4:6: second"},
		{"but above everything else",
			"# example.com/shop\nlink: something else\n",
			"# example.com/shop\nlink: something else"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, tidy(test.output)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTargetsAreParsed(t *testing.T) {
	got, err := ParseTarget("linux/arm64")
	if err != nil || got != (Target{"linux", "arm64"}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, wrong := range []string{"", "linux", "linux/", "/arm64", "linux/arm/7"} {
		want := fmt.Sprintf("target %q is not of the form os/arch, as in linux/amd64", wrong)
		if got, err := ParseTarget(wrong); err == nil || err.Error() != want {
			t.Errorf("ParseTarget(%q) = %v, %v; want the error %s", wrong, got, err, want)
		}
	}
}

func TestEmbedPatternsTakeInFilesAndWhatIsBelowFolders(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		pattern, file string
		want          bool
	}{
		{"page.html", "page.html", true},
		{"*.html", "page.html", true},
		{"*.html", "sub/page.html", false},
		{"static", "static/css/style.css", true},
		{"static/*.css", "static/style.css", true},
		{"static/*.css", "static/style.js", false},
		{"*", "any/thing", true},
		{"static", "../static/style.css", false},
	} {
		e := Embed{Dir: dir, Pattern: test.pattern}
		if got := e.Match(filepath.Join(dir, filepath.FromSlash(test.file))); got != test.want {
			t.Errorf("%q takes in %q: %t, want %t", test.pattern, test.file, got, test.want)
		}
	}
}
