//go:build unix

package config

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/covered"
)

// home is a place on a shared host with a real program.
type home struct {
	dir, program string
}

// newHome builds the program into the given folder below a home, which has a
// folder private.
func newHome(t *testing.T, folder string, flags ...string) home {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles a program")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	h := home{dir: dir, program: filepath.Join(dir, folder, "user.cgi")}
	must(t, os.MkdirAll(filepath.Join(dir, "private"), 0o700))
	args := append(append([]string{"build", "-o", h.program}, covered.Flags()...), flags...)
	if out, err := exec.Command("go", append(args, "./testdata/program")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return h
}

func (h home) write(t *testing.T, name, text string, perm os.FileMode) {
	t.Helper()
	path := filepath.Join(h.dir, "private", name)
	must(t, os.WriteFile(path, []byte(text), perm))
	must(t, os.Chmod(path, perm)) // whatever the umask is
}

// run returns what the program writes, with HOME in place of the folder. It runs
// in a working directory that has nothing to do with it, without an environment.
func (h home) run(t *testing.T, environment ...string) (stdout, stderr string) {
	t.Helper()
	cmd := exec.Command(h.program)
	cmd.Dir = "/"
	cmd.Env = append(append(covered.Environ(t), "PATH="), environment...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the exit code shows in stderr
	return out.String(), strings.ReplaceAll(errs.String(), h.dir, "HOME")
}

func TestProgramFindsItsFilesAboveItself(t *testing.T) {
	h := newHome(t, "public_html/cgi-bin")
	h.write(t, "site.env", "APP_DSN=file:site.db\nAPP_DB_PASSWORD='it is secret'\nOTHER=1\n", 0o600)
	h.write(t, "user.env", "APP_HOSTS=a,b\n", 0o600)
	stdout, stderr := h.run(t, "APP_DB_LIMIT=20")
	if want := "file:site.db 5s [a b] it is secret 20\n"; stdout != want || stderr != "" {
		t.Errorf("got %q, %q; want %q", stdout, stderr, want)
	}
}

func TestProgramUsesTheFolderFixedByTheLinker(t *testing.T) {
	fixed := t.TempDir()
	must(t, os.Chmod(fixed, 0o700))
	must(t, os.WriteFile(filepath.Join(fixed, "site.env"), []byte("APP_DSN=fixed\n"), 0o600))
	h := newHome(t, "cgi-bin", "-ldflags", "-X github.com/cgigen/cgigen/runtime/config.fixedDir="+fixed)
	h.write(t, "site.env", "APP_DSN=found\n", 0o600)
	stdout, stderr := h.run(t, "APP_DB_PASSWORD=x")
	if want := "fixed 5s [] x 10\n"; stdout != want || stderr != "" {
		t.Errorf("got %q, %q; want %q", stdout, stderr, want)
	}
}

func TestProgramReportsAllProblemsAtOnceWithoutSecrets(t *testing.T) {
	h := newHome(t, "cgi-bin")
	h.write(t, "site.env", "APP_TIMEOUT=5 seconds\n", 0o644)
	h.write(t, "user.env", "APP_DB_LIMTI=3\nAPP_DB_LIMIT=many\nAPP_DB_PASSWORD=\n", 0o600)
	stdout, stderr := h.run(t)
	want := `configuration:
	HOME/private/site.env: refused, others may read it (mode 644): chmod 600 HOME/private/site.env
	APP_DSN (field DSN): required, but not set
	APP_TIMEOUT (field Timeout): the value from HOME/private/site.env:1 is not a duration such as 1m30s
	APP_DB_PASSWORD (field DB.Password): empty in HOME/private/user.env:3, but must not be
	APP_DB_LIMIT (field DB.Limit): the value from HOME/private/user.env:2 is not a whole number
	HOME/private/user.env:1: no field of the program is called APP_DB_LIMTI; did you mean APP_DB_LIMIT?
	values are looked for in the environment, HOME/private/user.env, HOME/private/site.env
`
	if stdout != "" || stderr != want {
		t.Errorf("got %q\n%s\nwant\n%s", stdout, stderr, want)
	}
}
