//go:build unix

package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/htaccess"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// shells are those that install.sh is tried with: two that know little more than
// POSIX has, if they are here.
func shells(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, words := range []string{"dash", "busybox sh"} {
		name, _, _ := strings.Cut(words, " ")
		if _, err := exec.LookPath(name); err == nil {
			found = append(found, words)
		} else if os.Getenv("CI") == "true" {
			t.Errorf("%s is missing", name)
		}
	}
	if found == nil {
		return []string{"sh"}
	}
	return found
}

// withoutPrograms leaves the programs out of a package, where rules are all that
// matters.
func withoutPrograms(tree *Tree) *Tree {
	small := *tree
	small.Files = slices.DeleteFunc(slices.Clone(tree.Files), func(f File) bool { return f.Source != "" })
	for i, f := range small.Files {
		if f.Path == "private/shop/SHA256SUMS" {
			small.Files[i].Data = []byte(programLine.ReplaceAllString(string(f.Data), ""))
		}
	}
	return &small
}

var programLine = regexp.MustCompile(`(?m)^.*\.cgi\n`)

// unpack writes what an archive of a package holds, as tar and unzip do.
func unpack(t *testing.T, tree *Tree, home string) {
	t.Helper()
	staged := tree.staged()
	for _, f := range staged.Folders {
		must(t, os.MkdirAll(filepath.Join(home, f.Path), f.Mode))
		must(t, os.Chmod(filepath.Join(home, f.Path), f.Mode))
	}
	for _, f := range staged.Files {
		content, err := f.open()
		must(t, err)
		name := filepath.Join(home, f.Path)
		must(t, os.RemoveAll(name))
		out, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, f.Mode)
		must(t, err)
		_, err = out.ReadFrom(content)
		must(t, err)
		must(t, out.Close())
		must(t, content.Close())
	}
}

// install runs install.sh of the site shop in a home folder.
func install(t *testing.T, shell, home string, args ...string) (out string, err error) {
	t.Helper()
	return installSite(t, shell, home, "shop", args...)
}

func installSite(t *testing.T, shell, home, site string, args ...string) (out string, err error) {
	t.Helper()
	words := append(strings.Fields(shell), append([]string{filepath.Join(home, "private", site, "install.sh")}, args...)...)
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Dir = t.TempDir() // it must not count
	text, err := cmd.CombinedOutput()
	return strings.ReplaceAll(string(text), home, "HOME"), err
}

func mustInstall(t *testing.T, shell, home string, args ...string) {
	t.Helper()
	if out, err := install(t, shell, home, args...); err != nil {
		t.Fatalf("install.sh %s: %v\n%s", args, err, out)
	}
}

func newTree(t *testing.T, o Options) *Tree {
	t.Helper()
	tree, err := New(o)
	must(t, err)
	return tree
}

// put writes a file of the owner.
func put(t *testing.T, home, name, text string, mode fs.FileMode) {
	t.Helper()
	file := filepath.Join(home, name)
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, []byte(text), mode))
	must(t, os.Chmod(file, mode))
}

const wordPressRules = "# BEGIN WordPress\n<IfModule mod_rewrite.c>\nRewriteRule . /index.php [L]\n</IfModule>\n# END WordPress\n"

// install.sh, package -o DIR and the functions on texts do the same to an .htaccess.
func TestInstallerMergesAsTheCommandDoes(t *testing.T) {
	tree := withoutPrograms(newTree(t, options(t, "apache", "subdir")))
	windows := func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
	old := "# BEGIN cgigen shop\nRewriteRule ^old$ -\n# END cgigen shop\n"
	texts := map[string]string{
		"empty": "", "lines": "A\nB\n", "no end": "A\nB", "one line": "A", "a line end": "\n", "Windows": windows("A\nB\n"), "Windows, no end": windows("A\nB"), "a lone CR": "A\r",
		"WordPress": "A\n" + wordPressRules + "B\n", "WordPress alone": wordPressRules, "WordPress, Windows": windows(wordPressRules), "WordPress, no end": "A\n" + strings.TrimSuffix(wordPressRules, "\n"),
		"old": "A\n" + old + "B\n", "old, no end": "A\n" + strings.TrimSuffix(old, "\n"), "old, Windows": windows("A\n" + old + "B"), "old, Windows, no end": strings.TrimSuffix(windows("A\n"+old), "\r\n"),
		"old after WordPress": wordPressRules + "A\n" + old, "old after WordPress, no end": wordPressRules + strings.TrimSuffix(old, "\n"), "old alone": old, "old first": old + "A",
		"another site": "# BEGIN cgigen blog\nx\n# END cgigen blog\n", "a longer name": "# BEGIN cgigen shop-2\nx\n# END cgigen shop-2\n", "indented": " # BEGIN cgigen shop\nx\n\t# END cgigen shop \nB\n",
		"not UTF-8": "\xff\xfe A\n\x80\n", "backslashes": "A \\n %s $1 `x` \\\n", "blank lines at the end": "A\n\n\n",
		"broken: no end": "A\n# BEGIN cgigen shop\n", "broken: no beginning": "# END cgigen shop\n", "broken: twice": old + old, "broken: WordPress within": "# BEGIN cgigen shop\n" + wordPressRules + "# END cgigen shop\n",
	}
	for _, shell := range shells(t) {
		t.Run(shell, func(t *testing.T) {
			for name, text := range texts {
				t.Run(name, func(t *testing.T) { mergesAlike(t, tree, shell, text) })
			}
		})
	}
}

func mergesAlike(t *testing.T, tree *Tree, shell, text string) {
	home, other := t.TempDir(), t.TempDir()
	const rules = "public_html/.htaccess"
	for _, dir := range []string{home, other} {
		put(t, dir, rules, text, 0o640)
	}
	unpack(t, tree, home)
	i := slices.IndexFunc(tree.Blocks, func(b Block) bool { return b.Site })
	want, wrong := htaccess.Merge([]byte(text), tree.Blocks[i].Data, "shop")
	written := tree.Write(other)
	if wrong != nil {
		out, err := install(t, shell, home)
		said := "cannot change " + rules + ": " + wrong.Error()
		if shorter, _, _ := strings.Cut(said, "within the block of shop"); err == nil || !strings.Contains(out, shorter) {
			t.Errorf("install.sh: %v\n%s\nwant %s", err, out, said)
		}
		if written == nil || !strings.Contains(written.Error(), said) {
			t.Errorf("package: %v\nwant %s", written, said)
		}
		for _, dir := range []string{home, other} {
			if _, err := os.Lstat(filepath.Join(dir, "public_html/cgi-shop")); err == nil {
				t.Errorf("%s: something was changed", dir)
			}
			is(t, dir, rules, text, 0o640)
		}
		return
	}
	must(t, written)
	for range 2 {
		mustInstall(t, shell, home)
		is(t, home, rules, string(want), 0o640)
	}
	is(t, other, rules, string(want), 0o640)
	before, err := htaccess.Remove([]byte(text), "shop")
	must(t, err)
	for _, dir := range []string{home, other} { // both have what install.sh needs to remove the site
		mustInstall(t, shell, dir, "--remove")
		is(t, dir, rules, string(before), 0o640)
	}
}

// is compares a file with what it should be.
func is(t *testing.T, home, name, want string, mode fs.FileMode) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(home, name))
	must(t, err)
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("%s: -want +got\n%s", name, diff)
	}
	info, err := os.Stat(filepath.Join(home, name))
	must(t, err)
	if info.Mode().Perm() != mode {
		t.Errorf("%s has the mode %v, want %v", name, info.Mode().Perm(), mode)
	}
}

// What install.sh puts in place is what package -o DIR writes, in every layout.
func TestInstallerPutsEverythingInItsPlace(t *testing.T) {
	o := options(t, "apache", "")
	for _, test := range []struct{ layout, base string }{{"subdir", ""}, {"subdir", "/a/b"}, {"cgi-bin", "/a"}, {"fcgid", ""}, {"subdir", "/~alice"}} {
		for _, shell := range shells(t) {
			t.Run(test.layout+" "+test.base+" "+shell, func(t *testing.T) {
				o.Layout, o.Base = test.layout, test.base
				tree, home, other := newTree(t, o), t.TempDir(), t.TempDir()
				must(t, tree.Write(other))
				unpack(t, tree, home)
				mustInstall(t, shell, home)
				must(t, os.Remove(filepath.Join(home, "private/shop/site.env"))) // a convenience of the script
				must(t, os.Chmod(filepath.Join(home, "private"), 0o700))         // tar makes it, as the shell's umask says
				if diff := cmp.Diff(listing(t, other), listing(t, home)); diff != "" {
					t.Errorf("-package +install.sh\n%s", diff)
				}
				is(t, home, "private/shop/INSTALLED", string(must2(os.ReadFile(filepath.Join(other, "private/shop/INSTALLED")))(t)), 0o600)
				mustInstall(t, shell, home, "--remove")
				if left, err := os.ReadDir(home); err != nil || len(left) != 1 || left[0].Name() != "private" {
					t.Errorf("left after removal: %v, %v", left, err)
				}
			})
		}
	}
}

func must2[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return value
	}
}

// An update replaces and removes what is ours, and nothing else.
func TestInstallerUpdates(t *testing.T) {
	for _, shell := range shells(t) {
		t.Run(shell, func(t *testing.T) {
			o, home := options(t, "apache", "subdir"), t.TempDir()
			unpack(t, newTree(t, o), home)
			mustInstall(t, shell, home)
			put(t, home, "private/shop/site.env", "DSN=secret\n", 0o600)
			put(t, home, "private/shop/data/db", "data", 0o640)
			put(t, home, "public_html/cgi-shop/own.txt", "mine", 0o604)
			must(t, os.Chmod(filepath.Join(home, "public_html"), 0o750))
			o.Model.Programs, o.Builds[0].Programs = o.Model.Programs[1:], o.Builds[0].Programs[1:]
			unpack(t, newTree(t, o), home)
			mustInstall(t, shell, home)
			got := listing(t, home)
			for _, line := range []string{"-rw------- private/shop/site.env", "-rw-r----- private/shop/data/db", "-rw----r-- public_html/cgi-shop/own.txt", "drwxr-x--- public_html", "-rwx--x--x public_html/cgi-shop/home.cgi"} {
				if !slices.Contains(got, line) {
					t.Errorf("there is no %s in\n%s", line, strings.Join(got, "\n"))
				}
			}
			if slices.ContainsFunc(got, func(line string) bool {
				return strings.HasSuffix(line, "/admin.cgi") || strings.Contains(line, "cgigen-new") || strings.Contains(line, "shop/next")
			}) {
				t.Errorf("something was left\n%s", strings.Join(got, "\n"))
			}
			mustInstall(t, shell, home, "--remove")
			is(t, home, "public_html/cgi-shop/own.txt", "mine", 0o604)
			is(t, home, "private/shop/site.env", "DSN=secret\n", 0o600)
			if out, err := install(t, shell, home, "--remove"); err == nil || !strings.Contains(out, "cannot remove shop: private/shop/INSTALLED") {
				t.Errorf("removed twice: %v\n%s", err, out)
			}
		})
	}
}

// A package with another layout takes the earlier one's place.
func TestLayoutIsChanged(t *testing.T) {
	first := options(t, "apache", "subdir")
	second := first
	second.Layout, second.Base = "cgi-bin", "/below"
	for _, shell := range append(shells(t), "") {
		t.Run(shell, func(t *testing.T) {
			home, alone := t.TempDir(), t.TempDir()
			put(t, home, "public_html/.htaccess", "Options -Indexes\n", 0o640)
			for _, o := range []Options{first, second} {
				if shell == "" {
					must(t, newTree(t, o).Write(home))
					continue
				}
				unpack(t, newTree(t, o), home)
				mustInstall(t, shell, home)
			}
			is(t, home, "public_html/.htaccess", "Options -Indexes\n", 0o640)
			must(t, newTree(t, second).Write(alone))
			var got []string
			for _, line := range listing(t, home) {
				if _, name, _ := strings.Cut(line, " "); strings.HasPrefix(name, "public_html/") && name != "public_html/.htaccess" {
					got = append(got, line)
				}
			}
			want := slices.DeleteFunc(listing(t, alone), func(line string) bool { return !strings.Contains(line, " public_html/") })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-new +changed\n%s", diff)
			}
		})
	}
}

// What an installation would spoil is said before anything is changed, by
// install.sh and by package -o DIR.
func TestWhatWouldBeSpoiledIsRefused(t *testing.T) {
	o := options(t, "apache", "subdir")
	everything := o
	everything.Model = shop()
	everything.Model.Programs[0].Routes[0].Pattern, everything.Model.Programs[0].Routes[0].Path = "/", "/"
	shared := o
	shared.Layout = "cgi-bin"
	tests := []struct {
		name  string
		o     Options
		plant func(t *testing.T, home string)
		want  []string
	}{
		{"a route for every address beside WordPress", everything, func(t *testing.T, home string) { put(t, home, "public_html/.htaccess", wordPressRules, 0o644) },
			[]string{"cannot install shop in public_html: WordPress is there, and a route of shop takes every address", "hint: give shop a folder of its own", "--base /shop", "--docroot"}},
		{"WordPress without its rules", everything, func(t *testing.T, home string) { put(t, home, "public_html/wp-login.php", "<?php", 0o644) },
			[]string{"cannot install shop in public_html: WordPress is there"}},
		{"a program of somebody else", shared, func(t *testing.T, home string) { put(t, home, "public_html/cgi-bin/home.cgi", "#!/bin/sh", 0o755) },
			[]string{"public_html/cgi-bin/home.cgi: there is such a file, which is not of an earlier package of shop", "hint: give the program another name"}},
		{"a link in place of the rules", o, func(t *testing.T, home string) {
			put(t, home, "elsewhere", "A\n", 0o644)
			must(t, os.Mkdir(filepath.Join(home, "public_html"), 0o755))
			must(t, os.Symlink("../elsewhere", filepath.Join(home, "public_html/.htaccess")))
		}, []string{"cannot change public_html/.htaccess: it is a symbolic link"}},
	}
	for _, test := range tests {
		for _, shell := range append(shells(t), "") {
			t.Run(test.name+" "+shell, func(t *testing.T) {
				home, tree := t.TempDir(), newTree(t, test.o)
				must(t, os.MkdirAll(filepath.Join(home, "public_html"), 0o755))
				must(t, os.Remove(filepath.Join(home, "public_html")))
				test.plant(t, home)
				before := snapshot(t, home)
				said := ""
				if shell == "" {
					if err := tree.Write(home); err != nil {
						said = err.Error()
					}
				} else {
					unpack(t, tree, home)
					out, err := install(t, shell, home)
					if err != nil {
						said = out
					}
					must(t, os.RemoveAll(filepath.Join(home, "private")))
				}
				for _, want := range test.want {
					if !strings.Contains(said, want) {
						t.Errorf("said %q, want %q", said, want)
					}
				}
				if diff := cmp.Diff(before, snapshot(t, home)); diff != "" {
					t.Errorf("-before +after\n%s", diff)
				}
			})
		}
	}
}

// Two sites in one account, in one folder of programs, and one of them removed.
func TestTwoSitesInOneAccount(t *testing.T) {
	for _, layout := range []string{"subdir", "cgi-bin"} {
		first := options(t, "apache", layout)
		second := first
		second.Model = shop()
		second.Model.Sites[0].Name, second.Model.Module.Path = "blog", "example.com/blog"
		if layout == "cgi-bin" {
			second.Model.Programs[0].Name, second.Model.Programs[1].Name = "post", "feed"
			second.Builds = []Build{{Target: "linux/amd64", Programs: []Program{{Name: "post", Path: first.Builds[0].Programs[0].Path}, {Name: "feed", Path: first.Builds[0].Programs[1].Path}}}}
		}
		for _, shell := range append(shells(t), "") {
			t.Run(layout+" "+shell, func(t *testing.T) {
				home := t.TempDir()
				for _, site := range []struct {
					name string
					o    Options
				}{{"shop", first}, {"blog", second}, {"shop", first}} {
					if shell == "" {
						must(t, newTree(t, site.o).Write(home))
						continue
					}
					unpack(t, newTree(t, site.o), home)
					if out, err := installSite(t, shell, home, site.name); err != nil {
						t.Fatalf("%v\n%s", err, out)
					}
				}
				alone := t.TempDir()
				must(t, newTree(t, second).Write(alone))
				both := snapshot(t, home)
				if text := both["public_html/.htaccess"]; strings.Count(text, "# BEGIN cgigen ") != 2 {
					t.Errorf("the rules are\n%s", text)
				}
				script := "sh"
				if shell != "" {
					script = shell
				}
				mustInstall(t, script, home, "--remove")
				must(t, os.RemoveAll(filepath.Join(home, "private/shop")))
				left := snapshot(t, home)
				for name, text := range snapshot(t, alone) {
					if !strings.HasSuffix(name, "INSTALLED") && left[name] != text {
						t.Errorf("%s of the other site is %q, want %q", name, fmt.Sprintf("%.40s", left[name]), fmt.Sprintf("%.40s", text))
					}
				}
			})
		}
	}
}

// A package whose upload broke off is not installed.
func TestInstallerTakesWholePackagesAlone(t *testing.T) {
	if _, err := exec.LookPath("sha256sum"); err != nil {
		t.Skip("sha256sum is missing")
	}
	home, tree := t.TempDir(), newTree(t, options(t, "apache", "subdir"))
	unpack(t, tree, home)
	must(t, os.Truncate(filepath.Join(home, "private/shop/next/public_html/cgi-shop/home.cgi"), 1000))
	if out, err := install(t, "sh", home); err == nil || !strings.Contains(out, "the package did not arrive whole") || !strings.Contains(out, "home.cgi: FAILED") {
		t.Errorf("%v\n%s", err, out)
	}
	must(t, os.Remove(filepath.Join(home, "private/shop/next/public_html/cgi-shop/home.cgi")))
	if out, err := install(t, "sh", home); err == nil || !strings.Contains(out, "cannot find public_html/cgi-shop/home.cgi: unpack the package again") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(home, "public_html")); err == nil {
		t.Error("something was installed")
	}
}

// The script keeps to what POSIX has, as another program reads it.
func TestInstallerIsPlainShell(t *testing.T) {
	checker, err := exec.LookPath("shellcheck")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("shellcheck is missing: `make install` installs it on Debian")
	}
	if err != nil {
		t.Skip("shellcheck is missing")
	}
	for _, layout := range []string{"subdir", "cgi-bin"} {
		tree := newTree(t, options(t, "apache", layout))
		i := slices.IndexFunc(tree.Files, func(f File) bool { return f.Path == "private/shop/install.sh" })
		cmd := exec.CommandContext(t.Context(), checker, "--shell=sh", "-")
		cmd.Stdin = strings.NewReader(string(tree.Files[i].Data))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", layout, err, out)
		}
	}
}

// A site that an earlier cgigen packed is recognised, and left alone but for the
// commands that make way for the new package. They work as they are printed.
func TestSiteInPrivateItselfIsLedToItsNewPlace(t *testing.T) {
	o := options(t, "apache", "subdir")
	for _, shell := range append(shells(t), "") {
		t.Run(shell, func(t *testing.T) {
			home, tree := t.TempDir(), newTree(t, o)
			m := manifest.Manifest{Version: manifest.Version, Module: "example.com/shop", Site: "shop", Docroot: "public_html"}
			for _, name := range []string{"INSTALL.md", "private/.env.example", "private/server/x.conf", "public_html/.htaccess", "public_html/cgi/home.cgi"} {
				put(t, home, name, "old", 0o644)
				m.Files = append(m.Files, manifest.File{Path: name})
			}
			text, err := m.Encode()
			must(t, err)
			put(t, home, manifest.Path, string(text), 0o600)
			put(t, home, "private/SHA256SUMS", "", 0o600)
			put(t, home, "private/site.env", "DSN=secret\n", 0o600)
			put(t, home, "private/data of 'mine/db", "data", 0o600)
			put(t, home, "private/blog/MANIFEST.json", "{}", 0o600) // another site, which stays
			before := snapshot(t, home)
			said := ""
			if shell == "" {
				if err := tree.Write(home); err != nil {
					said = err.Error()
				}
			} else {
				unpack(t, tree, home)
				said, _ = install(t, shell, home)
			}
			for name, want := range before {
				is(t, home, name, want, must2(os.Stat(filepath.Join(home, name)))(t).Mode().Perm())
			}
			var commands []string
			for line := range strings.Lines(said) {
				if line = strings.TrimSpace(line); strings.HasPrefix(line, "mv ") || strings.HasPrefix(line, "rm ") || strings.HasPrefix(line, "mkdir ") {
					commands = append(commands, line)
				}
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", strings.Join(commands, "\n"))
			cmd.Dir = home
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s\n%s", err, said, out)
			}
			if shell == "" {
				must(t, tree.Write(home))
			} else {
				mustInstall(t, shell, home)
			}
			is(t, home, "private/shop/site.env", "DSN=secret\n", 0o600)
			is(t, home, "private/shop/data of 'mine/db", "data", 0o600)
			is(t, home, "private/blog/MANIFEST.json", "{}", 0o600)
			for name := range snapshot(t, home) {
				if strings.HasPrefix(name, "public_html/cgi/") || name == "INSTALL.md" || name == "private/server/x.conf" {
					t.Errorf("%s is still there", name)
				}
			}
		})
	}
}

// Whoever runs programs and reads rules while a package is written again sees the
// old file or the new one.
func TestNobodySeesHalfAFile(t *testing.T) {
	tree, home := newTree(t, options(t, "apache", "subdir")), t.TempDir()
	must(t, tree.Write(home))
	done, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		defer close(failed)
		for {
			select {
			case <-done:
				return
			default:
			}
			out, err := exec.Command(filepath.Join(home, "public_html/cgi-shop/home.cgi")).CombinedOutput()
			if err != nil && !errors.Is(err, syscall.ETXTBSY) { // a child of this very process may hold what it writes (golang.org/issue/22315)
				failed <- fmt.Errorf("%w: %s", err, out)
				return
			}
			if text, err := os.ReadFile(filepath.Join(home, "public_html/.htaccess")); err != nil || !strings.HasSuffix(string(text), "# END cgigen shop\n") {
				failed <- fmt.Errorf("rules %q, %w", text, err)
				return
			}
		}
	}()
	for range 20 {
		must(t, tree.Write(home))
	}
	close(done)
	if err := <-failed; err != nil {
		t.Error(err)
	}
}
