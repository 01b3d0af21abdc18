package suite

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Pattern returns n bytes of text in which no two parts of some length are alike.
func Pattern(n int) []byte {
	b := make([]byte, 0, n+16)
	for i := int64(0); len(b) < n; i++ {
		b = append(strconv.AppendInt(append(b, "line "...), i, 10), '\n')
	}
	return b[:n]
}

func (s *script) write(text string) error {
	_, err := s.w.Write([]byte(text))
	return err
}

func (s *script) writeString(text string) error {
	w, ok := s.w.(io.StringWriter)
	if !ok {
		return errors.New("no io.StringWriter")
	}
	_, err := w.WriteString(text)
	return err
}

// writeBytes writes a number of bytes, in parts as large as io.Copy's.
func (s *script) writeBytes(count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	for rest := Pattern(n); len(rest) > 0; {
		part := rest[:min(len(rest), 32<<10)]
		if _, err := s.w.Write(part); err != nil {
			return err
		}
		rest = rest[len(part):]
	}
	return nil
}

// writeTiny writes a number of bytes one by one.
func (s *script) writeTiny(count string) error {
	n, err := strconv.Atoi(count)
	for i := range Pattern(n) {
		if _, err := s.w.Write([]byte{'a' + byte(i%26)}); err != nil {
			return err
		}
	}
	return err
}

// copyText hides the WriterTo of its source, so that io.Copy asks the ResponseWriter for ReadFrom.
func (s *script) copyText(text string) error {
	_, err := io.Copy(s.w, struct{ io.Reader }{strings.NewReader(text)})
	return err
}

// copyFile copies a file of a number of bytes.
func (s *script) copyFile(count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp("", "suite-")
	if err != nil {
		return err
	}
	defer f.Close()
	os.Remove(f.Name())
	if _, err := f.Write(Pattern(n)); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(s.w, f)
	return err
}

// serveContent serves a document of a kilobyte with an entity tag and a time.
func (s *script) serveContent(name string) error {
	if s.w.Header().Get("Etag") == "" {
		s.w.Header().Set("Etag", `"v1"`)
	}
	modified := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	http.ServeContent(s.w, s.r, name, modified, bytes.NewReader(Pattern(1000)))
	return nil
}

// writeGzip writes text as a handler does that compresses.
func (s *script) writeGzip(text string) error {
	s.w.Header().Set("Content-Encoding", "gzip")
	s.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	z := gzip.NewWriter(s.w)
	if _, err := io.WriteString(z, text); err != nil {
		return err
	}
	return z.Close()
}

func (s *script) flush(string) error {
	f, ok := s.w.(http.Flusher)
	if !ok {
		return errors.New("no http.Flusher")
	}
	f.Flush()
	return nil
}

func (s *script) flushError(string) error {
	return http.NewResponseController(s.w).Flush()
}

// writeEndlessly writes until that fails, and then says so.
func (s *script) writeEndlessly(string) error {
	part := Pattern(32 << 10)
	for stop := time.Now().Add(patience); time.Now().Before(stop); {
		if _, err := s.w.Write(part); err != nil {
			s.note("endless: ended")
			return nil
		}
	}
	return errors.New("the client is gone and no write fails")
}
