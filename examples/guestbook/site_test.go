package guestbook_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/guestbook"
	"example.com/guestbook/api"
	"example.com/guestbook/home"
	"example.com/guestbook/picture"
	"example.com/guestbook/sign"
	"example.com/guestbook/static"
)

const adminToken = "0123456789abcdef0123456789abcdef"

// configuration is what the defaults make, with a database of the test's own.
func configuration(t *testing.T) guestbook.Config {
	return guestbook.Config{
		Title: "Guestbook", Welcome: "Welcome", Data: t.TempDir(), MaxDataMB: 50,
		PageSize: 3, MaxPictureMB: 1, LimitWindow: time.Minute, AdminToken: adminToken,
	}
}

// A site is all programs behind one server, and a visitor with a cookie jar
// who does not follow redirects.
type site struct {
	t       *testing.T
	url     string
	visitor *http.Client
}

func start(t *testing.T, c guestbook.Config) site {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	type constructor func(context.Context, guestbook.Config, *slog.Logger) (http.Handler, func() error, error)
	mux := http.NewServeMux()
	for _, program := range []struct {
		construct constructor
		patterns  []string
	}{
		{home.NewHome, []string{"GET /{$}"}},
		{sign.NewSign, []string{"GET /sign", "POST /sign", "POST /entries/{id}/delete"}},
		{picture.NewPicture, []string{"GET /pictures/{id}"}},
		{api.NewAPI, []string{"GET /api/entries", "POST /api/entries", "GET /api/entries/{id}", "DELETE /api/entries/{id}"}},
	} {
		handler, cleanup, err := program.construct(t.Context(), c, log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := cleanup(); err != nil {
				t.Error(err)
			}
		})
		for _, pattern := range program.patterns {
			mux.Handle(pattern, handler)
		}
	}
	mux.HandleFunc("GET /static/{file...}", static.Serve)
	mux.HandleFunc("GET /favicon.ico", static.Serve)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return site{t, server.URL, newVisitor(t)}
}

func newVisitor(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// response is an answer with its body read.
type response struct {
	*http.Response
	body string
}

func (s site) do(method, path, contentType, body string, header ...string) response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w, err := s.visitor.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer w.Body.Close()
	content, err := io.ReadAll(w.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response{w, string(content)}
}

func (s site) get(path string, header ...string) response {
	s.t.Helper()
	return s.do("GET", path, "", "", header...)
}

// sign sends the form as a browser does.
func (s site) sign(name, message, file string, header ...string) response {
	s.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, field := range [][2]string{{"name", name}, {"message", message}} {
		if err := form.WriteField(field[0], field[1]); err != nil {
			s.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("picture", "../../picture.php")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := io.WriteString(part, file); err != nil {
		s.t.Fatal(err)
	}
	if err := form.WriteField("website", ""); err != nil {
		s.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		s.t.Fatal(err)
	}
	return s.do("POST", "/sign", form.FormDataContentType(), b.String(), header...)
}

// want checks the status of an answer and what its body has to hold.
func (s site) want(what string, r response, status int, parts ...string) {
	s.t.Helper()
	if r.StatusCode != status {
		s.t.Errorf("%s: %s, want %d\n%s", what, r.Status, status, r.body)
	}
	for _, part := range parts {
		if !strings.Contains(r.body, part) {
			s.t.Errorf("%s: no %q in\n%s", what, part, r.body)
		}
	}
}

func (s site) without(what string, r response, parts ...string) {
	s.t.Helper()
	for _, part := range parts {
		if strings.Contains(r.body, part) {
			s.t.Errorf("%s: %q in\n%s", what, part, r.body)
		}
	}
}

func somePicture(t *testing.T) string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAVisitorSignsSeesItAndTakesItBack(t *testing.T) {
	s := start(t, configuration(t))
	s.want("empty", s.get("/"), 200, "The first page is still white", `action="/sign"`)

	done := s.sign("Ada <b>", "Hello\nthere & </article>", somePicture(t))
	s.want("signing", done, 303)
	if got, want := done.Header.Get("Location"), "/#main"; got != want {
		t.Errorf("sent to %q, want %q", got, want)
	}
	s.want("first look", s.get("/"), 200, "Thank you, Ada &lt;b&gt;.", "One entry", "<bdi>Ada &lt;b&gt;</bdi>",
		"Hello\nthere &amp; &lt;/article&gt;", `src="/pictures/1" width="40" height="30" alt="Picture from Ada &lt;b&gt;"`,
		`action="/entries/1/delete"`, `value="Ada &lt;b&gt;"`)
	s.without("second look", s.get("/"), "Thank you")

	other := s
	other.visitor = newVisitor(t)
	s.without("somebody else", other.get("/"), "/entries/1/delete")
	s.want("somebody else", other.do("POST", "/entries/1/delete", "", ""), 404, "not yours")
	s.want("nonsense", s.do("POST", "/entries/x/delete", "", ""), 404)

	s.want("taking back", s.do("POST", "/entries/1/delete", "", ""), 303)
	s.want("afterwards", s.get("/"), 200, "Your entry is gone.", "The first page is still white")
	s.want("its picture", s.get("/pictures/1"), 404)
}

func TestAnInvalidFormComesBackWithWhatWasTyped(t *testing.T) {
	s := start(t, configuration(t))
	tooLarge := strings.Repeat("x", 1<<20+1)
	s.want("no name", s.sign("", "Hello <there>", ""), 422, "Please tell your name.", "\nHello &lt;there&gt;</textarea>", `aria-invalid="true"`)
	s.want("no message", s.sign("Ada", " ", somePicture(t)), 422, "Please write a few words.", `value="Ada"`, "choose it again")
	s.want("no picture", s.sign("Ada", "Hello", "<?php system($_GET[0]);"), 422, "not a picture", `value="Ada"`, "Hello</textarea>")
	s.want("too large", s.sign("Ada", "Hello", tooLarge), 422, "larger than 1 MB", `value="Ada"`, "Hello</textarea>")
	s.want("the form alone", s.get("/sign"), 200, `action="/sign"`, "<title>Sign · Guestbook</title>")
	s.want("nothing kept", s.get("/"), 200, "The first page is still white")
}

func TestWhatIsNoFormIsRefused(t *testing.T) {
	s := start(t, configuration(t))
	const plain, multi = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	field := "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n"
	for name, test := range map[string]struct {
		contentType, body string
	}{
		"robot":           {plain, "name=Ada&message=Hello&website=http://example.com"},
		"broken escapes":  {plain, "name=%zz"},
		"huge":            {plain, "name=" + strings.Repeat("a", 2<<20)},
		"no boundary":     {"multipart/form-data", ""},
		"broken off":      {multi, "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAda"},
		"no end":          {multi, field},
		"no beginning":    {multi, strings.Repeat("x\r\n", 1<<20)},
		"too many fields": {multi, strings.Repeat(field, 40) + "--b--\r\n"},
		"huge field":      {multi, "--b\r\nContent-Disposition: form-data; name=\"y\"\r\n\r\n" + strings.Repeat("a", 1<<17) + "\r\n--b--\r\n"},
	} {
		s.want(name, s.do("POST", "/sign", test.contentType, test.body), 400)
	}
	s.want("without a picture", s.do("POST", "/sign", plain, "name=Ada&message=Hello"), 303)
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	s := start(t, configuration(t))
	for name, header := range map[string][2]string{
		"recent browser": {"Sec-Fetch-Site", "cross-site"},
		"older browser":  {"Origin", "https://evil.example"},
		"sandbox":        {"Origin", "null"},
	} {
		s.want(name, s.sign("Ada", "Hello", "", header[0], header[1]), 403, "another site")
		s.want(name+", API", s.do("POST", "/api/entries", "application/json", `{}`, header[0], header[1]), 403, "another site")
	}
	s.want("our own", s.sign("Ada", "Hello", "", "Sec-Fetch-Site", "same-origin", "Origin", s.url), 303)
}

func TestAnAddressThatSignsTooOftenWaits(t *testing.T) {
	c := configuration(t)
	c.Limit = 1
	s := start(t, c)
	s.want("first", s.sign("Ada", "Hello", ""), 303)
	again := s.sign("Ada", "Once more", "")
	s.want("second", again, 429, "come back in 1 min", "Once more</textarea>")
	if got := again.Header.Get("Retry-After"); got != "60" {
		t.Errorf("Retry-After: %q, want 60", got)
	}
}

func TestEntriesSpreadOverPages(t *testing.T) {
	s := start(t, configuration(t))
	for _, name := range []string{"One", "Two", "Three", "Four", "Five"} {
		s.want(name, s.sign(name, "Hello", ""), 303)
	}
	first := s.get("/")
	s.want("first", first, 200, "5 entries", "<bdi>Five</bdi>", "<bdi>Three</bdi>", `href="/?before=3"`)
	s.without("first", first, "<bdi>Two</bdi>", "Newer")
	s.want("second", s.get("/?before=3"), 200, "<bdi>Two</bdi>", "<bdi>One</bdi>", `href="/?after=2"`)
	s.want("nonsense", s.get("/?before=-1&after=x"), 200, "<bdi>Five</bdi>")
	s.want("nothing", s.get("/?before=1"), 200, "No entries here")
}

func TestAPictureIsServedAsOneAndCached(t *testing.T) {
	s := start(t, configuration(t))
	s.want("signing", s.sign("Ada", "Hello", somePicture(t)), 303)
	s.want("signing", s.sign("Ben", "No picture", ""), 303)
	p := s.get("/pictures/1")
	s.want("picture", p, 200, "\xff\xd8\xff")
	for name, want := range map[string]string{
		"Content-Type":            "image/jpeg",
		"Content-Security-Policy": "default-src 'none'; sandbox",
		"X-Content-Type-Options":  "nosniff",
		"Cache-Control":           "public, max-age=604800, immutable",
	} {
		if got := p.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	s.want("cached", s.get("/pictures/1", "If-None-Match", p.Header.Get("ETag")), 304)
	s.want("not modified", s.get("/pictures/1", "If-Modified-Since", p.Header.Get("Last-Modified")), 304)
	if part := s.get("/pictures/1", "Range", "bytes=0-1"); part.StatusCode != 206 || part.body != "\xff\xd8" {
		t.Errorf("range: %s %q, want 206 and two bytes", part.Status, part.body)
	}
	for _, path := range []string{"/pictures/2", "/pictures/99", "/pictures/..%2Fguestbook.db", "/pictures/x"} {
		s.want(path, s.get(path), 404)
	}
}

func TestPagesMayDoOnlyWhatTheyNeed(t *testing.T) {
	s := start(t, configuration(t))
	p := s.get("/")
	if got := p.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none';") || strings.Contains(got, "unsafe") || strings.Contains(got, "script") {
		t.Errorf("Content-Security-Policy: %q", got)
	}
	s.without("page", p, "<script", "style=")
	if len(p.Cookies()) != 0 {
		t.Errorf("somebody who only reads gets %v", p.Cookies())
	}
}

func TestStaticFilesAreKeptForEverUnderTheirVersion(t *testing.T) {
	s := start(t, configuration(t))
	link := regexp.MustCompile(`href="(/static/style\.css\?v=[0-9a-f]+)"`).FindStringSubmatch(s.get("/").body)
	if link == nil {
		t.Fatal("no link to the style sheet")
	}
	sheet := s.get(link[1])
	s.want("style sheet", sheet, 200, "prefers-color-scheme: dark")
	for _, test := range []struct{ path, header, want string }{
		{link[1], "Content-Type", "text/css; charset=utf-8"},
		{link[1], "Cache-Control", "public, max-age=31536000, immutable"},
		{"/static/style.css?v=old", "Cache-Control", "public, max-age=3600"},
		{"/static/icon.svg", "Content-Type", "image/svg+xml"},
		{"/favicon.ico", "Content-Type", "image/svg+xml"},
	} {
		if got := s.get(test.path).Header.Get(test.header); got != test.want {
			t.Errorf("%s: %s: %q, want %q", test.path, test.header, got, test.want)
		}
	}
	s.want("cached", s.get(link[1], "If-None-Match", sheet.Header.Get("ETag")), 304)
	for _, path := range []string{"/static/", "/static/nothing.css", "/static/%2e%2e/static.go", "/static/..%2fstatic.go"} {
		s.want(path, s.get(path), 404)
	}
}
