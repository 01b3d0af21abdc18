package stream

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"
)

// A backOff is the pause after an error of accept. It begins at 5 ms, doubles
// and stays at a second, as in net/http.
type backOff time.Duration

func (b *backOff) next() time.Duration {
	*b = min(max(2*(*b), backOff(5*time.Millisecond)), backOff(time.Second))
	return time.Duration(*b)
}

// log notes the first error of a row.
func (b *backOff) log(w io.Writer, err error) {
	if *b == 0 {
		fmt.Fprintf(w, "cgigen: %v; trying again\n", err)
	}
}

// retriable reports whether an error of accept is of this moment, and not of
// the socket.
func retriable(err error) bool {
	for _, final := range []syscall.Errno{syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK, syscall.EOPNOTSUPP} {
		if errors.Is(err, final) {
			return false
		}
	}
	return true
}

// logUnknown logs that a peer speaks no protocol that is linked.
func (s *Server) logUnknown(c *Conn, first byte) {
	var names string
	for i, p := range s.Protocols {
		if i > 0 {
			names += " or "
		}
		names += p.Name
	}
	fmt.Fprintf(s.Log, "cgigen: a connection from %s begins with %s, which is not %s\n",
		addrString(c.RemoteAddr()), strconv.QuoteRune(rune(first)), names)
}

func addrString(a net.Addr) string {
	if a == nil || a.String() == "" || a.String() == "@" {
		return "a socket"
	}
	return a.String()
}
