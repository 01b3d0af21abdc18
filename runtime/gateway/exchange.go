package gateway

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
)

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

	id string
}

// Serve carries out the exchange. It reports whether the server has got a
// whole response. If not, the transport has to end in a way that cannot pass
// for the end of a response, as far as it has one.
func (x *Exchange) Serve() (whole bool) {
	r, body, err := NewRequest(x.Context, x.Vars, x.Input)
	w := newResponse(x, r, body)
	if err != nil {
		x.Logf("%v", err)
		return w.replace(statusOf(err))
	}
	if r.RequestURI == "*" && r.Method == http.MethodOptions {
		return w.finish() // about the server as a whole (RFC 9110 §9.3.7), as in net/http
	}
	handler, err := x.Program.Start()
	if err != nil {
		x.Logf("%v", err)
		w.replace(http.StatusInternalServerError)
		return false
	}
	ok := x.call(handler, w, r)
	x.Cancel() // as net/http does when ServeHTTP returns
	if r.MultipartForm != nil {
		r.MultipartForm.RemoveAll()
	}
	if !ok {
		w.abort()
		return false
	}
	return w.finish()
}

// call runs the handler. A panic is logged, except http.ErrAbortHandler.
func (x *Exchange) call(h http.Handler, w *response, r *http.Request) (ok bool) {
	defer func() {
		if v := recover(); v != nil {
			ok = false
			if v != http.ErrAbortHandler {
				x.Logf("panic serving %s %q: %v\n%s", r.Method, r.RequestURI, v, stack())
			}
		}
	}()
	h.ServeHTTP(w, r)
	return true
}

func stack() []byte {
	buf := make([]byte, 64<<10)
	return buf[:runtime.Stack(buf, false)]
}

// finish sends what is left of a response whose handler has returned.
func (w *response) finish() (whole bool) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.done = true
	if w.isShort() {
		w.x.Logf("the handler declared a Content-Length of %d and wrote %d bytes", w.declared, w.written)
		w.abort()
		return false
	}
	if w.err == nil {
		w.FlushError()
	}
	if w.err == nil {
		w.body.Discard()
	}
	return w.err == nil
}

func (w *response) isShort() bool {
	return w.declared >= 0 && w.written < w.declared && !w.isHead &&
		bodyAllowed(w.status) && w.err == nil
}

// abort ends a response that cannot be completed: with a clean error if nothing
// has left, otherwise by leaving it unfinished.
func (w *response) abort() {
	if !w.committed && w.err == nil {
		w.replace(http.StatusInternalServerError)
	}
}

// replace answers with an error page in place of what the handler had in mind.
// The page has no detail: the request id leads to the line in the log.
func (w *response) replace(code int) (whole bool) {
	page := strconv.Itoa(code) + " " + http.StatusText(code) + "\nrequest " + w.x.ID() + "\n"
	w.status, w.typed, w.declared, w.noLength, w.done = code, true, -1, false, true
	w.head = appendStatus(nil, code)
	w.head = appendField(w.head, "Content-Type", "text/plain; charset=utf-8")
	w.head = appendField(w.head, "X-Content-Type-Options", "nosniff")
	w.buf, w.written = append(w.buf[:0], page...), int64(len(page))
	w.FlushError()
	return w.err == nil
}

// statusOf is the status with which a request is refused.
func statusOf(err error) int {
	switch err := err.(type) {
	case *RequestError:
		return err.Status
	case *http.MaxBytesError:
		return http.StatusRequestEntityTooLarge
	case *spoolError:
		return http.StatusInsufficientStorage
	}
	return http.StatusInternalServerError
}

// Logf writes a line to the log that names the program and the request. What
// follows the first line is indented, so that none can be taken for another's.
func (x *Exchange) Logf(format string, args ...any) {
	text := strings.TrimRight(fmt.Sprintf(format, args...), "\n")
	prefix := "cgigen: " + x.Program.Name + ": request " + x.ID() + ": "
	io.WriteString(x.Log, prefix+strings.ReplaceAll(text, "\n", "\n\t")+"\n")
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
	limits := &SpoolLimits{Memory: 1 << 20, Total: 64 << 20}
	if text, ok := x.Program.Setting("SPOOL_LIMIT"); ok {
		if n, err := parseSize(text); err == nil {
			limits.Total = n
		} else {
			x.Logf("CGIGEN_SPOOL_LIMIT: %v", err)
		}
	}
	limits.Dir, _ = x.Program.Setting("SPOOL_DIR")
	return limits
}

// parseSize parses a number of bytes: 1048576, 1024K, 1M or 1G.
func parseSize(text string) (int64, error) {
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
		return 0, fmt.Errorf("%q is no size, such as 512K, 64M or 2G", text)
	}
	n, err := strconv.ParseUint(digits, 10, 63-shift)
	if err != nil {
		return 0, fmt.Errorf("%q is no size, such as 512K, 64M or 2G", text)
	}
	return int64(n) << shift, nil
}
