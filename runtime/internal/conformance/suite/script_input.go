package suite

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// read reads a number of bytes.
func (s *script) read(count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	body := make([]byte, n)
	n, err = io.ReadFull(s.r.Body, body)
	s.note("read %d", n)
	return err
}

func (s *script) readAll(string) error {
	sum := sha256.New()
	n, err := io.Copy(sum, s.r.Body)
	s.note("read all %s", digest(n, [sha256.Size]byte(sum.Sum(nil))))
	return err
}

// show answers with the body of the request in short.
func (s *script) show(string) error {
	body, err := io.ReadAll(s.r.Body)
	fmt.Fprintf(s.w, "body %s, %v\n", summary(body), err)
	return nil
}

// echo writes what it reads, as it reads it.
func (s *script) echo(string) error {
	_, err := io.Copy(s.w, s.r.Body)
	return err
}

func (s *script) limit(count string) error {
	n, err := strconv.ParseInt(count, 10, 64)
	s.r.Body = http.MaxBytesReader(s.w, s.r.Body, n)
	return err
}

func (s *script) closeBody(string) error { return s.r.Body.Close() }

// form answers with the fields and files of a form.
func (s *script) form(string) error {
	if err := s.r.ParseMultipartForm(1 << 10); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return err
	}
	var lines []string
	for name, values := range s.r.PostForm {
		lines = append(lines, fmt.Sprintf("field %s %q", name, values))
	}
	if s.r.MultipartForm != nil {
		for name, files := range s.r.MultipartForm.File {
			for _, f := range files {
				lines = append(lines, fmt.Sprintf("file %s %q %d bytes", name, f.Filename, f.Size))
			}
		}
	}
	slices.Sort(lines)
	fmt.Fprintln(s.w, strings.Join(lines, "\n"))
	return nil
}

func (s *script) deadlines(string) error {
	c := http.NewResponseController(s.w)
	later := time.Now().Add(time.Hour)
	return errors.Join(c.SetReadDeadline(later), c.SetWriteDeadline(later))
}

// giveUp does not wait for the request body any more.
func (s *script) giveUp(string) error {
	return http.NewResponseController(s.w).SetReadDeadline(time.Unix(1, 0))
}

func (s *script) fullDuplex(string) error {
	return http.NewResponseController(s.w).EnableFullDuplex()
}

func (s *script) hijack(string) error {
	conn, _, err := http.NewResponseController(s.w).Hijack()
	if err != nil {
		return fmt.Errorf("not supported %t", errors.Is(err, http.ErrNotSupported))
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhijacked")
	return err
}

// interfaces says which optional interfaces the ResponseWriter has.
func (s *script) interfaces(string) error {
	_, flusher := s.w.(http.Flusher)
	_, readerFrom := s.w.(io.ReaderFrom)
	_, stringWriter := s.w.(io.StringWriter)
	s.note("flusher %t, reader from %t, string writer %t", flusher, readerFrom, stringWriter)
	return nil
}

// context says what the request's context holds.
func (s *script) context(string) error {
	local, ok := s.r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return errors.New("no local address")
	}
	at, err := netip.ParseAddrPort(local.String())
	if err != nil {
		return err
	}
	s.note("context: %v, local address %s %s with port %t", s.r.Context().Err(), local.Network(), at.Addr(), at.Port() != 0)
	return nil
}

func (s *script) basicAuth(string) error {
	user, password, ok := s.r.BasicAuth()
	_, err := fmt.Fprintf(s.w, "user %q password %q %t\n", user, password, ok)
	return err
}

func (s *script) cookies(string) error {
	for _, c := range s.r.Cookies() {
		fmt.Fprintf(s.w, "cookie %s %q\n", c.Name, c.Value)
	}
	return nil
}

// cancelled waits until the context is cancelled.
func (s *script) cancelled(string) error {
	select {
	case <-s.r.Context().Done():
		s.note("cancelled: %v", s.r.Context().Err())
		return nil
	case <-time.After(patience):
		return errors.New("not within the time limit")
	}
}
