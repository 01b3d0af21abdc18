//go:build amd64 || arm64

package warm

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

const (
	protocol     = "cgigen1\n"
	headerSize   = 48
	helloSize    = 48
	maxMessage   = 256 << 10 // more than a socket takes
	messageLimit = 5 * time.Second
)

// hello is what the worker says first: whether it takes a request, and of which build
// it is.
func hello(takes bool) []byte {
	h := make([]byte, helloSize)
	copy(h, protocol)
	verdict := "no\n"
	if takes {
		verdict = "yes\n"
	}
	copy(h[8:], verdict)
	copy(h[16:], linkedBuild)
	return h
}

// A message is a request as Entry sends it.
type message struct {
	argument    string // argv[0]
	environment []string
	cwd         [2]uint64
	umask       uint64
	fds         []int // 0, 1 and 2 of the process
}

var errMessage = errors.New("not a message of this version")

// parseMessage reads a header and the piece of memory with arguments and variables.
func parseMessage(b []byte) (*message, error) {
	if len(b) < headerSize || string(b[:8]) != protocol {
		return nil, errMessage
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	argc := word(1)
	m := &message{cwd: [2]uint64{word(2), word(3)}, umask: word(4)}
	piece, ended := bytes.CutSuffix(b[headerSize:], []byte{0})
	words := strings.Split(string(piece), "\x00")
	if !ended || argc == 0 || argc > uint64(len(words)) {
		return nil, errMessage
	}
	m.argument, m.environment = words[0], words[argc:]
	return m, nil
}

// receive reads the message of a connection, with its descriptors.
func receive(conn *net.UnixConn) (*message, error) {
	buf := make([]byte, maxMessage)
	control := make([]byte, syscall.CmsgSpace(3*4))
	if err := conn.SetReadDeadline(time.Now().Add(messageLimit)); err != nil {
		return nil, err
	}
	n, k, flags, _, err := conn.ReadMsgUnix(buf, control) // with MSG_CMSG_CLOEXEC
	fds := descriptors(control[:k])
	if err == nil && (flags&(syscall.MSG_CTRUNC|syscall.MSG_TRUNC) != 0 || len(fds) != 3) {
		err = errMessage
	}
	var m *message
	if err == nil {
		m, err = parseMessage(buf[:n])
	}
	if err == nil {
		err = conn.SetReadDeadline(time.Time{})
	}
	if err != nil {
		closeAll(fds)
		return nil, err
	}
	m.fds = fds
	return m, nil
}

func descriptors(control []byte) []int {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err != nil {
		return nil
	}
	var all []int
	for i := range messages {
		fds, err := syscall.ParseUnixRights(&messages[i])
		if err == nil {
			all = append(all, fds...)
		}
	}
	return all
}

func closeAll(fds []int) {
	for _, fd := range fds {
		syscall.Close(fd)
	}
}

// isOwnUser reports whether the process at the other end is of this user.
func isOwnUser(conn *net.UnixConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	same := false
	err = raw.Control(func(fd uintptr) {
		peer, err := syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
		same = err == nil && int(peer.Uid) == os.Geteuid()
	})
	return err == nil && same
}

// serve answers one connection. After a message has been taken, the request is served
// here, or declined before anything of it has been touched.
func (w *worker) serve(conn *net.UnixConn) {
	defer conn.Close()
	takes, answered := isOwnUser(conn) && w.begin(), false
	if takes {
		defer func() { w.end(answered) }()
	}
	if _, err := conn.Write(hello(takes)); err != nil || !takes {
		return
	}
	m, err := receive(conn)
	if err != nil {
		conn.Write([]byte("d\x00")) // the process serves the request itself, or is gone
		return
	}
	if !w.fits(m) {
		closeAll(m.fds)
		conn.Write([]byte("d\x00"))
		return
	}
	answered = true
	status := w.answer(conn, m)
	conn.Write([]byte{'s', status}) // nobody else is there to be told of an error
}

// answer carries out a request, and returns the exit status of its process.
func (w *worker) answer(conn *net.UnixConn, m *message) byte {
	var life stream.Context
	gone := make(chan struct{})
	go func() { // ends with the connection, at the latest when this one closes it
		defer close(gone)
		conn.Read(make([]byte, 1))
		life.Cancel(errGone)
	}()
	w.logs.enter(m.fds[2])
	in, out := &input{pipe: pipe{fd: m.fds[0]}, silence: w.silence}, &output{pipe{fd: m.fds[1]}}
	x := new(gateway.Exchange)
	x.Program, x.Vars = w.program, variables(m.environment)
	x.Input, x.Output, x.Log = in, out, &pipe{fd: m.fds[2]}
	x.Context, x.Cancel = &life, func() { life.Cancel(context.Canceled) }
	outcome := x.Serve()
	// The server waits for the end of every copy of descriptor 1, not only for
	// the process.
	syscall.Close(m.fds[1])
	in.awaitRest()
	syscall.Close(m.fds[0])
	w.logs.leave(m.fds[2])
	if outcome != gateway.Served {
		return 1
	}
	return 0
}

var errGone = errors.New("the web server has ended the request's process")

// variables are those of a request, as cold CGI takes them from its environment: of
// one that is there twice, os.Environ has the first; behind a FastCGI wrapper all hold.
func variables(environment []string) gateway.Vars {
	vars := make(gateway.Vars, 0, len(environment))
	seen := make(map[string]bool, len(environment))
	wrapped := slices.ContainsFunc(environment, func(entry string) bool { return strings.HasPrefix(entry, "FCGI_ROLE=") })
	for _, entry := range environment {
		v, ok := gateway.ParseVar(entry)
		if !ok || seen[v.Name] && !wrapped {
			continue
		}
		seen[v.Name] = true
		vars = append(vars, v)
	}
	return vars
}
