package config

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A chroot has neither /proc nor time zones unless somebody puts them there.
func TestWhatAChrootLacksIsSaid(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can change the root of a program")
	}
	t.Setenv("CGO_ENABLED", "0")
	t.Setenv("ZONEINFO", "")
	h := newHome(t, "cgi-bin")
	h.write(t, "site.env", "APP_DSN=x\nAPP_DB_PASSWORD=y\n", 0o600)
	run := func(environment ...string) string {
		cmd := exec.Command("/cgi-bin/user.cgi")
		cmd.Path = "/cgi-bin/user.cgi"
		cmd.Err = nil // the path is one of the chroot
		cmd.Dir, cmd.Env = "/", environment
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: h.dir}
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	want := `configuration:
	private/site.env: cannot be looked for: the program does not find out where it lies (no such file or directory): mount /proc, or fix the folder when the program is linked (config.fixedDir)
	APP_ZONE (field Zone): the value from the environment cannot be looked up: the host has no time zone data (/usr/share/zoneinfo); install it, or import _ "time/tzdata" in the program
`
	if got := run("APP_ZONE=Europe/Berlin"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	must(t, os.MkdirAll(filepath.Join(h.dir, "proc/self"), 0o755))
	must(t, os.Symlink("/cgi-bin/user.cgi", filepath.Join(h.dir, "proc/self/exe")))
	if got, want := run("APP_ZONE=UTC"), "x 5s [] y 10\n"; got != want {
		t.Errorf("with /proc: got %q, want %q", got, want)
	}
	zones := filepath.Join(h.dir, "usr/share/zoneinfo/Etc")
	must(t, os.MkdirAll(zones, 0o755))
	must(t, os.WriteFile(filepath.Join(zones, "GMT"), utc, 0o644))
	if got := run("APP_ZONE=Europe/Berln"); !strings.Contains(got, "is not a known time zone such as Europe/Berlin") {
		t.Errorf("with time zones: got %q", got)
	}
}

// utc is a zone file (RFC 8536) of UTC.
var utc = []byte("TZif" + strings.Repeat("\x00", 16) + // version 1, reserved
	strings.Repeat("\x00", 4*4) + // no leap seconds, no transitions
	"\x00\x00\x00\x01\x00\x00\x00\x04" + // one type, four characters
	"\x00\x00\x00\x00\x00\x00" + "UTC\x00")
