package guestbook_test

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// host lays the programs out as on a shared host, where the site of a user lies
// below /~alice and private beside the document root, and serves them with TLS.
func host(t *testing.T) (s site, folder string) {
	t.Helper()
	folder = t.TempDir()
	programs := filepath.Join(folder, "public_html", "cgi-bin")
	for path, mode := range map[string]os.FileMode{programs: 0o755, filepath.Join(folder, "private"): 0o700} {
		if err := os.MkdirAll(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	for name, patterns := range map[string][]string{
		"home": {"GET /~alice/{$}"},
		"sign": {"GET /~alice/sign", "POST /~alice/sign", "POST /~alice/entries/{id}/delete"},
		"api":  {"/~alice/api/"},
	} {
		path := filepath.Join(programs, name+".cgi")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./cgi-bin/"+name)
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("building %s: %v\n%s", name, err, out)
		}
		for _, pattern := range patterns {
			mux.Handle(pattern, &cgi.Handler{Path: path, Root: "/~alice", Stderr: t.Output()})
		}
	}
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	visitor := newVisitor(t)
	visitor.Transport = server.Client().Transport
	return site{t, server.URL, visitor}, folder
}

func TestTheProgramsServeASiteBelowAPrefix(t *testing.T) {
	s, folder := host(t)
	s.want("empty", s.get("/~alice/"), 200, "The first page is still white", `action="/~alice/sign"`, `href="/~alice/static/style.css?`)

	done := s.sign("Ada", "Hello", somePicture(t))
	s.want("at the wrong place", done, 404)
	s.url += "/~alice"
	done = s.sign("Ada", "Hello", somePicture(t))
	s.want("signing", done, 303)
	if got, want := done.Header.Get("Location"), "/~alice/#main"; got != want {
		t.Errorf("sent to %q, want %q", got, want)
	}
	if c := done.Cookies(); len(c) != 1 || c[0].Path != "/~alice/" || !c[0].Secure || !c[0].HttpOnly {
		t.Errorf("got the cookies %v", c)
	}
	s.want("signed", s.get("/"), 200, "Thank you, Ada", `src="/~alice/pictures/1"`, `action="/~alice/entries/1/delete"`)
	s.want("API", s.get("/api/entries/1"), 200, `"url": "/~alice/api/entries/1"`)
	s.want("taking back", s.do("POST", "/entries/1/delete", "", ""), 303)

	if _, err := os.Stat(filepath.Join(folder, "private", "guestbook", "guestbook.db")); err != nil {
		t.Errorf("the database does not lie in private: %v", err)
	}
}
