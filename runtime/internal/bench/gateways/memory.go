package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// many is how many connections the memory is divided by.
const many = 1000

// measureMemory prints what a connection costs that has had a request, and a
// request whose handler waits. Each is measured in a process
// that has done nothing else, by what its resident memory has grown.
func (s *site) measureMemory(w io.Writer) error {
	fmt.Fprintf(w, "%-22s %14s %14s   KiB each, of %d\n", "", "idle", "in flight", many)
	for _, b := range backends() {
		if strings.Contains(b.name, "not kept") {
			continue
		}
		var grown [2]float64
		for i, path := range []string{"/", "/wait"} {
			if err := s.restart(b); err != nil {
				return err
			}
			before, err := s.resident(b)
			if err != nil {
				return err
			}
			conns, err := s.hold(b, path)
			if err != nil {
				return fmt.Errorf("%s: %w", b.name, err)
			}
			time.Sleep(time.Second) // a request has no other way to show that it runs
			after, err := s.resident(b)
			if err != nil {
				return err
			}
			grown[i] = float64(after-before) / many
			for _, c := range conns {
				c.Close()
			}
		}
		fmt.Fprintf(w, "%-22s %14.1f %14.1f\n", b.name, grown[0], grown[1])
	}
	return nil
}

// hold opens connections and sends a request on each. If it is answered, the
// answer has come.
func (s *site) hold(b backend, path string) ([]net.Conn, error) {
	var conns []net.Conn
	for range many {
		c, err := net.Dial("unix", s.path(b.socket))
		if err != nil {
			return nil, err
		}
		conns = append(conns, c)
		if !b.kept && path == "/" {
			continue // its answer would close the connection
		}
		if _, err := c.Write(b.request(path)); err != nil {
			return nil, err
		}
		if path == "/" {
			if err := readUntil(c, "hello, world\n"); err != nil {
				return nil, err
			}
		}
	}
	return conns, nil
}

func readUntil(c net.Conn, text string) error {
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil || strings.HasSuffix(line, text) {
			return err
		}
	}
}

// request is a GET request as the protocol has it.
func (b backend) request(path string) []byte {
	vars := []string{"REQUEST_METHOD", "GET", "REQUEST_URI", path, "SERVER_PROTOCOL", "HTTP/1.1", "HTTP_HOST", "test",
		"HTTP_USER_AGENT", "gateways", "REMOTE_ADDR", "127.0.0.1", "SERVER_NAME", "test", "SERVER_PORT", "80"}
	switch {
	case strings.Contains(b.socket, "fastcgi"), strings.Contains(b.socket, "fcgi"):
		var params []byte
		for i := 0; i < len(vars); i += 2 {
			params = append(params, byte(len(vars[i])), byte(len(vars[i+1])))
			params = append(params, vars[i]+vars[i+1]...)
		}
		return bytes.Join([][]byte{record(1, "\x00\x01\x01\x00\x00\x00\x00\x00"), record(4, string(params)), record(4, ""), record(5, "")}, nil)
	case strings.Contains(b.socket, "scgi"):
		block := "CONTENT_LENGTH\x000\x00SCGI\x001\x00" + strings.Join(vars, "\x00") + "\x00"
		return fmt.Appendf(nil, "%d:%s,", len(block), block)
	}
	return []byte("GET " + path + " HTTP/1.1\r\nHost: test\r\nUser-Agent: gateways\r\n\r\n")
}

// record is a FastCGI record of request 1.
func record(kind byte, content string) []byte {
	b := []byte{1, kind, 0, 1, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(b[4:], uint16(len(content)))
	return append(b, content...)
}

// resident returns the memory of the backend's process in KiB.
func (s *site) resident(b backend) (int, error) {
	return residentOf(s.processes[b.socket].Process.Pid)
}

// restart makes the backend's process a new one.
func (s *site) restart(b backend) error {
	old := s.processes[b.socket]
	old.Process.Kill()
	old.Wait()
	os.Remove(s.path(b.socket))
	return s.startBackend(b)
}

func residentOf(pid int) (kib int, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	_, err = fmt.Sscan(rest, &kib)
	return kib, err
}
