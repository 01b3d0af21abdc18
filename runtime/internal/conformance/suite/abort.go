package suite

import (
	"errors"
	"io"
	"net"
	"time"
)

// Cut says where a client gives up.
type Cut struct {
	Sent     int  // bytes of the request's body that it has sent
	Received int  // bytes of the response that it has received
	Started  bool // the server starts the program before it has the whole request
}

// Abort sends the case to the target as far as the cut says, and hangs up. It returns what the handler said about it,
// and an error if the handler was not reached, or did not end before the deadline. With the step leave it is the process
// that has to end. Where the server does not start the program, nothing is returned.
func Abort(t Target, c Case, cut Cut, deadline time.Duration) ([]string, error) {
	journal, err := listenJournal()
	if err != nil {
		return nil, err
	}
	defer journal.Close()
	conn, err := net.DialTimeout("tcp", t.Addr, deadline)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(deadline))
	head := c.head(t.Prefix, journal.Addr().String())
	if _, err := io.WriteString(conn, head+c.Body.wire()[:cut.Sent]); err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, conn, int64(cut.Received)); err != nil {
		return nil, err
	}
	if !cut.Started {
		conn.Close()
		journal.settle()
		return nil, nil
	}
	return journal.ended(conn, deadline)
}

// ended hangs up when the handler has called, and waits for its end.
func (l *listener) ended(client net.Conn, deadline time.Duration) ([]string, error) {
	select {
	case <-l.settled:
	case <-time.After(deadline):
		return nil, errors.New("the handler was not reached")
	}
	client.Close()
	select {
	case lines := <-l.lines:
		return lines, nil
	case <-time.After(deadline):
		return nil, errors.New("the handler has not ended")
	}
}
