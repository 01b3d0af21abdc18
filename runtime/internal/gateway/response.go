package gateway

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

// bufferSize is how much of a body waits for the end of the handler, so that a
// small response leaves in one write and with its length.
const bufferSize = 8 << 10

// An Output takes the bytes of a CGI response. It may have more methods:
// SetWriteDeadline(time.Time) error, and ReadFile(*os.File, int64) (int64, error),
// which sends that many bytes of a file without copying them.
type Output interface {
	io.Writer
	// Flush sends what the output itself holds back.
	Flush() error
}

// A response is the http.ResponseWriter of an Exchange. It does what that of
// net/http does, as far as CGI can carry it.
type response struct {
	x      *Exchange
	req    *http.Request
	body   *Body
	header http.Header
	isHead bool

	status     int    // 0 before WriteHeader
	head       []byte // what leaves first: fixed by WriteHeader, so that later changes of header are too late
	typed      bool   // head has, or must not get, a Content-Type
	declared   int64  // Content-Length of the handler; -1 if it has not set one
	noLength   bool   // the handler's header forbids an automatic Content-Length
	written    int64  // bytes of the body that the handler wrote
	rejected   int64  // of these, beyond the declared length
	buf        []byte
	committed  bool // the header has left
	fullDuplex bool
	done       bool  // the handler has returned
	refused    bool  // an error page has left in place of it
	err        error // what ended the output

	room [384]byte // for a usual head, and a small body behind it
}

func (w *response) init(x *Exchange, r *http.Request) {
	w.x, w.req, w.body = x, r, &x.body
	w.header = make(http.Header)
	w.declared = -1
	w.isHead = x.Vars.Get("REQUEST_METHOD") == http.MethodHead
}

func (w *response) Header() http.Header { return w.header }

// WriteHeader takes a snapshot of the header. Informational statuses (1xx)
// cannot be carried by CGI and are dropped: the final one follows.
func (w *response) WriteHeader(code int) {
	if code < 100 || code > 999 {
		panic("invalid WriteHeader code " + strconv.Itoa(code))
	}
	if w.status != 0 {
		w.x.Report("superfluous WriteHeader(" + strconv.Itoa(code) + ") after WriteHeader(" + strconv.Itoa(w.status) + ")")
		return
	}
	if code == http.StatusSwitchingProtocols {
		w.x.Report("WriteHeader(101): a gateway cannot switch protocols")
		code = http.StatusInternalServerError
	}
	if code < 200 {
		return
	}
	w.status = code
	w.declare()
	if code == http.StatusOK && w.x.context.meta.conditional {
		if tag := w.codedTag(); tag != "" {
			w.answerUnchanged(tag)
			return
		}
	}
	w.setHead(w.header, code)
}

// setHead makes what leaves first.
func (w *response) setHead(header http.Header, code int) {
	if w.head = w.room[:0]; w.x.Server.StatusLast {
		w.head = appendStatus(w.x.appendHeader(w.head, header, code), code)
	} else {
		w.head = w.x.appendHeader(appendStatus(w.head, code), header, code)
	}
	w.reportLarge()
}

// declare notes what the header says about the body.
func (w *response) declare() {
	_, hasType := w.header["Content-Type"]
	encoding := w.header["Content-Encoding"]
	coded := w.header.Get("Transfer-Encoding") != ""
	w.typed = hasType || coded || len(encoding) > 0 && encoding[0] != ""
	values, hasLength := w.header["Content-Length"]
	w.noLength = hasLength || coded || len(w.header["Trailer"]) > 0
	if len(values) == 0 || values[0] == "" || coded {
		return
	}
	n, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil || n < 0 {
		w.x.Report("invalid Content-Length of " + strconv.Quote(values[0]))
		w.noLength = false
		return
	}
	w.declared = n
}

func (w *response) Write(p []byte) (int, error) {
	if err := w.admit(len(p)); err != nil || len(p) == 0 {
		return 0, err
	}
	if len(w.buf)+len(p) <= bufferSize {
		w.buf = append(w.buf, p...)
		return len(p), nil
	}
	return w.overflow(p)
}

func (w *response) WriteString(s string) (int, error) {
	if err := w.admit(len(s)); err != nil || len(s) == 0 {
		return 0, err
	}
	if len(w.buf)+len(s) <= bufferSize {
		w.buf = append(w.buf, s...)
		return len(s), nil
	}
	return w.overflow([]byte(s))
}

// admit counts n bytes of the body, or says why they may not be there.
func (w *response) admit(n int) error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.err != nil {
		return w.err
	}
	if n == 0 {
		return nil
	}
	if !bodyAllowed(w.status) {
		return http.ErrBodyNotAllowed
	}
	w.written += int64(n)
	if w.declared >= 0 && w.written > w.declared {
		w.rejected += int64(n)
		return http.ErrContentLength
	}
	return nil
}

// overflow sends what waits and then p, in writes of a useful size.
func (w *response) overflow(p []byte) (int, error) {
	if !w.committed && len(w.buf) < sniffLen {
		// The type is found in the first bytes, however they were written.
		take := min(len(p), sniffLen-len(w.buf))
		w.buf = append(w.buf, p[:take]...)
		n, err := w.overflow(p[take:])
		return take + n, err
	}
	if err := w.send(); err != nil {
		return 0, err
	}
	if len(p) < bufferSize {
		w.buf = append(w.buf, p...)
		return len(p), nil
	}
	return len(p), w.output(p)
}

const sniffLen = 512 // what http.DetectContentType looks at

// send lets the header leave, and what waits of the body.
func (w *response) send() error {
	if !w.committed {
		if err := w.commit(); err != nil {
			return err
		}
		return w.err
	}
	pending := w.buf
	w.buf = w.buf[:0]
	if len(pending) == 0 {
		return w.err
	}
	return w.output(pending)
}

// commit is the moment from which nothing can be taken back. The request body
// has to be out of the way before the first byte leaves.
func (w *response) commit() error {
	err := w.clearInput()
	if err == nil {
		err = w.body.takeSilence()
	}
	if err != nil {
		w.x.Report("request body: " + err.Error())
		w.refused = w.replace(statusOf(err)) != Cut
		w.err = err
		return err
	}
	w.committed = true
	if !w.typed && bodyAllowed(w.status) && len(w.buf) > 0 {
		w.head = appendField(w.head, "Content-Type", http.DetectContentType(w.buf))
	}
	if n := w.length(); n >= 0 {
		w.head = append(w.head, "Content-Length: "...)
		w.head = strconv.AppendInt(w.head, n, 10)
		w.head = append(w.head, "\r\n"...)
	}
	w.head = append(w.head, "\r\n"...)
	if !w.isHead { // RFC 3875 §4.3.3
		w.head = append(w.head, w.buf...)
	}
	w.buf = w.buf[:0]
	head := w.head
	w.head = nil
	return w.emit(head)
}

// length is the Content-Length that the response gets, or -1.
func (w *response) length() int64 {
	switch {
	case !bodyAllowed(w.status):
		return -1
	case w.declared >= 0:
		return w.declared
	case w.done && !w.noLength && (!w.isHead || w.written > 0):
		return w.written
	}
	return -1
}

func (w *response) clearInput() error {
	switch {
	case w.done:
		w.leaveInput()
	case w.fullDuplex && !w.x.Server.BodyFirst:
		w.body.Pump(w.x.spoolLimits())
	default:
		if err := w.body.Hold(w.x.spoolLimits()); err != nil {
			return err
		}
		w.giveUp()
	}
	return nil
}

// leaveInput is for what the handler has not read of the request body.
func (w *response) leaveInput() {
	if w.fullDuplex && w.x.Server.BodyLast && !w.x.Server.BodyFirst {
		w.body.Abandon()
	} else {
		w.body.Discard()
		w.giveUp()
	}
}

// giveUp is for a body whose rest the handler does not wait for any more
// (SetReadDeadline). What the server still sends of it must not cost the answer.
func (w *response) giveUp() {
	if in, ok := w.x.Input.(interface{ GiveUp() }); ok && w.body.giveUp() {
		in.GiveUp()
	}
}

// output sends a part of the body.
func (w *response) output(p []byte) error {
	if w.err != nil {
		return w.err
	}
	if w.isHead {
		return nil
	}
	return w.emit(p)
}

// emit hands bytes to the server. An error is the loss of the client or of the
// server, and ends the request's context.
func (w *response) emit(p []byte) error {
	if !w.done && w.written > longTransfer {
		w.x.mayBeStopped()
	}
	if _, err := w.x.Output.Write(p); err != nil {
		w.broken(err)
	}
	return w.err
}

func (w *response) broken(err error) {
	if w.err == nil {
		w.err = err
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		w.x.Cancel()
	}
}

func (w *response) Flush() { w.FlushError() }

// FlushError sends the header, if it has not left, and all that was written.
func (w *response) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !w.done {
		w.x.mayBeStopped() // whoever flushes has more to say
	}
	if err := w.send(); err != nil {
		return err
	}
	if err := w.x.Output.Flush(); err != nil {
		w.broken(err)
	}
	return w.err
}

// ReadFrom copies src to the client. A file goes by the shortest way that the
// gateway has.
func (w *response) ReadFrom(src io.Reader) (int64, error) {
	var shown int64
	if missing := sniffLen - len(w.buf); !w.committed && missing > 0 {
		n, err := io.CopyN(writerOnly{w}, src, int64(missing)) // they may have to show the type
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		shown = n
	}
	if file, n, ok := fileToSend(src); ok && w.canSendFile(n) {
		n, err := w.sendFile(file, n, src)
		return shown + n, err
	}
	n, err := io.Copy(writerOnly{w}, src)
	return shown + n, err
}

// writerOnly keeps io.Copy from calling ReadFrom again.
type writerOnly struct{ io.Writer }

// EnableFullDuplex lets the handler go on reading the body while it writes,
// without waiting for the rest of it to arrive.
func (w *response) EnableFullDuplex() error {
	w.fullDuplex = true
	return nil
}

// SetReadDeadline limits the reading of the request body.
func (w *response) SetReadDeadline(t time.Time) error {
	input, ok := w.x.Input.(interface{ SetReadDeadline(time.Time) error })
	if !ok {
		return http.ErrNotSupported
	}
	return input.SetReadDeadline(t)
}

// SetWriteDeadline limits the writing of the response.
func (w *response) SetWriteDeadline(t time.Time) error {
	output, ok := w.x.Output.(interface{ SetWriteDeadline(time.Time) error })
	if !ok {
		return http.ErrNotSupported
	}
	return output.SetWriteDeadline(t)
}

// CloseNotify implements http.CloseNotifier, which old middleware asserts.
func (w *response) CloseNotify() <-chan bool {
	gone := make(chan bool, 1)
	go func() {
		<-w.req.Context().Done()
		gone <- true
	}()
	return gone
}

var (
	_ io.ReaderFrom   = (*response)(nil)
	_ io.StringWriter = (*response)(nil)
	_ http.Flusher    = (*response)(nil)
)
