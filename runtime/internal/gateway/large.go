package gateway

import (
	"bytes"
	"strconv"
	"strings"
)

// smallHeader is what every server takes.
const smallHeader = 4000

// reportLarge says so in the log when the header is more than the server in
// front takes: the server then answers 500 or 502, and its own log names
// neither the field nor the program.
func (w *response) reportLarge() {
	if len(w.head) <= smallHeader {
		return
	}
	name, size := largestField(w.head)
	field := "the field " + name + " has " + strconv.Itoa(size) + " bytes"
	header := "the header has " + strconv.Itoa(len(w.head)) + " bytes, of which " + field[len("the field "):]
	software := w.x.Vars.Get("SERVER_SOFTWARE")
	switch {
	case strings.HasPrefix(software, "Apache") && size > 8190:
		w.x.Report(field + ": Apache refuses lines of more than 8190")
	case strings.HasPrefix(software, "nginx") && len(w.head) > w.x.headerBuffer():
		w.x.Report(header + ": nginx refuses more than fits into fastcgi_buffer_size or scgi_buffer_size, which is " +
			strconv.Itoa(w.x.headerBuffer()) + " as far as CGIGEN_HEADER_BUFFER tells")
	case strings.HasPrefix(software, "lighttpd") && len(w.head) > 65535:
		w.x.Report(header + ": lighttpd refuses more than 65535")
	case strings.HasPrefix(software, "HAProxy") && len(w.head) > 15<<10:
		w.x.Report(header + ": HAProxy refuses more than fits into tune.bufsize, 16384 unless set, less tune.maxrewrite, 1024")
	}
}

// headerBuffer is what a generated configuration of nginx says of its buffer,
// or else how large that is unless set.
func (x *Exchange) headerBuffer() int {
	if n, err := strconv.Atoi(x.Vars.Get("CGIGEN_HEADER_BUFFER")); err == nil {
		return n
	}
	return 4096
}

// largestField returns the name of the longest line of a header, and its length.
func largestField(head []byte) (name string, size int) {
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		if len(line) > size {
			field, _, _ := bytes.Cut(line, []byte(":"))
			name, size = string(field), len(line)
		}
	}
	return name, size
}
