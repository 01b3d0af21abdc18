//go:build unix

package doctor

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inspected, in the environment, has this test look at a folder as the user that it runs as.
const inspected = "TEST_INSPECTED"

// A program that is executable but not readable is in order. The report names programs that could not be compared. Root reads
// everything, so that somebody else has to look.
func TestProgramThatNobodyMayReadIsNotCompared(t *testing.T) {
	if dir := os.Getenv(inspected); dir != "" {
		lookAtExecuteOnly(t, dir)
		return
	}
	dir := installed(t, nil)
	must(t, os.Chmod(filepath.Join(dir, "public_html/cgi/home.cgi"), 0o111))
	must(t, os.Chmod(filepath.Join(dir, "private/targets/linux-386/user.cgi"), 0o311))
	must(t, os.Chmod(filepath.Join(dir, "public_html/cgi/user.cgi"), 0o011))
	if os.Getuid() != 0 {
		lookAtExecuteOnly(t, dir)
		return
	}
	const nobody = 65534
	chown(t, filepath.Dir(dir), nobody)
	program := filepath.Join(dir, "..", "doctor.test")
	self, err := os.Executable()
	must(t, err)
	content, err := os.ReadFile(self)
	must(t, err)
	must(t, os.WriteFile(program, content, 0o755))
	cmd := exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), inspected+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as another user: %v\n%s", err, out)
	}
}

func lookAtExecuteOnly(t *testing.T, dir string) {
	t.Helper()
	report, err := Dir(dir, DirOptions{})
	must(t, err)
	var got []string
	for _, f := range report.Findings {
		got = append(got, f.ID+" "+f.Where)
	}
	want := []string{"file-unreadable public_html/cgi/user.cgi", "program-not-executable public_html/cgi/user.cgi"}
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Errorf("findings -want +got\n%s", diff)
	}
	for _, name := range []string{"public_html/cgi/home.cgi", "private/targets/linux-386/user.cgi"} {
		fact := Fact{name, "its owner may not read it, so it was not compared with the manifest"}
		n := 0
		for _, f := range report.Facts {
			if f == fact {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d times among the facts: %+v\n%+v", n, fact, report.Facts)
		}
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}
