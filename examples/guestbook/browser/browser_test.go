// Package browser tests the site as a visitor meets it: a real browser, the
// real programs, served by cgigen serve.
package browser

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Last resorts against hanging: of the whole, in which the programs may have to
// be compiled from nothing, and of one step on a page.
const (
	patience     = 8 * time.Minute
	stepPatience = time.Minute
)

func TestABrowserSignsTheGuestbookWithAPicture(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	browser := startBrowser(t, ctx)
	cgigen := buildCgigen(t, ctx)
	data := filepath.Join(t.TempDir(), "data")

	site := serve(t, ctx, cgigen, data)
	browser.open(site.url)
	browser.sees("The first page is still white")
	browser.do(
		chromedp.SendKeys(chromedp.ID("name"), "Ada Lovelace"),
		chromedp.SendKeys(chromedp.ID("message"), "We stayed for a week.\nWe will come back."),
		chromedp.SetUploadFiles(chromedp.ID("picture"), []string{somePicture(t)}),
	)
	browser.submits(chromedp.Click(chromedp.CSS("#sign button")))
	browser.sees("Thank you, Ada Lovelace", "We stayed for a week.", "One entry", "Take back")
	browser.seesPicture(60, 40)
	browser.fits(390)
	browser.fits(1280)
	browser.leaves()
	site.stop()

	site = serve(t, ctx, cgigen, data)
	browser.open(site.url)
	browser.sees("Ada Lovelace", "We will come back.", "One entry", "Take back")
	browser.seesPicture(60, 40)

	browser.do(chromedp.Click(chromedp.CSS(".remove summary")))
	browser.submits(chromedp.Click(chromedp.CSS(".remove button"), chromedp.NodeVisible))
	browser.sees("Your entry is gone", "The first page is still white")
	browser.open(site.url + "/api/entries")
	browser.sees(`"total": 0`)
	browser.leaves()
	site.stop()
	browser.complainedNot()
}

func TestABrowserShowsWhatIsWrongWithAForm(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	browser := startBrowser(t, ctx)
	site := serve(t, ctx, buildCgigen(t, ctx), filepath.Join(t.TempDir(), "data"))
	script := filepath.Join(t.TempDir(), "picture.png")
	if err := os.WriteFile(script, []byte("<script>alert(1)</script>"), 0o600); err != nil {
		t.Fatal(err)
	}
	browser.open(site.url + "/sign")
	browser.do(
		chromedp.SendKeys(chromedp.ID("name"), "Ada"),
		chromedp.SendKeys(chromedp.ID("message"), "Hello"),
		chromedp.SetUploadFiles(chromedp.ID("picture"), []string{script}),
	)
	browser.submits(chromedp.Click(chromedp.CSS("form button")))
	browser.sees("This file is not a picture.")
	for field, want := range map[chromedp.ID]string{"name": "Ada", "message": "Hello"} {
		if got := run(browser, chromedp.Value(field)); got != want {
			t.Errorf("%s holds %q, want %q", field, got, want)
		}
	}
	browser.fits(390)
	browser.leaves()
	site.stop()
}

// buildCgigen compiles the command from the sources that this module uses.
func buildCgigen(t *testing.T, ctx context.Context) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "cgigen.exe")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/cgigen")
	build.Dir = filepath.Join("..", "..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building cgigen: %v\n%s", err, out)
	}
	return program
}

// A server is a running cgigen serve.
type server struct {
	url  string
	stop func()
}

// serve starts cgigen serve for the site, with its database in a folder of the
// test's own, and waits until it says its address.
func serve(t *testing.T, ctx context.Context, cgigen, data string) server {
	t.Helper()
	cmd := exec.CommandContext(ctx, cgigen, "-C", "..", "serve", "--addr", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), "GUESTBOOK_DATA="+data, "GUESTBOOK_LIMIT=0")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	said := &lines{ready: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := sync.OnceFunc(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended by itself
		if err := <-ended; err != nil {
			t.Errorf("cgigen serve: %v\n%s", err, said)
		}
	})
	t.Cleanup(stop)
	select {
	case <-said.ready:
	case err := <-ended:
		ended <- err // for stop
	}
	url := address(said.String())
	if url == "" {
		t.Fatal("cgigen serve did not come up")
	}
	return server{url, stop}
}

// lines keeps what a server writes, and tells when it is ready or never will be.
type lines struct {
	mu    sync.Mutex
	text  bytes.Buffer
	ready chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := decided(l.text.String())
	l.text.Write(p)
	if !before && decided(l.text.String()) {
		close(l.ready)
	}
	return len(p), nil
}

func decided(text string) bool { return address(text) != "" || strings.Contains(text, "build failed") }

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func address(text string) string {
	_, rest, _ := strings.Cut(text, "serving ")
	url, _, found := strings.Cut(rest, ";")
	if !found {
		return ""
	}
	return url
}

func somePicture(t *testing.T) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for i := range 60 * 40 {
		m.SetRGBA(i%60, i/60, color.RGBA{uint8(4 * (i % 60)), uint8(6 * (i / 60)), 128, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "picture.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// find looks for a browser. On CI it has to be there.
func find(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if slices.Contains([]string{"1", "true"}, os.Getenv("CI")) {
		t.Fatal("no Chromium on CI")
	}
	t.Skip("no Chromium: install it to run this test")
	return ""
}
