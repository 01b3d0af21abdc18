package pack

import (
	"strings"
	"testing"

	"github.com/cgigen/cgigen/generator/model"
)

// A name with the ending of an archive format that cgigen does not write is refused; .ZIP does not name a folder.
func TestEndingsSayWhatIsWritten(t *testing.T) {
	for name, want := range map[string]string{"a.tar.gz": "tar", "a.tgz": "tar", "a.zip": "zip", "a": "folder", "a.d": "folder", "zip": "folder"} {
		if got, other := Format(name), OtherArchive(name); got != want || other != "" {
			t.Errorf("%s is a %s and ends in %q, want a %s", name, got, other, want)
		}
	}
	for name, want := range map[string]string{
		"a.tar": ".tar", "a.tar.xz": ".tar.xz", "a.gz": ".gz", "a.rar": ".rar", "a.ZIP": ".ZIP", "a.Tar.Gz": ".Gz", "a.7z": ".7z", "a.tar.zst": ".tar.zst", "a.TAR.BZ2": ".tar.bz2",
	} {
		if got := OtherArchive(name); got != want {
			t.Errorf("%s ends in %q, want %q", name, got, want)
		}
	}
}

func TestServersRunProgramsOfUnixAlone(t *testing.T) {
	for system, want := range map[string][2]bool{"linux": {true, true}, "freebsd": {true, true}, "openbsd": {true, false}, "darwin": {true, false}, "windows": {}, "plan9": {}, "wasip1": {}} {
		if got := [2]bool{Runs("apache", system), Runs("container", system)}; got != want {
			t.Errorf("%s: on a server and in a container %v, want %v", system, got, want)
		}
	}
}

// On Apache the folder of the programs keeps a part of the site's address space to itself.
func TestRoutesBelowTheProgramsAreHidden(t *testing.T) {
	m := shop()
	m.Programs[0].Routes = append(m.Programs[0].Routes, model.Route{Pattern: "/cgi-shop/x", Path: "/cgi-shop/x"}, model.Route{Pattern: "/cgi-bin/", Path: "/cgi-bin/"}, model.Route{Pattern: "/cgix", Path: "/cgix"})
	for _, test := range []struct{ server, layout, folder, other, hidden string }{
		{"apache", "subdir", "cgi-shop", "cgi-bin", "/cgi-shop/x"},
		{"apache", "fcgid", "cgi-shop", "cgi-bin", "/cgi-shop/x"},
		{"apache", "cgi-bin", "cgi-bin", "subdir", "/cgi-bin/"},
		{"nginx", "subdir", "", "", ""},
	} {
		folder, other := Taken(test.server, test.layout, "shop")
		var hidden []string
		for _, r := range Hidden(m, folder) {
			hidden = append(hidden, r.Pattern)
		}
		if folder != test.folder || other != test.other || strings.Join(hidden, " ") != test.hidden {
			t.Errorf("%s %s: %q, otherwise %q, hides %q; want %+v", test.server, test.layout, folder, other, hidden, test)
		}
	}
}

// The notes show an address that somebody can open: the shortest one without a wildcard, a host or another method.
func TestNotesShowAnAddressThatABrowserOpens(t *testing.T) {
	for want, routes := range map[string][]model.Route{
		"/":           {{Path: "/admin/"}, {Method: "GET", Path: "/{$}"}},
		"/items/":     {{Method: "GET", Path: "/items/{id}"}, {Method: "POST", Path: "/"}, {Host: "other.example", Path: "/"}, {Method: "GET", Path: "/items/{id}/edit"}},
		"/b":          {{Method: "GET", Path: "/long"}, {Path: "/b"}, {Path: "/longer"}},
		"/%C3%A4%20b": {{Path: "/ä b"}},
	} {
		m := shop()
		m.Programs = []model.Program{{Name: "all", Routes: routes}}
		b := &arrangement{Options: Options{Model: m}}
		if got := b.example(); got != want {
			t.Errorf("%+v: got %s, want %s", routes, got, want)
		}
	}
	none := &arrangement{Options: Options{Model: &model.Model{Programs: []model.Program{{Routes: []model.Route{{Method: "POST", Path: "/x"}}}}}}}
	if got := none.example(); got != "/" {
		t.Errorf("without one: %s", got)
	}
}
