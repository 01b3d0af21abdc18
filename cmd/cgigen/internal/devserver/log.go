package devserver

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// log writes whole lines to the terminal, from several goroutines.
type log struct {
	mu sync.Mutex
	w  io.Writer
}

func newLog(w io.Writer) *log { return &log{w: w} }

func (l *log) say(format string, args ...any) {
	l.write(fmt.Sprintf("cgigen: "+format+"\n", args...))
}

// write passes on lines. A terminal that is gone does not stop the server.
func (l *log) write(lines string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.w, lines)
}

// lines passes on what a program writes to standard error, line by line with
// the name of the program, and keeps the beginning for a page.
type lines struct {
	log     *log
	program string
	partial []byte
	kept    bytes.Buffer
}

// How much of a program's standard error a page shows, in bytes.
const keepLimit = 64 << 10

func (l *lines) Write(p []byte) (int, error) {
	l.kept.Write(p[:min(len(p), keepLimit-l.kept.Len())])
	l.partial = append(l.partial, p...)
	for {
		line, rest, ok := bytes.Cut(l.partial, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		l.pass(line)
		l.partial = rest
	}
}

// end passes on a last line that has no end.
func (l *lines) end() {
	if len(l.partial) > 0 {
		l.pass(l.partial)
		l.partial = nil
	}
}

// pass passes on a line. The runtime names the program once more, and indents
// with tabs, which behind the name lead anywhere.
func (l *lines) pass(line []byte) {
	text := strings.TrimPrefix(string(bytes.TrimSuffix(line, []byte("\r"))), "cgigen: "+l.program+": ")
	rest := strings.TrimLeft(text, "\t")
	l.log.write(l.program + ": " + strings.Repeat("  ", len(text)-len(rest)) + rest + "\n")
}

// round returns a duration with as many digits as are of interest.
func round(d time.Duration) time.Duration {
	switch {
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > time.Millisecond:
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(time.Microsecond)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
