package pack

import (
	"strings"
	"testing"
)

func TestSiteNamesAreNamesOfUsersHostsAndServices(t *testing.T) {
	for site, want := range map[string]string{
		"shop":                         "shop",
		"2048":                         "site-2048",
		strings.Repeat("long-", 9):     "long-long-long-long-long-long-l",
		strings.Repeat("a", 30) + "-b": strings.Repeat("a", 30),
	} {
		if got := userName(site); got != want {
			t.Errorf("%s: got %s, want %s", site, got, want)
		}
	}
}

// What INSTALL.md shows is pasted into a shell.
func TestAnExampleAddressHasNoSignsOfAShell(t *testing.T) {
	for path, want := range map[string]string{
		"/a;reboot/": "/a%3Breboot/", "/$(id)`id`": "/%24%28id%29%60id%60", "/it's": "/it%27s", "/q/a%22b": "/q/a%22b", "/ä b": "/%C3%A4%20b", "/a~b.c-d_e": "/a~b.c-d_e", "/a%2Bb+c": "/a%2Bb%2Bc",
	} {
		if got := escapeAll(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
