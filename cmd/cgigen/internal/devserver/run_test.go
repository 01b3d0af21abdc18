package devserver

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
)

// started is a Run under way.
type started struct {
	terminal *bufio.Reader
	end      context.CancelFunc
	result   chan error
	url      string
}

// startRun serves one test program at /. A build fails as long as there is a
// file broken.go, with its text.
func startRun(t *testing.T, root, program string, embeds []builder.Embed) *started {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w, err := os.Pipe() // it holds what nobody has read yet
	if err != nil {
		t.Fatal(err)
	}
	s := &started{terminal: bufio.NewReader(r), end: cancel, result: make(chan error, 1)}
	go func() {
		s.result <- Run(ctx, Options{
			Addr: "127.0.0.1:0", Root: root, Log: w,
			Build: func(context.Context) (Site, error) {
				if text, err := os.ReadFile(filepath.Join(root, "broken.go")); err == nil {
					return Site{}, errors.New(string(text))
				}
				return Site{
					Programs: []Program{{Name: program, Path: self, Dir: root, Env: testEnv(t, program)}},
					Routes:   []Route{{Pattern: "/", Program: program}},
				}, nil
			},
			Inputs:   func(context.Context) (builder.Inputs, error) { return builder.Inputs{Embeds: embeds}, nil },
			Describe: error.Error,
		})
		w.Close()
	}()
	t.Cleanup(func() { r.Close() })
	t.Cleanup(cancel)
	s.url = regexp.MustCompile(`http://[0-9.:]+`).FindString(s.line(t, "serving "))
	return s
}

// line reads the terminal up to a line with the text.
func (s *started) line(t *testing.T, text string) string {
	t.Helper()
	for {
		line, err := s.terminal.ReadString('\n')
		if strings.Contains(line, text) {
			return line
		}
		if err != nil {
			t.Fatalf("the server ended before it said %q", text)
		}
	}
}

// stop ends the server and returns its error.
func (s *started) stop(t *testing.T) error {
	t.Helper()
	s.end()
	if _, err := io.Copy(io.Discard, s.terminal); err != nil {
		t.Fatal(err)
	}
	return <-s.result
}

func TestEndOfTheServerEndsItsPrograms(t *testing.T) {
	s := startRun(t, t.TempDir(), "slow", nil)
	s.line(t, "1 program ready")
	res, err := http.DefaultClient.Do(request(t, "GET", s.url, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.ReadFull(res.Body, make([]byte, len("first\n"))); err != nil {
		t.Fatal(err)
	}
	if err := s.stop(t); err != nil {
		t.Error(err)
	}
}

func TestChangesAreNoticed(t *testing.T) {
	root := t.TempDir()
	s := startRun(t, root, "deaf", []builder.Embed{{Dir: root, Pattern: "static"}})
	s.line(t, "1 program ready")
	for _, name := range []string{"main.go", "go.mod", "static/page.html", "new/package/file.go"} {
		write(t, filepath.Join(root, filepath.FromSlash(name)), "package x")
		s.line(t, " has changed")
		s.line(t, "1 program ready")
	}
	if err := os.RemoveAll(filepath.Join(root, "main.go")); err != nil {
		t.Fatal(err)
	}
	s.line(t, "main.go has changed")
	if err := s.stop(t); err != nil {
		t.Error(err)
	}
}

func TestFailedBuildIsShownUntilItIsMended(t *testing.T) {
	root := t.TempDir()
	broken := filepath.Join(root, "broken.go")
	write(t, broken, "broken.go:1:1: no <package>")
	s := startRun(t, root, "deaf", nil)
	s.line(t, "broken.go:1:1: no <package>")
	s.line(t, "waiting for a change")
	want := answer{500, "The build failed\n\nFix the mistakes and reload this page.\n\nbroken.go:1:1: no <package>\n"}
	if got := fetch(t, request(t, "GET", s.url, nil)); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	s.line(t, "GET / 500")
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	s.line(t, "1 program ready")
	want = answer{200, "not interested"}
	if got := fetch(t, request(t, "GET", s.url, nil)); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := s.stop(t); err != nil {
		t.Error(err)
	}
}

func TestHopelessBuildEndsTheServer(t *testing.T) {
	hopeless := errors.New("8081 is no package")
	err := Run(t.Context(), Options{
		Addr: "127.0.0.1:0", Root: t.TempDir(), Log: io.Discard,
		Build:    func(context.Context) (Site, error) { return Site{}, hopeless },
		Hopeless: func(err error) bool { return err == hopeless },
	})
	if !errors.Is(err, hopeless) {
		t.Errorf("got %v, want %v", err, hopeless)
	}
}

func TestWhatDoesNotMatterIsNotSource(t *testing.T) {
	dir := t.TempDir()
	w := &watcher{ignored: []string{filepath.Join(dir, "cgi-bin", "home")}}
	for name, want := range map[string]bool{
		"shop.go":                true,
		"shop_test.go":           true,
		"users/asm.s":            true,
		"go.work":                true,
		"notes.txt":              false,
		"data.db":                false,
		".shop.go.swp":           false,
		".#shop.go":              false,
		"_shop.go":               false,
		"shop.go~":               false,
		"cgi-bin/home/main.go":   false,
		"cgi-bin/home/.main.go1": false,
	} {
		if got := w.isInput(filepath.Join(dir, filepath.FromSlash(name))); got != want {
			t.Errorf("%s is an input: %t, want %t", name, got, want)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
