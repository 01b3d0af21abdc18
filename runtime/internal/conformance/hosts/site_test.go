//go:build unix

// Package hosts_test rebuilds hosts as they are: a package of cgigen is
// unpacked into them as an upload would, and every route is called.
package hosts_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// secret stands in the settings of the site: no answer may ever hold it.
const secret = "s3cr3t-b2f1c0"

// work is a folder for what all tests share.
var work string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cgigen-hosts-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	work = dir
	return m.Run()
}

// tool compiles cgigen, once.
var tool = sync.OnceValues(func() (string, error) {
	name := filepath.Join(work, "cgigen")
	out, err := exec.Command("go", "build", "-o", name, "github.com/cgigen/cgigen/cmd/cgigen").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building cgigen: %w\n%s", err, out)
	}
	return name, nil
})

// sources copies the sample site out of the repository, once.
var sources = sync.OnceValues(func() (string, error) {
	return copyModule("site", filepath.Join("testdata", "site"), "../../../../../..")
})

// copyModule copies a module, so that nothing is generated in the repository.
// up is where its go.mod says that cgigen is.
func copyModule(name, from, up string) (string, error) {
	root, err := filepath.Abs(filepath.Join("..", "..", "..", ".."))
	if err != nil {
		return "", err
	}
	dir := filepath.Join(work, name)
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		return "", err
	}
	file := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	return dir, os.WriteFile(file, bytes.Replace(text, []byte("=> "+up), []byte("=> "+root), 1), 0o644)
}

// cgigen runs the tool and gives what it prints.
func cgigen(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	name, err := tool()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(work, "cache"), "GOFLAGS=-mod=mod")
	cmd.Env = append(cmd.Env, goCache(t)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// goCache keeps the compiler's cache where it is.
func goCache(t testing.TB) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return []string{"GOCACHE=" + strings.TrimSpace(string(out))}
}

// packing keeps two packages from being compiled at once: each uses all cores.
var packing sync.Mutex

// archive packages the sample site, once with the same flags.
func archive(t testing.TB, args ...string) string {
	t.Helper()
	return archiveOf(t, site(t), args...)
}

// archiveOf packages a module, once with the same flags.
func archiveOf(t testing.TB, module string, args ...string) string {
	t.Helper()
	packing.Lock()
	defer packing.Unlock()
	name := filepath.Join(work, fmt.Sprintf("%x.tar.gz", sha256.Sum256(fmt.Appendf(nil, "%q", append(args, module)))))
	if _, err := os.Stat(name); err != nil {
		packLocked(t, module, name, args...)
	}
	return name
}

// pack packages the sample site into a file or a folder.
func pack(t testing.TB, output string, args ...string) {
	t.Helper()
	packModule(t, site(t), output, args...)
}

func site(t testing.TB) string {
	t.Helper()
	dir, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func packModule(t testing.TB, module, output string, args ...string) {
	t.Helper()
	packing.Lock()
	defer packing.Unlock()
	packLocked(t, module, output, args...)
}

func packLocked(t testing.TB, module, output string, args ...string) {
	t.Helper()
	_, errs, code := cgigen(t, append([]string{"-C", module, "package", "-o", output}, args...)...)
	if code != 0 {
		t.Fatalf("cgigen package %s: code %d\n%s", args, code, errs)
	}
}

// hasGateway reports whether programs can be reached so.
func hasGateway(t testing.TB, name string) bool {
	t.Helper()
	_, errs, _ := cgigen(t, "-C", site(t), "check", "--gateways", "none")
	_, known, ok := strings.Cut(errs, "there is ")
	if !ok {
		t.Fatalf("cgigen does not say which gateways there are: %s", errs)
	}
	for word := range strings.FieldsFuncSeq(known, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		if word == name {
			return true
		}
	}
	return false
}

// needRoot skips what only root can bring up.
func needRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() == 0 {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("only root can start a server for other users")
	}
	t.Skip("only root can start a server for other users")
}

// home makes the home folder of an account where suEXEC looks for one. It
// belongs to the user nobody.
func home(t testing.TB) string {
	t.Helper()
	needRoot(t)
	if _, err := os.Stat("/usr/lib/apache2/suexec-pristine"); err != nil {
		servers.Need(t, "suexec-pristine (apache2-suexec-pristine)")
	}
	must(t, os.MkdirAll("/var/www", 0o755))
	dir, err := os.MkdirTemp("/var/www", "cgigen-test-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	return dir
}

const nobody = 65534

// upload unpacks an archive as the account does: with its modes, and all of it
// its own; and fills in the settings.
func upload(t testing.TB, archive, dir string, owner int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "tar", "-xzpf", archive, "-C", dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("unpacking: %v\n%s", err, out)
	}
	fillIn(t, siteFolder(t, dir))
	if owner >= 0 {
		give(t, dir, owner)
	}
	runInstaller(t, dir, owner)
}

// siteFolder is the folder of the settings of the one site in a home folder.
func siteFolder(t testing.TB, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "private", "*", "MANIFEST.json"))
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%s holds %d sites: %q", dir, len(found), found)
	}
	return filepath.Dir(found[0])
}

// fillIn writes the settings of the site whose folder is given.
func fillIn(t testing.TB, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, ".env.example"))
	must(t, err)
	text = bytes.Replace(text, []byte("#SITE_TOKEN="), []byte("SITE_TOKEN="+secret), 1)
	must(t, os.WriteFile(filepath.Join(dir, "site.env"), text, 0o600))
}

// runInstaller runs install.sh of the site in a home folder as its owner, if the
// package has one.
func runInstaller(t testing.TB, dir string, owner int, args ...string) {
	t.Helper()
	script := filepath.Join(siteFolder(t, dir), "install.sh")
	if _, err := os.Stat(script); errors.Is(err, fs.ErrNotExist) {
		return
	}
	if out, err := installer(t, "sh", script, owner, args...).CombinedOutput(); err != nil {
		t.Fatalf("install.sh: %v\n%s", err, out)
	}
}

// installer prepares a run of an install.sh by a shell, as a user.
func installer(t testing.TB, shell, script string, owner int, args ...string) *exec.Cmd {
	t.Helper()
	words := append(strings.Fields(shell), append([]string{script}, args...)...)
	if owner >= 0 && os.Getuid() == 0 {
		words = append([]string{"setpriv", fmt.Sprintf("--reuid=%d", owner), fmt.Sprintf("--regid=%d", owner), "--clear-groups"}, words...)
	}
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Dir = "/"
	return cmd
}

// give returns a folder and all that it holds to a user.
func give(t testing.TB, dir string, owner int) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, owner, owner)
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
