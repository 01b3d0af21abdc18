package daemon

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// A start is how the process was started.
type start struct {
	spawned  bool // by a web server, on descriptor 0
	inherits []inherited
	addr     string // to listen on, without sockets
	tryOut   bool   // by somebody at a terminal
	greeting string
	sockets  []socket
}

// An inherited socket is a descriptor with its name in LISTEN_FDNAMES.
type inherited struct {
	fd   int
	name string
}

// find looks at what the process was started with. Nothing is changed yet.
func find(c *gateway.LinkedGateways) (*start, error) {
	if list, err := fromSystemd(os.Getpid(), os.Getenv); err != nil || len(list) > 0 {
		return &start{inherits: list}, err
	}
	if isListener(0) {
		return &start{spawned: true, inherits: []inherited{{fd: 0}}}, nil
	}
	if c.Web == nil {
		return nil, nil
	}
	if port := os.Getenv("PORT"); port != "" {
		return &start{addr: webAddr(port)}, nil
	}
	if isTerminal(os.Stdin) && len(os.Args) == 1 {
		return &start{tryOut: true}, nil
	}
	return nil, nil
}

// webAddr is where to listen for PORT: a number, or an address with one.
func webAddr(port string) string {
	if strings.Contains(port, ":") {
		return port
	}
	return ":" + port
}

// isTerminal reports whether somebody may sit before a file.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// fromSystemd reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES (sd_listen_fds(3)).
func fromSystemd(pid int, getenv func(string) string) ([]inherited, error) {
	if getenv("LISTEN_PID") != fmt.Sprint(pid) {
		return nil, nil // they are of another process
	}
	var n int
	if _, err := fmt.Sscan(getenv("LISTEN_FDS"), &n); err != nil || n < 1 || n > 1024 {
		return nil, fmt.Errorf("LISTEN_FDS is %q and no number of sockets", getenv("LISTEN_FDS"))
	}
	names := strings.Split(getenv("LISTEN_FDNAMES"), ":")
	list := make([]inherited, n)
	for i := range list {
		list[i].fd = 3 + i
		if i < len(names) {
			list[i].name = names[i]
		}
	}
	return list, nil
}

// open makes listeners of what find has found, for the program of that name.
func (s *start) open(name string, c *gateway.LinkedGateways) error {
	if s.addr != "" {
		l, err := net.Listen("tcp", s.addr)
		if err != nil {
			return fmt.Errorf("PORT: %w", err)
		}
		s.sockets = []socket{{l, true}}
		s.greeting = "cgigen: " + name + ": listening on http://" + l.Addr().String()
		return nil
	}
	if s.tryOut {
		return s.openTryOut()
	}
	for _, in := range s.inherits {
		web := c.Web != nil && (len(c.Streams) == 0 || strings.Contains(in.name, "http"))
		if !web && len(c.Streams) == 0 {
			return errors.New("no gateway for sockets is linked")
		}
		if strings.Contains(in.name, "http") && !web {
			return fmt.Errorf("the socket %q is for HTTP, but the program has been generated without the gateway http", in.name)
		}
		l, err := inherit(in.fd)
		if err != nil {
			return err
		}
		s.sockets = append(s.sockets, socket{l, web})
	}
	if !s.spawned {
		for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
			os.Unsetenv(name) // not for children
		}
	}
	return nil
}

// inherit makes a listener of a descriptor, which children do not get.
func inherit(fd int) (net.Listener, error) {
	f := os.Stdin
	if fd != 0 {
		f = os.NewFile(uintptr(fd), "socket")
		defer f.Close()
	}
	l, err := net.FileListener(f) // of a copy
	if err != nil {
		return nil, fmt.Errorf("descriptor %d is no socket to listen on: %w", fd, err)
	}
	if fd == 0 {
		emptyInput()
	}
	return l, nil
}

// openTryOut listens where only this machine can call.
func (s *start) openTryOut() error {
	l, err := net.Listen("tcp", "127.0.0.1:8080")
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return err
	}
	s.sockets = []socket{{l, true}}
	s.greeting = "cgigen: serving http://" + l.Addr().String() + "/ until Ctrl-C"
	return nil
}
