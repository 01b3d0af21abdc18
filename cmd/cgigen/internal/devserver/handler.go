package devserver

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/cgigen/cgigen/templates"
)

// ServeHTTP answers one request and logs it.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	rec := &recorder{ResponseWriter: w}
	defer func() {
		s.log.say("%s %s %s %s", r.Method, r.RequestURI, rec.outcome(), round(time.Since(start)))
	}()
	table, err := s.gate.pass(r.Context())
	switch {
	case err != nil: // the client has gone, or the server is about to
		rec.aborted = true
		panic(http.ErrAbortHandler)
	case table.failure != "":
		rec.page(r, http.StatusInternalServerError, templates.Page{
			Title:  "The build failed",
			Text:   "Fix the mistakes and reload this page.",
			Output: table.failure,
		})
	default:
		s.answer(rec, r, table)
	}
}

// answer leads a request to its program.
func (s *server) answer(rec *recorder, r *http.Request, t table) {
	program, other, ok := t.find(r)
	if ok {
		s.runProgram(rec, r, program)
		return
	}
	// The answer of the ServeMux shows whether only the method does not
	// match; the header then has the methods that do.
	probe := &recorder{ResponseWriter: discardWriter{http.Header{}}}
	other.ServeHTTP(probe, r)
	status, wanted := http.StatusNotFound, r.URL.Path
	if probe.status == http.StatusMethodNotAllowed {
		status, wanted = probe.status, r.Method+" "+r.URL.Path
		rec.Header()["Allow"] = probe.Header()["Allow"]
	}
	rec.page(r, status, templates.Page{
		Title: "No route for " + wanted, Text: "These are the routes of " + r.Host + ":", Routes: t.rows(),
	})
}

// runProgram has a program answer.
func (s *server) runProgram(rec *recorder, r *http.Request, p Program) {
	body, length, err := spool(r)
	if err != nil {
		s.log.say("%v", err)
		rec.aborted = true
		panic(http.ErrAbortHandler)
	}
	defer func() {
		if err := discard(body); err != nil {
			s.log.say("removing a body: %v", err)
		}
	}()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	unwatch := context.AfterFunc(r.Context(), cancel)
	defer unwatch()
	stderr := &lines{log: s.log, program: p.Name}
	process, err := start(ctx, p, environ(r, p, length), body, stderr)
	if err != nil {
		rec.failure(r, p, err, stderr)
		return
	}
	process.served = func() { unwatch() }
	if err := process.relay(rec, r); err != nil {
		rec.failure(r, p, err, stderr)
		return
	}
	s.finish(rec, p, process.wait())
}

// finish looks at how a program ended whose answer has been passed on.
func (s *server) finish(rec *recorder, p Program, err error) {
	if err != nil && !rec.aborted {
		s.log.say("%s: %v", p.Name, err)
	}
	if rec.aborted || killed(err) {
		rec.aborted = true
		panic(http.ErrAbortHandler) // so that half an answer does not pass for a whole one
	}
}

// relay passes on the answer of a program, or returns the reason why there is no answer.
func (p *process) relay(rec *recorder, r *http.Request) error {
	res, err := p.readHead()
	if err != nil {
		p.drain()
		return errors.Join(err, p.wait())
	}
	if isLocal(r) {
		if id, ok := p.failed(res); ok {
			_ = p.wait() // what it wrote is then complete; finish looks at how it ended
			rec.explained(r, p.stderr, id)
			return nil
		}
	}
	for name, values := range res.header {
		rec.Header()[name] = values
	}
	size := res.bodySize(r.Method)
	if size == 0 {
		p.served()
	}
	rec.WriteHeader(res.status)
	if err := p.copyBody(rec, size); err != nil {
		rec.aborted = true
		_ = p.cmd.Cancel() // nobody reads what it still has to say
		p.drain()
	}
	return nil
}

// recorder remembers how a request was answered.
type recorder struct {
	http.ResponseWriter
	status  int
	aborted bool
}

func (rec *recorder) WriteHeader(status int) {
	rec.status = status
	rec.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the writer that can flush.
func (rec *recorder) Unwrap() http.ResponseWriter { return rec.ResponseWriter }

// outcome is the status, as the log shows it.
func (rec *recorder) outcome() string {
	if rec.aborted {
		return "aborted"
	}
	return strconv.Itoa(rec.status)
}

// failure is the page for a program that did not answer (RFC 9110 §15.6.3).
func (rec *recorder) failure(r *http.Request, p Program, err error, stderr *lines) {
	output := stderr.kept.String()
	text := "Reason: " + strings.ReplaceAll(err.Error(), "\n", "; ") + "."
	if output != "" {
		text += " It wrote to standard error:"
	} else {
		text += " It wrote nothing to standard error."
	}
	rec.page(r, http.StatusBadGateway, templates.Page{
		Title: "Program " + p.Name + " did not answer", Text: text, Output: output,
	})
}

// explained is the page for a program that failed as the runtime has it: the
// answer that it gives everybody, and below it what only its log shows.
func (rec *recorder) explained(r *http.Request, stderr *lines, id string) {
	text := "Request " + id + ". On other machines the page ends here; the log has the rest. The program " + stderr.program
	if stderr.kept.Len() == 0 {
		text += " wrote nothing to standard error."
	} else {
		text += " wrote to standard error:"
	}
	rec.page(r, http.StatusInternalServerError, templates.Page{Title: "500 Internal Server Error", Text: text, Output: stderr.kept.String()})
}

// isLocal reports whether somebody at this machine asks.
func isLocal(r *http.Request) bool {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && address.Addr().Unmap().IsLoopback()
}

// page answers with a page of the server's own: HTML for browsers, text for
// everything else.
func (rec *recorder) page(r *http.Request, status int, page templates.Page) {
	var text bytes.Buffer
	write, kind := page.WriteText, "text/plain; charset=utf-8"
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		write, kind = page.WriteHTML, "text/html; charset=utf-8"
	}
	if err := write(&text); err != nil {
		text.WriteString(err.Error())
	}
	rec.Header().Set("Content-Type", kind)
	rec.Header().Set("Cache-Control", "no-store")
	rec.WriteHeader(status)
	_, _ = rec.Write(text.Bytes()) // it fails only if the client has gone
}

// discardWriter keeps nothing of an answer but its header.
type discardWriter struct{ header http.Header }

func (d discardWriter) Header() http.Header         { return d.header }
func (d discardWriter) Write(p []byte) (int, error) { return len(p), nil }
func (d discardWriter) WriteHeader(int)             {}
