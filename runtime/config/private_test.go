//go:build unix

package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPermissionRules(t *testing.T) {
	const self = 1000
	own := func(perm fs.FileMode) status { return status{owner: self, perm: perm, plain: true} }
	root := func(perm fs.FileMode) status { return status{owner: 0, perm: perm, plain: true} }
	folder := func(owner int, perm fs.FileMode) status { return status{owner: owner, perm: perm, folder: true} }
	tests := []struct {
		name             string
		status           status
		refusal, exposed string
	}{
		{name: "own file", status: own(0o600)},
		{name: "own file, read only", status: own(0o400)},
		{name: "own file, group reads", status: own(0o640), exposed: "refused, others may read it (mode 640): chmod 600 F"},
		{name: "own file, all read", status: own(0o644), exposed: "refused, others may read it (mode 644): chmod 600 F"},
		{name: "own file, executable by others", status: own(0o711)},
		{name: "own file, group writes", status: own(0o620), refusal: "refused, others may write to it (mode 620): chmod 600 F"},
		{name: "own file, all write", status: own(0o666), refusal: "refused, others may write to it (mode 666): chmod 600 F",
			exposed: "refused, others may read it (mode 666): chmod 600 F"},
		{name: "file of root, group reads", status: root(0o640)},
		{name: "file of root, all read", status: root(0o644), exposed: "refused, others may read it (mode 644): chmod 640 F"},
		{name: "file of root, all read and execute", status: root(0o745), exposed: "refused, others may read it (mode 745): chmod 740 F"},
		{name: "file of root, group writes", status: root(0o660), refusal: "refused, others may write to it (mode 660): chmod 640 F"},
		{name: "file of another user", status: status{owner: 33, perm: 0o600, plain: true},
			refusal: "refused, it belongs to user 33 and the program runs as user 1000: run the program as its owner (suEXEC), or: chown 1000 F"},
		{name: "own folder", status: folder(self, 0o755)},
		{name: "folder of root", status: folder(0, 0o711)},
		{name: "own folder, group writes", status: folder(self, 0o775), refusal: "refused, others may write to it (mode 775): chmod 755 F"},
		{name: "folder of another user", status: folder(33, 0o700),
			refusal: "refused, it belongs to user 33 and the program runs as user 1000: run the program as its owner (suEXEC), or: chown 1000 F"},
		{name: "no owners", status: status{owner: -1, perm: 0o666}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			refusal := ""
			if err := test.status.refusal("F", self); err != nil {
				refusal = err.Error()
			}
			if refusal != test.refusal {
				t.Errorf("refusal:\ngot  %q\nwant %q", refusal, test.refusal)
			}
			if exposed := test.status.exposed("F", self); !test.status.folder && exposed != test.exposed {
				t.Errorf("exposed:\ngot  %q\nwant %q", exposed, test.exposed)
			}
		})
	}
}

func TestRootIsHeldToItsOwnFiles(t *testing.T) {
	s := status{owner: 0, perm: 0o640, plain: true}
	if got, want := s.exposed("F", 0), "refused, others may read it (mode 640): chmod 600 F"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	const text = "T_A=file\n"
	tests := []struct {
		name    string
		prepare func(t *testing.T, dir, file string)
		value   string
		problem string // DIR stands for the folder
	}{
		{"closed file", func(*testing.T, string, string) {}, "file", ""},
		{"others read the file", func(t *testing.T, _, file string) { must(t, os.Chmod(file, 0o644)) },
			"file", "DIR/site.env: refused, others may read it (mode 644): chmod 600 DIR/site.env"},
		{"others write to the file", func(t *testing.T, _, file string) { must(t, os.Chmod(file, 0o602)) },
			"(unset)", "DIR/site.env: refused, others may write to it (mode 602): chmod 600 DIR/site.env"},
		{"others write to the folder", func(t *testing.T, dir, _ string) { must(t, os.Chmod(dir, 0o770)) },
			"(unset)", "DIR: refused, others may write to it (mode 770): chmod 750 DIR"},
		{"a folder in place of the file", func(t *testing.T, _, file string) {
			must(t, os.Remove(file))
			must(t, os.Mkdir(file, 0o700))
		}, "(unset)", "DIR/site.env: refused, not a regular file"},
		{"a pipe in place of the file", func(t *testing.T, _, file string) {
			must(t, os.Remove(file))
			must(t, syscall.Mkfifo(file, 0o600))
		}, "(unset)", "DIR/site.env: refused, not a regular file"},
		{"a file that is too large", func(t *testing.T, _, file string) { must(t, os.Truncate(file, 1<<20+1)) },
			"(unset)", "DIR/site.env: refused, larger than 1 MiB"},
		{"a link to a closed file", func(t *testing.T, dir, file string) {
			must(t, os.Rename(file, filepath.Join(dir, "target")))
			must(t, os.Symlink("target", file))
		}, "file", ""},
		{"a link to a file that others write to", func(t *testing.T, dir, file string) {
			must(t, os.Rename(file, filepath.Join(dir, "target")))
			must(t, os.Chmod(filepath.Join(dir, "target"), 0o622))
			must(t, os.Symlink("target", file))
		}, "(unset)", "DIR/site.env: refused, others may write to it (mode 622): chmod 600 DIR/target"},
		{"a link into a folder that others write to", func(t *testing.T, dir, file string) {
			must(t, os.Mkdir(filepath.Join(dir, "open"), 0o700))
			must(t, os.Chmod(filepath.Join(dir, "open"), 0o777))
			must(t, os.Rename(file, filepath.Join(dir, "open", "target")))
			must(t, os.Symlink("open/target", file))
		}, "(unset)", "DIR/site.env: a symbolic link to DIR/open/target, whose folder is refused, others may write to it (mode 777): chmod 755 DIR/open"},
		{"a link that leads nowhere", func(t *testing.T, _, file string) {
			must(t, os.Remove(file))
			must(t, os.Symlink("nowhere", file))
		}, "(unset)", "DIR/site.env: a symbolic link that cannot be followed: no such file or directory"},
		{"a link to itself", func(t *testing.T, _, file string) {
			must(t, os.Remove(file))
			must(t, os.Symlink("site.env", file))
		}, "(unset)", "DIR/site.env: a symbolic link that cannot be followed: EvalSymlinks: too many links"},
		{"another owner", func(t *testing.T, _, file string) {
			if os.Geteuid() != 0 {
				t.Skip("only root can give a file away")
			}
			must(t, os.Chown(file, 1234, -1))
		}, "(unset)", "DIR/site.env: refused, it belongs to user 1234 and the program runs as user 0: run the program as its owner (suEXEC), or: chown 0 DIR/site.env"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := site(t, map[string]string{"site.env": text})
			test.prepare(t, dir, filepath.Join(dir, "site.env"))
			v := Open("user")
			value, problem := "(unset)", ""
			Load(v, &value, String, Var{Name: "T_A", Field: "A"})
			if err := v.Err(); err != nil {
				problem = strings.ReplaceAll(strings.TrimPrefix(err.Error(), "configuration:\n\t"), dir, "DIR")
			}
			if value != test.value || problem != test.problem {
				t.Errorf("got  %q, problem %q\nwant %q, problem %q", value, problem, test.value, test.problem)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What is missing may stand in a file that was refused.
func TestMissingValuesAreNotReportedForARefusedFile(t *testing.T) {
	dir := site(t, map[string]string{"site.env": "T_A=1\n"})
	must(t, os.Chmod(filepath.Join(dir, "site.env"), 0o666))
	v := Open("user")
	var value string
	Load(v, &value, String, Var{Name: "T_A", Field: "A", Options: Required})
	got := strings.ReplaceAll(v.Err().Error(), dir, "DIR")
	if want := "configuration:\n\tDIR/site.env: refused, others may write to it (mode 666): chmod 600 DIR/site.env"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestFolderWithoutOurFilesIsLeftAlone(t *testing.T) {
	dir := site(t, map[string]string{"other.env": "T_A=1\n"})
	must(t, os.Chmod(dir, 0o777))
	v := Open("user")
	var value string
	Load(v, &value, String, Var{Name: "T_A", Field: "A"})
	if err := v.Err(); err != nil {
		t.Error(err)
	}
}

func TestSearchFindsTheNearestFolder(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"private", "home/private", "home/site/cgi-bin", "home/link"} {
		must(t, os.MkdirAll(filepath.Join(root, dir), 0o755))
	}
	must(t, os.WriteFile(filepath.Join(root, "home/site/private"), nil, 0o600)) // not a folder
	must(t, os.Symlink("../private", filepath.Join(root, "home/link/private")))
	for from, want := range map[string]string{
		"home/site/cgi-bin": "home/private",
		"home":              "home/private",
		"home/private":      "home/private",
		"home/link":         "home/link/private",
		".":                 "private",
	} {
		if got, err := searchUp(filepath.Join(root, from), ""); err != nil || got != filepath.Join(root, want) {
			t.Errorf("from %s: got %s, %v, want %s", from, got, err, want)
		}
	}
}

// Whoever made the link meant the folder: another one further up is not it.
func TestLinkThatLeadsNowhereEndsTheSearch(t *testing.T) {
	for target, why := range map[string]string{"nowhere": "no such file or directory", "private": "too many levels of symbolic links"} {
		root := t.TempDir()
		must(t, os.MkdirAll(filepath.Join(root, "private"), 0o700))
		must(t, os.MkdirAll(filepath.Join(root, "site"), 0o700))
		link := filepath.Join(root, "site", "private")
		must(t, os.Symlink(target, link))
		dir, err := searchUp(filepath.Join(root, "site"), "")
		if want := "a symbolic link that cannot be followed: " + why; dir != link || err == nil || err.Error() != want {
			t.Errorf("got %s, %v; want %s, %s", dir, err, link, want)
		}
	}
}
