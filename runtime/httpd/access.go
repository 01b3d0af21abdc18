package httpd

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// record answers a request, and writes what is to be known of it afterwards. A panic is
// recorded, too, and goes on to net/http.
func record(p gateway.Program, w http.ResponseWriter, r *http.Request, routes http.Handler) {
	c := &counter{ResponseWriter: w}
	begin := time.Now()
	defer func() {
		path, _, _ := strings.Cut(r.RequestURI, "?")
		p.Recorder.WriteAccess(os.Stderr, gateway.AccessRecord{
			Program: p.Name, ID: r.Header.Get("X-Request-Id"), Method: r.Method, Path: path, Pattern: r.Pattern,
			Status: c.status, Bytes: c.bytes, Time: begin, Took: time.Since(begin),
		})
	}()
	routes.ServeHTTP(c, r)
	if c.status == 0 {
		c.status = http.StatusOK // net/http writes the header of a handler that has not
	}
}

// A counter is a response that is counted. It can do what that of net/http can.
type counter struct {
	http.ResponseWriter
	status int // 0 before the header
	bytes  int64
}

// Unwrap is for http.ResponseController.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *counter) WriteHeader(status int) {
	if c.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *counter) begin() {
	if c.status == 0 {
		c.status = http.StatusOK
	}
}

func (c *counter) Write(p []byte) (int, error) {
	c.begin()
	n, err := c.ResponseWriter.Write(p)
	c.bytes += int64(n)
	return n, err
}

// WriteString is io.StringWriter.
func (c *counter) WriteString(s string) (int, error) {
	c.begin()
	n, err := io.WriteString(c.ResponseWriter, s)
	c.bytes += int64(n)
	return n, err
}

// ReadFrom is io.ReaderFrom, by which net/http sends files.
func (c *counter) ReadFrom(r io.Reader) (int64, error) {
	c.begin()
	n, err := io.Copy(c.ResponseWriter, r)
	c.bytes += n
	return n, err
}

// Flush is http.Flusher.
func (c *counter) Flush() {
	c.begin()
	_ = http.NewResponseController(c.ResponseWriter).Flush() // http.Flusher has no way to say that it failed
}

// Hijack is http.Hijacker.
func (c *counter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(c.ResponseWriter).Hijack()
}
