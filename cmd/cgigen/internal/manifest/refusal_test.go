package manifest

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

// Each is refused for its own reason: a path outside, for example, not because a program has lost its file.
func TestManifestsAreRefusedForTheirReason(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Manifest)
		want   string // after "reading the manifest: "; "" is accepted
	}{
		{"as it is", func(*Manifest) {}, ""},
		{"a later version", func(m *Manifest) { m.Version = 3 }, "unknown version 3; this cgigen reads versions 1 to 2"},
		{"no version", func(m *Manifest) { m.Version = 0 }, "unknown version 0; this cgigen reads versions 1 to 2"},
		{"a file outside", func(m *Manifest) { m.Files = append(m.Files, File{Path: "../x"}) }, `the path "../x" leads out of the package`},
		{"a file that climbs out", func(m *Manifest) { m.Files = append(m.Files, File{Path: "a/../../x"}) }, `the path "a/../../x" leads out of the package`},
		{"an absolute file", func(m *Manifest) { m.Files = append(m.Files, File{Path: "/etc/passwd"}) }, `the path "/etc/passwd" leads out of the package`},
		{"a file without a name", func(m *Manifest) { m.Files = append(m.Files, File{}) }, `the path "" leads out of the package`},
		{"a folder outside", func(m *Manifest) { m.Folders[0].Path = "../x" }, `the path "../x" leads out of the package`},
		{"an absolute folder", func(m *Manifest) { m.Folders[0].Path = "/etc" }, `the path "/etc" leads out of the package`},
		{"a program that is no file", func(m *Manifest) { m.Programs[0].Path = "other" }, `the program "home" is not among its files`},
		{"the second program is no file", func(m *Manifest) { m.Programs = append(m.Programs, Program{Name: "two", Path: "two.cgi"}) }, `the program "two" is not among its files`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := sample()
			test.change(m)
			text, err := m.Encode()
			if err != nil {
				t.Fatal(err)
			}
			_, err = Decode(text)
			if test.want == "" && err != nil || test.want != "" && (err == nil || err.Error() != "reading the manifest: "+test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestTextThatIsNoManifestIsRefusedForItsReason(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "reading the manifest: EOF",
		"[]":                             "reading the manifest: json: cannot unmarshal array into Go value of type manifest.Manifest",
		`{"version":1,"sites":[]}`:       `reading the manifest: json: unknown field "sites"`,
		`{"folders":[{"mode":"rwx"}]}`:   `reading the manifest: mode "rwx" is not of the form 0711`,
		`{"folders":[{"mode":"7777"}]}`:  "reading the manifest: unknown version 0; this cgigen reads versions 1 to 2",
		`{"folders":[{"mode":"10000"}]}`: `reading the manifest: mode "10000" is not of the form 0711`,
		`{"folders":[{"mode":"0789"}]}`:  `reading the manifest: mode "0789" is not of the form 0711`,
	} {
		if _, err := Decode([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
	if _, err := Read(t.TempDir()); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "reading the manifest: open ") {
		t.Errorf("no manifest: %v", err)
	}
}

func TestFilesAreFoundByTheirPath(t *testing.T) {
	m := sample()
	m.Files = append(m.Files, File{Path: "second", Size: 2})
	if f, ok := m.File("second"); !ok || f.Size != 2 {
		t.Errorf("got %+v, %v", f, ok)
	}
	if f, ok := m.File("third"); ok || f != (File{}) {
		t.Errorf("got %+v, %v", f, ok)
	}
}

// chmod takes four digits, with the bits that io/fs keeps elsewhere.
func TestModesAreThoseOfChmod(t *testing.T) {
	for text, perm := range map[string]fs.FileMode{"0000": 0, "0711": 0o711, "0007": 7, "4755": 0o755} {
		var m Mode
		if err := m.UnmarshalText([]byte(text)); err != nil || m.Perm() != perm {
			t.Errorf("%s is read as %v, %v", text, m.Perm(), err)
		}
		if got, err := m.MarshalText(); err != nil || string(got) != text {
			t.Errorf("%s is written as %s, %v", text, got, err)
		}
	}
}
