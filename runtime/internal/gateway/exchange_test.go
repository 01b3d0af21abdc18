package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// A pipe is an Output in memory that notes when bytes left.
type pipe struct {
	bytes.Buffer
	writes  int
	flushes int
	before  func() // called before each write
	broken  error
}

func (p *pipe) Write(b []byte) (int, error) {
	if p.broken != nil {
		return 0, p.broken
	}
	if p.before != nil {
		p.before()
	}
	p.writes++
	return p.Buffer.Write(b)
}

func (p *pipe) Flush() error { p.flushes++; return nil }

// result is what comes out of an exchange.
type result struct {
	out, log string
	whole    bool
	writes   int
	ended    bool // the context was cancelled
}

type exchangeOption func(*Exchange)

func serve(h http.HandlerFunc, input io.Reader, vars Vars, options ...exchangeOption) result {
	out, log := &pipe{}, &bytes.Buffer{}
	ctx, cancel := context.WithCancel(context.Background())
	x := &Exchange{
		Program: Program{
			Name:    "test",
			Start:   func() (http.Handler, error) { return h, nil },
			Setting: func(string) (string, bool) { return "", false },
		},
		Vars: vars, Input: input, Output: out, Log: log, Context: ctx, Cancel: cancel,
	}
	for _, o := range options {
		o(x)
	}
	whole := x.Serve() == Served
	return result{out.String(), log.String(), whole, out.writes, ctx.Err() != nil}
}

func get(extra ...string) Vars {
	return makeVars(append(extra, "REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h", "UNIQUE_ID=id1")...)
}

func post(length string) Vars {
	return makeVars("REQUEST_METHOD=POST", "REQUEST_URI=/", "HTTP_HOST=h", "UNIQUE_ID=id1", "CONTENT_LENGTH="+length)
}

func TestResponseIsThatOfNetHTTP(t *testing.T) {
	long := strings.Repeat("x", bufferSize+1)
	tests := []struct {
		name string
		h    http.HandlerFunc
		vars Vars
		want string
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, get(),
			"Status: 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"small body gets type and length", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<p>hi") }, get(),
			"Status: 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 5\r\n\r\n<p>hi"},
		{"long body gets no length", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, long) }, get(),
			"Status: 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + long},
		{"HEAD has no body", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hi") },
			makeVars("REQUEST_METHOD=HEAD", "REQUEST_URI=/", "HTTP_HOST=h"),
			"Status: 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\n"},
		{"header is a snapshot", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("A", "1")
			w.WriteHeader(202)
			w.Header().Set("A", "2")
			w.Header().Set("B", "3")
		}, get(), "Status: 202 Accepted\r\nA: 1\r\nContent-Length: 0\r\n\r\n"},
		{"1xx is not final", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(103); w.WriteHeader(201) }, get(),
			"Status: 201 Created\r\nContent-Length: 0\r\n\r\n"},
		{"304 has no type", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "a/b")
			w.Header().Set("Content-Length", "7")
			w.Header().Set("Etag", "e")
			w.WriteHeader(304)
		}, get(), "Status: 304 Not Modified\r\nEtag: e\r\n\r\n"},
		{"unknown code", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(799) }, get(),
			"Status: 799 status code 799\r\nContent-Length: 0\r\n\r\n"},
		{"fields that are the server's stay", func(w http.ResponseWriter, r *http.Request) {
			for _, key := range []string{"Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Status", "Trailer", "In valid", http.TrailerPrefix + "X"} {
				w.Header()[key] = []string{"v"}
			}
			w.WriteHeader(200)
		}, get(), "Status: 200 OK\r\n\r\n"},
		{"a value cannot begin a line", func(w http.ResponseWriter, r *http.Request) {
			w.Header()["A"] = []string{" b\r\nStatus: 500\x00 "}
			w.WriteHeader(200)
		}, get(), "Status: 200 OK\r\nA: b  Status: 500 \r\nContent-Length: 0\r\n\r\n"},
		{"Location with 200 would be a redirect", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Location", "/x") }, get(),
			"Status: 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"Location with 201 stays", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Location", "/x"); w.WriteHeader(201) }, get(),
			"Status: 201 Created\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"},
		{"invalid length is dropped", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Length", "x") }, get(),
			"Status: 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"coded body is not sniffed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "hi")
		}, get(), "Status: 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi"},
		{"101 cannot be", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(101) }, get(),
			"Status: 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"},
		{"OPTIONS * is answered", func(w http.ResponseWriter, r *http.Request) { panic("called") },
			makeVars("REQUEST_METHOD=OPTIONS", "REQUEST_URI=*", "HTTP_HOST=h"), "Status: 200 OK\r\nContent-Length: 0\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := serve(tt.h, strings.NewReader(""), tt.vars)
			if got.out != tt.want || !got.whole {
				t.Errorf("whole %v, log %q\ngot  %.300q\nwant %.300q", got.whole, got.log, got.out, tt.want)
			}
		})
	}
}

func TestWritesReportWhatNetHTTPReports(t *testing.T) {
	serve(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(204)
		if _, err := w.Write([]byte("x")); err != http.ErrBodyNotAllowed {
			t.Errorf("204: %v", err)
		}
	}, strings.NewReader(""), get())
	serve(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "2")
		io.WriteString(w, "ab")
		if n, err := io.WriteString(w, "c"); n != 0 || err != http.ErrContentLength {
			t.Errorf("over-long: %d, %v", n, err)
		}
	}, strings.NewReader(""), get())
	serve(func(w http.ResponseWriter, r *http.Request) {
		for _, code := range []int{0, 42, 1000} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("WriteHeader(%d) did not panic", code)
					}
				}()
				w.WriteHeader(code)
			}()
		}
		if _, _, err := http.NewResponseController(w).Hijack(); !errors.Is(err, http.ErrNotSupported) {
			t.Errorf("Hijack: %v", err)
		}
	}, strings.NewReader(""), get())
}

func TestSmallResponseLeavesInOneWrite(t *testing.T) {
	got := serve(func(w http.ResponseWriter, r *http.Request) {
		for range 100 {
			io.WriteString(w, "0123456789")
		}
	}, strings.NewReader(""), get())
	if got.writes != 1 {
		t.Errorf("%d writes", got.writes)
	}
}

func TestFailuresNeverLookComplete(t *testing.T) {
	const clean = "Status: 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n" +
		"X-Content-Type-Options: nosniff\r\nContent-Length: 38\r\n\r\n500 Internal Server Error\nrequest id1\n"
	tests := []struct {
		name, want, log string
		h               http.HandlerFunc
	}{
		{"panic", clean, "cgigen: test: request id1: panic serving GET \"/\": boom\n", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("A", "1")
			io.WriteString(w, "half")
			panic("boom")
		}},
		{"abort is silent", clean, "", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }},
		{"shorter than declared", clean, "cgigen: test: request id1: the handler declared a Content-Length of 9 and wrote 1 bytes\n",
			func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "9")
				io.WriteString(w, "x")
			}},
		{"panic after the header", "Status: 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhalf", "cgigen: test: request id1: panic",
			func(w http.ResponseWriter, r *http.Request) {
				io.WriteString(w, "half")
				w.(http.Flusher).Flush()
				io.WriteString(w, "more")
				panic("boom")
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := serve(tt.h, strings.NewReader(""), get())
			if got.out != tt.want || got.whole || !strings.HasPrefix(got.log, tt.log) || tt.log == "" && got.log != "" {
				t.Errorf("whole %v\ngot  %q\nwant %q\nlog  %q", got.whole, got.out, tt.want, got.log)
			}
		})
	}
}

// What is logged of a request that is none may ask it for its context.
func TestRefusedRequestHasTheContextOfTheExchange(t *testing.T) {
	for name, answer := range map[string]func(*Exchange) Outcome{
		"by the transport": func(x *Exchange) Outcome { return x.Refuse(badRequest("no")) },
		"by its variables": func(x *Exchange) Outcome { x.Vars = get("CONTENT_LENGTH=x"); return x.Serve() },
	} {
		ctx, cancel := context.WithCancel(context.Background())
		out := &pipe{}
		x := &Exchange{Output: out, Log: io.Discard, Context: ctx, Cancel: cancel}
		if answer(x); !strings.HasPrefix(out.String(), "Status: 400 ") {
			t.Errorf("%s: got %q", name, out)
		}
		cancel()
		if err := x.request.Context().Err(); err != context.Canceled {
			t.Errorf("%s: the request's context says %v, want %v", name, err, context.Canceled)
		}
	}
}

func TestConstructorFailureIsA500WithoutDetail(t *testing.T) {
	got := serve(nil, strings.NewReader(""), get(), func(x *Exchange) {
		x.Program.Start = func() (http.Handler, error) { return nil, errors.New("dsn: secret\nsecond line") }
	})
	if strings.Contains(got.out, "secret") || !strings.HasPrefix(got.out, "Status: 500 ") || !strings.Contains(got.out, "id1") {
		t.Errorf("got %q", got.out)
	}
	if got.log != "cgigen: test: request id1: dsn: secret\n\tsecond line\n" {
		t.Errorf("log %q", got.log)
	}
}

func TestUnreadBodyIsTakenBeforeTheFirstByteLeaves(t *testing.T) {
	input := strings.NewReader(strings.Repeat("b", 300_000))
	got := serve(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(401) }, input, post("300000"), func(x *Exchange) {
		x.Output.(*pipe).before = func() {
			if input.Len() != 0 {
				t.Errorf("%d bytes of the body are left when the response leaves", input.Len())
			}
		}
	})
	if !strings.HasPrefix(got.out, "Status: 401 ") || !got.whole {
		t.Errorf("got %+v", got)
	}
}

func TestBodyCanBeReadAfterOutputHasLeft(t *testing.T) {
	body := strings.Repeat("0123456789", 300_000) // more than stays in memory
	got := serve(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "first:")
		w.(http.Flusher).Flush()
		if _, err := io.Copy(w, r.Body); err != nil {
			t.Error(err)
		}
	}, strings.NewReader(body), post("3000000"))
	if _, echoed, _ := strings.Cut(got.out, "first:"); echoed != body {
		t.Errorf("echoed %d bytes of %d", len(echoed), len(body))
	}
}

func TestFullDuplexEchoes(t *testing.T) {
	in, feed := io.Pipe()
	body := strings.Repeat("0123456789", 200_000)
	go func() { io.WriteString(feed, body); feed.Close() }()
	got := serve(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		io.Copy(w, r.Body)
	}, in, post("2000000"))
	if !strings.HasSuffix(got.out, "\r\n\r\n"+body) {
		t.Errorf("got %d bytes", len(got.out))
	}
}

func TestSpooledBodyHasALimit(t *testing.T) {
	setting := func(x *Exchange) {
		x.Program.Setting = func(name string) (string, bool) { return "1K", name == "SPOOL_LIMIT" }
	}
	got := serve(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "early")
		w.(http.Flusher).Flush()
		_, err := io.ReadAll(r.Body)
		if _, ok := errors.AsType[*http.MaxBytesError](err); !ok {
			t.Errorf("read: %v", err)
		}
	}, strings.NewReader(strings.Repeat("b", 5000)), post("5000"), setting)
	if !strings.HasPrefix(got.out, "Status: 413 ") || strings.Contains(got.out, "early") {
		t.Errorf("got %q", got.out)
	}
	got = serve(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if n != 5000 || err != nil {
			t.Errorf("read %d, %v", n, err)
		}
	}, strings.NewReader(strings.Repeat("b", 5000)), post("5000"), setting)
	if !strings.HasPrefix(got.out, "Status: 200 ") {
		t.Errorf("a handler that reads its body has a limit: %q", got.out)
	}
}

func TestSpoolWithoutRoomIsSaid(t *testing.T) {
	got := serve(func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush() },
		strings.NewReader(strings.Repeat("b", 2<<20)), post("2097152"), func(x *Exchange) {
			x.Program.Setting = func(name string) (string, bool) { return "/nonexistent", name == "SPOOL_DIR" }
		})
	if !strings.HasPrefix(got.out, "Status: 507 ") || !strings.Contains(got.log, "temporary file") {
		t.Errorf("got %q, log %q", got.out, got.log)
	}
}

func TestLossOfTheClientEndsTheContext(t *testing.T) {
	got := serve(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "x")
		if err := http.NewResponseController(w).Flush(); err == nil {
			t.Error("flush into a broken pipe succeeded")
		}
		if r.Context().Err() == nil {
			t.Error("the context lives on")
		}
	}, strings.NewReader(""), get(), func(x *Exchange) { x.Output.(*pipe).broken = os.ErrClosed })
	if got.whole {
		t.Error("the response counts as whole")
	}
}

func TestFileIsSentByTheGateway(t *testing.T) {
	name := t.TempDir() + "/f"
	content := strings.Repeat("0123456789", 10_000)
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	sender := &fileSender{}
	got := serve(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, name) }, strings.NewReader(""), get(),
		func(x *Exchange) { sender.pipe = x.Output.(*pipe); x.Output = sender })
	if !strings.HasSuffix(got.out, "\r\n\r\n"+content) || sender.sent < 90_000 {
		t.Errorf("%d bytes, %d of them sent as a file", len(got.out), sender.sent)
	}
}

type fileSender struct {
	*pipe
	sent int64
}

func (s *fileSender) ReadFile(f *os.File, n int64) (int64, error) {
	sent, err := io.CopyN(&s.Buffer, f, n)
	s.sent += sent
	return sent, err
}

// FuzzResponseHeader checks that no field of the handler's making adds a line.
func FuzzResponseHeader(f *testing.F) {
	f.Add("A", "b\r\nStatus: 500", 200)
	f.Add("Sta\ntus", "x", 302)
	f.Add("Location", "\r/x", 200)
	f.Fuzz(func(t *testing.T, key, value string, code int) {
		if code < 200 || code > 999 {
			return
		}
		got := serve(func(w http.ResponseWriter, r *http.Request) {
			w.Header()[key] = []string{value}
			w.WriteHeader(code)
		}, strings.NewReader(""), get())
		head, _, ok := strings.Cut(got.out, "\r\n\r\n")
		if !ok {
			t.Fatalf("no end of the header: %q", got.out)
		}
		lines := strings.Split(head, "\r\n")
		if len(lines) > 3 || !strings.HasPrefix(lines[0], "Status: ") || strings.ContainsAny(strings.Join(lines, ""), "\r\n\x00") {
			t.Fatalf("got %q", lines)
		}
		for _, line := range lines[1:] {
			if strings.HasPrefix(strings.ToLower(line), "status:") {
				t.Fatalf("a second Status: %q", lines)
			}
		}
	})
}
