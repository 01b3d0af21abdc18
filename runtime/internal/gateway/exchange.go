package gateway

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Quirks are what a web server does to an exchange that others do not.
type Quirks struct {
	// BodyFirst: the server stops sending the request body when the response
	// begins, so that EnableFullDuplex has to get all of it before (nginx).
	BodyFirst bool

	// BodyLast: the server can go on sending the request body after the end of
	// the response, which the transport then drops. A handler that has called
	// EnableFullDuplex need not wait for it.
	BodyLast bool

	// StatusLast: the server takes every response with a Location for a 302,
	// unless Status comes after it (HAProxy).
	StatusLast bool
}

// An Exchange is one request and its response.
type Exchange struct {
	Program Program
	Vars    Vars
	Input   io.Reader // the request body and perhaps more
	Output  Output    // takes the response
	Log     io.Writer // standard error; gets whole lines

	// Context is that of the request; Cancel ends it.
	Context context.Context
	Cancel  func()

	Server Quirks // of the server in front

	id string

	// The parts of the exchange are in one piece of memory: each size of
	// object that a process has not used before costs it two page faults.
	context  requestContext
	request  http.Request
	body     Body
	response response
}

// An Outcome is how an exchange ended.
type Outcome int

const (
	// Served: the server has the response that the handler had in mind.
	Served Outcome = iota

	// Failed: the server has a whole response, but it is an error page of ours.
	Failed

	// Cut: the response is not whole. The transport has to end in a way that
	// cannot pass for the end of a response, as far as it has one.
	Cut
)

// Serve carries out the exchange. What the output still holds back is the
// transport's to send, together with what marks the end.
func (x *Exchange) Serve() Outcome {
	var begin time.Time
	if x.Program.Recorder.Access {
		begin = time.Now()
	}
	outcome := x.serve()
	x.body.free()
	if x.Program.Recorder.Access {
		x.recordAccess(begin)
	}
	return outcome
}

func (x *Exchange) recordAccess(begin time.Time) {
	r, w := &x.request, &x.response
	out := x.Program.Recorder.Out
	if out == nil {
		out = x.Log
	}
	x.Program.Recorder.WriteAccess(out, AccessRecord{
		Program: x.Program.Name, ID: x.ID(), Method: r.Method, Path: pathOf(r), Pattern: r.Pattern,
		Status: w.status, Bytes: w.written, Time: begin, Took: time.Since(begin),
	})
}

func (x *Exchange) serve() Outcome {
	x.context.Context = x.Context
	x.context.info.Log, x.context.info.Gateway = x.Log, x.Program.Gateway
	r, w := &x.request, &x.response
	err := makeRequest(r, &x.context, &x.body, x.Vars, x.Input)
	if m := &x.context.meta; err == nil && (m.forwarded || m.repeated != nil) {
		err = x.believe(r)
	}
	w.init(x, r)
	if err != nil {
		return w.refuse(err)
	}
	if r.RequestURI == "*" && r.Method == http.MethodOptions {
		return w.finish() // about the server as a whole (RFC 9110 §9.3.7), as in net/http
	}
	handler, err := x.Program.Start()
	if err != nil {
		x.Report(err.Error())
	}
	if x.Program.AnswerProbe(w, r, err) {
		x.Cancel()
		return w.finish()
	}
	if err != nil {
		return max(w.replace(http.StatusInternalServerError), Failed)
	}
	if r.ContentLength < 0 || r.ContentLength > longTransfer || strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		x.mayBeStopped() // what is uploaded may be on disk
	}
	ok := x.call(handler, w, r)
	x.Cancel() // as net/http does when ServeHTTP returns
	if r.MultipartForm != nil {
		r.MultipartForm.RemoveAll()
	}
	if w.committed {
		if err := x.body.takeSilence(); err != nil {
			x.Report("request body: " + err.Error())
		}
	}
	if !ok {
		return w.abort()
	}
	return w.finish()
}

// mayBeStopped says that the request may take long enough for the client to be
// lost, and that the handler then has to have the chance to end in order: a CGI
// process catches signals only from now on. Up to here one ends it at once,
// without the handler's deferred functions. Most requests are over by then, and
// catching costs them a thread; even a timer would.
func (x *Exchange) mayBeStopped() { x.Context.Done() }

// longTransfer is how many bytes make a request one that may take long: what fits in a
// pipe does not wait for anybody.
const longTransfer = 64 << 10

// Refuse answers without asking the program, because of what the transport has
// found wrong: the status of a *[RequestError], otherwise 500.
func (x *Exchange) Refuse(err error) Outcome {
	x.context.Context = x.Context
	setContext(&x.request, &x.context)
	x.response.init(x, &x.request)
	return x.response.refuse(err)
}

func (w *response) refuse(err error) Outcome {
	w.x.Report(err.Error())
	return w.replace(statusOf(err))
}

// call runs the handler. A panic is logged, except http.ErrAbortHandler.
func (x *Exchange) call(h http.Handler, w *response, r *http.Request) (ok bool) {
	defer func() {
		if v := recover(); v != nil {
			ok = false
			if v != http.ErrAbortHandler {
				x.Report("panic serving " + r.Method + " " + strconv.Quote(r.RequestURI) + ": " + PanicText(v) + "\n" + stack())
			}
		}
	}()
	h.ServeHTTP(w, r)
	return true
}

// PanicText says what a value is that came with a panic. Package fmt would say
// more of rare ones, but is not worth a thirtieth of every request.
func PanicText(v any) string {
	switch v := v.(type) {
	case error:
		return v.Error()
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	}
	t := reflect.TypeOf(v)
	return "a value of type " + t.PkgPath() + "." + t.Name()
}

func stack() string {
	buf := make([]byte, 64<<10)
	return string(buf[:runtime.Stack(buf, false)])
}

// finish sends what is left of a response whose handler has returned.
func (w *response) finish() Outcome {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.done = true
	if w.isShort() {
		w.x.Report("the handler declared a Content-Length of " + strconv.FormatInt(w.declared, 10) +
			" and wrote " + strconv.FormatInt(w.written, 10) + " bytes")
		return w.abort()
	}
	if w.err == nil {
		w.send()
	}
	if w.err == nil {
		w.leaveInput()
	}
	return w.outcome()
}

// outcome is Served unless the output broke, is an error page, or lacks a write
// that would have gone beyond the declared length.
func (w *response) outcome() Outcome {
	switch {
	case w.refused:
		return Failed
	case w.err != nil:
		return Cut
	case w.declared >= 0 && w.written-w.rejected < w.declared && !w.isHead && bodyAllowed(w.status):
		return Cut
	}
	return Served
}

func (w *response) isShort() bool {
	return w.declared >= 0 && w.written < w.declared && !w.isHead &&
		bodyAllowed(w.status) && w.err == nil
}

// abort ends a response that cannot be completed: with a clean error if nothing
// has left, otherwise by leaving it unfinished.
func (w *response) abort() Outcome {
	switch {
	case w.refused:
		return Failed
	case w.committed || w.err != nil:
		return Cut
	}
	return max(w.replace(http.StatusInternalServerError), Failed)
}

// replace answers with an error page in place of what the handler had in mind.
// The page has no detail: the request id leads to the line in the log.
func (w *response) replace(code int) Outcome {
	page := strconv.Itoa(code) + " " + http.StatusText(code) + "\nrequest " + w.x.ID() + "\n"
	w.status, w.typed, w.declared, w.noLength, w.done = code, true, -1, false, true
	w.head = appendStatus(nil, code)
	w.head = appendField(w.head, "Content-Type", "text/plain; charset=utf-8")
	w.head = appendField(w.head, "X-Content-Type-Options", "nosniff")
	if code == http.StatusServiceUnavailable {
		w.head = appendField(w.head, "Retry-After", "5")
	}
	w.buf, w.written = append(w.buf[:0], page...), int64(len(page))
	w.FlushError()
	return w.outcome()
}

// statusOf is the status with which a request is refused.
func statusOf(err error) int {
	switch err := err.(type) {
	case *RequestError:
		return err.Status
	case *http.MaxBytesError:
		return http.StatusRequestEntityTooLarge
	case *noRoomError:
		return http.StatusServiceUnavailable
	case *SilentError:
		return http.StatusRequestTimeout
	case *spoolError:
		return http.StatusInsufficientStorage
	}
	return http.StatusInternalServerError
}

// Report writes a line to the log that names the program and the request. What
// follows the first line is indented, so no line can be taken for another record's.
func (x *Exchange) Report(text string) {
	x.Program.Recorder.writeReport(x.Log, x.Program.Name, x.ID(), strings.TrimRight(text, "\n"))
}

// ID identifies the request to its client and in the log: mod_unique_id's
// name for it if the server has one.
func (x *Exchange) ID() string {
	if x.id == "" {
		x.id = x.Vars.Get("UNIQUE_ID")
	}
	if x.id == "" {
		var random [8]byte
		rand.Read(random[:])
		x.id = hex.EncodeToString(random[:])
	}
	return x.id
}

// spoolLimits are the settings CGIGEN_SPOOL_LIMIT and CGIGEN_SPOOL_DIR.
func (x *Exchange) spoolLimits() *SpoolLimits {
	limits := &SpoolLimits{Memory: 1 << 20, Total: 64 << 20, Shared: x.Program.Spools}
	if text, ok := x.Program.Setting("SPOOL_LIMIT"); ok {
		if n, err := ParseSize(text); err == nil {
			limits.Total = n
		} else {
			x.Report("CGIGEN_SPOOL_LIMIT: " + err.Error())
		}
	}
	limits.Dir, _ = x.Program.Setting("SPOOL_DIR")
	return limits
}

// ParseSize parses a number of bytes, as settings have it: 1048576, 1024K, 1M or 1G.
func ParseSize(text string) (int64, error) {
	digits := strings.TrimRight(text, "KMGkmg")
	shift := 0
	switch strings.ToUpper(text[len(digits):]) {
	case "":
	case "K":
		shift = 10
	case "M":
		shift = 20
	case "G":
		shift = 30
	default:
		return 0, errors.New(strconv.Quote(text) + " is no size, such as 512K, 64M or 2G")
	}
	n, err := strconv.ParseUint(digits, 10, 63-shift)
	if err != nil {
		return 0, errors.New(strconv.Quote(text) + " is no size, such as 512K, 64M or 2G")
	}
	return int64(n) << shift, nil
}
