package guestbook

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// valid is a configuration as the defaults make it.
func valid() Config {
	return Config{MaxDataMB: 500, PageSize: 12, MaxPictureMB: 8, Limit: 5, LimitWindow: 10 * time.Minute}
}

func TestCheckReportsEveryUnusableValue(t *testing.T) {
	if err := valid().Check(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	c := Config{PageSize: 101, MaxPictureMB: 0, Limit: -1, Key: "short", AdminToken: "short"}
	got := c.Check().Error()
	want := strings.Join([]string{
		"GUESTBOOK_PAGE_SIZE: 101 is not from 1 to 100",
		"GUESTBOOK_MAX_DATA_MB: 0 is not from 1 to 1048576",
		"GUESTBOOK_MAX_PICTURE_MB: 0 is not from 1 to 64",
		"GUESTBOOK_LIMIT: -1 is not from 0 to 1048576",
		"GUESTBOOK_LIMIT_WINDOW in seconds: 0 is not from 1 to 1073741824",
		"GUESTBOOK_KEY: shorter than 32 characters (try: openssl rand -hex 32)",
		"GUESTBOOK_ADMIN_TOKEN: shorter than 32 characters (try: openssl rand -hex 32)",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDataLiesInThePrivateFolderUnlessAbsolute(t *testing.T) {
	private, elsewhere := t.TempDir(), t.TempDir()
	for data, want := range map[string]string{
		"guestbook": filepath.Join(private, "guestbook"),
		elsewhere:   elsewhere,
	} {
		if got, err := dataDir(data, private); got != want || err != nil {
			t.Errorf("dataDir(%q) = %q, %v; want %q", data, got, err, want)
		}
	}
	if got, err := dataDir("guestbook", ""); err == nil {
		t.Errorf("without a private folder: %q, want an error", got)
	}
}
