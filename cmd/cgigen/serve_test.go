package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProgramsOfTheLocalServerSeeOnlyTheirPartOfTheEnvironment(t *testing.T) {
	shell := []string{
		"PATH=/bin", "HOME=/root", "TMPDIR=/tmp/x", "TEMP=x", "SHELL=/bin/sh", "SHOP_DSN=db=1", "SHOP_DSN_FILE=/dsn", "SHOP_OTHER=x",
		"CGIGEN_LOG=debug", "GODEBUG=x", "TZ=",
	}
	for system, want := range map[string][]string{
		"linux":   {"PATH=/usr/local/bin:/usr/bin:/bin", "SHOP_DSN=db=1", "SHOP_DSN_FILE=/dsn", "CGIGEN_LOG=debug", "TZ="},
		"windows": {"PATH=/bin", "TEMP=x", "SHOP_DSN=db=1", "SHOP_DSN_FILE=/dsn", "CGIGEN_LOG=debug", "TZ="},
	} {
		if diff := cmp.Diff(want, programEnv(system, []string{"SHOP_DSN"}, shell)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", system, diff)
		}
	}
}

func TestPrivateFolderIsQuotedForTheLinker(t *testing.T) {
	const flag = "-X=github.com/cgigen/cgigen/runtime/config.fixedDir="
	for _, test := range []struct{ dir, want string }{
		{"/srv/my site/private", "'" + flag + "/srv/my site/private'"},
		{"/srv/ann's site/private", `"` + flag + `/srv/ann's site/private"`},
	} {
		got, err := linkPrivateDir(test.dir)
		if err != nil || got != test.want {
			t.Errorf("linkPrivateDir(%q) = %s, %v; want %s", test.dir, got, err, test.want)
		}
	}
	const want = `cannot link the folder /srv/"ann's": the linker does not accept a name with both kinds of quotes`
	if got, err := linkPrivateDir(`/srv/"ann's"`); err == nil || err.Error() != want {
		t.Errorf("linkPrivateDir = %s, %v; want the error %s", got, err, want)
	}
}
