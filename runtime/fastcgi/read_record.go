package fastcgi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// step reads one record, or a part of a large one, and acts upon it. It returns
// the request that has become ready to run, if one has. After an error that is
// of time alone the next step goes on where this one stopped.
func (c *conn) step() (*request, error) {
	if err := c.skipPadding(); err != nil {
		return nil, err
	}
	if c.record == (header{}) {
		if err := c.fill(headerSize); err != nil {
			return nil, err
		}
		h, err := parseHeader(c.net.Buffered())
		if err != nil {
			return nil, err
		}
		c.net.Discard(headerSize)
		c.record = h
	}
	r, err := c.act()
	if err == nil && c.record.content == 0 {
		c.endRecord()
	}
	return r, err
}

// endRecord is called when all content of the record has been read.
func (c *conn) endRecord() { c.record, c.padding = header{}, c.record.padding }

// fill waits for n bytes. The time for the meta-variables of a request is
// limited, once they have not come at once.
func (c *conn) fill(n int) error {
	if c.heading > 0 && !c.hurried && len(c.net.Buffered()) < n {
		c.hurried = true
		c.net.Within(c.server.stream.Limits.HeaderTimeout)
	}
	return c.net.Fill(n)
}

// headed notes that the meta-variables of a request are complete, or that they
// do not matter any more.
func (c *conn) headed() {
	c.heading--
	if c.heading == 0 && c.hurried {
		c.hurried = false
		c.net.SetReadDeadline(time.Time{})
	}
}

// act reads content of the record.
func (c *conn) act() (*request, error) {
	h := &c.record
	if h.id == management {
		return nil, c.manage()
	}
	if h.kind == beginRequest {
		return nil, c.begin()
	}
	r := c.find(h.id)
	if r == nil {
		return nil, c.skip() // of an inactive id (§3.3)
	}
	switch h.kind {
	case abortRequest:
		if err := c.skip(); err != nil {
			return nil, err
		}
		r.abort()
		return nil, nil
	case params:
		return c.takeParams(r)
	case stdinStream:
		return nil, c.takeStdin(r)
	}
	return nil, c.skip()
}

// chunk waits for content of the record and returns what is there of it. The
// caller uses it before it reads on.
func (c *conn) chunk() ([]byte, error) {
	if err := c.fill(1); err != nil {
		return nil, err
	}
	b := c.net.Buffered()
	b = b[:min(len(b), c.record.content)]
	c.net.Discard(len(b))
	c.record.content -= len(b)
	return b, nil
}

func (c *conn) skip() error {
	for c.record.content > 0 {
		if _, err := c.chunk(); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) skipPadding() error {
	for c.padding > 0 {
		if err := c.fill(1); err != nil {
			return err
		}
		n := min(len(c.net.Buffered()), c.padding)
		c.net.Discard(n)
		c.padding -= n
	}
	return nil
}

// begin reads BEGIN_REQUEST (§5.1).
func (c *conn) begin() error {
	h := &c.record
	if h.content < beginSize {
		return errors.New("a BEGIN_REQUEST of less than eight bytes (FastCGI 1.0 §5.1)")
	}
	if err := c.fill(beginSize); err != nil {
		return err
	}
	body := c.net.Buffered()
	role, keep := binary.BigEndian.Uint16(body), body[2]&keepConn != 0
	c.net.Discard(beginSize)
	h.content -= beginSize
	if err := c.skip(); err != nil { // at once, so that begin is not called twice
		return err
	}
	if c.find(h.id) != nil {
		return fmt.Errorf("request %d begins while it runs", h.id)
	}
	if role != responder {
		return c.reject(h.id, unknownRole, keep)
	}
	if reason, ok := c.admit(h.id, keep); !ok {
		return c.reject(h.id, reason, keep)
	}
	c.heading++
	return nil
}

// admit adds a request, or says why it cannot.
func (c *conn) admit(id uint16, keep bool) (reason byte, ok bool) {
	limit := c.server.stream.Limits.PerConnection
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.finishing && len(c.requests) > 0:
		return overloaded, false
	case limit == 1 && len(c.requests) > 0:
		return cantMultiplex, false
	case limit > 0 && len(c.requests) >= limit:
		return overloaded, false
	case !c.server.stream.Begin():
		return overloaded, false
	}
	if len(c.requests) > 0 || id > 1 {
		c.multiplexed = true // servers that do not multiplex give every request the id 1
		c.takeOverLocked()
	}
	if c.finishing {
		c.net.SetReadDeadline(time.Time{}) // that of Finish
	}
	c.requests = append(c.requests, newRequest(c, id, keep))
	return 0, true
}

// reject ends a request that has not begun.
func (c *conn) reject(id uint16, reason byte, keep bool) error {
	c.writing.Lock()
	err := c.send(appendEnd(nil, id, 0, reason))
	c.writing.Unlock()
	if err == nil && !keep {
		err = io.EOF
	}
	return err
}

// takeParams collects the meta-variables (§5.2). The empty record ends them.
func (c *conn) takeParams(r *request) (*request, error) {
	if r.tooLarge {
		return nil, c.skip()
	}
	if r.running {
		return nil, fmt.Errorf("request %d has meta-variables after their end", r.id)
	}
	if c.record.content == 0 {
		if cap(r.params) <= spareSize {
			c.spare = r.params
		}
		return c.parse(r), nil
	}
	b, err := c.chunk()
	if err != nil {
		return nil, err
	}
	if r.params == nil {
		r.params, c.spare = c.spare[:0], nil
	}
	if limit := c.server.stream.Limits.Header; limit > 0 && int64(len(r.params)+len(b)) > limit {
		// The peer gets its answer at once, although §6.2 lets an answer wait for
		// the end of the meta-variables: that need not ever come.
		r.tooLarge = true
		return c.parse(r), nil
	}
	r.params = append(r.params, b...)
	return nil, nil
}

// parse makes a request ready to run.
func (c *conn) parse(r *request) *request {
	c.headed()
	r.parse()
	return r
}

// spareSize is how much memory a connection keeps for meta-variables.
const spareSize = 4 << 10

// takeStdin hands on a part of a body (§5.3). The empty record ends it.
func (c *conn) takeStdin(r *request) error {
	if !r.running {
		return fmt.Errorf("request %d has a body before the end of its meta-variables", r.id)
	}
	if c.record.content == 0 {
		r.stdin.end(io.EOF)
		return nil
	}
	b, err := c.chunk()
	if err == nil {
		r.stdin.put(b)
	}
	return err
}

// manage answers a record about the connection (§4).
func (c *conn) manage() error {
	h := &c.record
	if h.kind != getValues {
		kind := h.kind
		if err := c.skip(); err != nil {
			return err
		}
		return c.reply(appendRecord(nil, unknownType, management, []byte{byte(kind), 0, 0, 0, 0, 0, 0, 0}))
	}
	for h.content > 0 {
		b, err := c.chunk()
		if err != nil {
			return err
		}
		c.values = append(c.values, b...)
	}
	asked, err := parsePairs(c.values)
	c.values = nil
	if err != nil {
		return err
	}
	return c.reply(appendRecord(nil, getValuesResult, management, c.answers(asked)))
}

// answers are the values of those variables that were asked for and exist (§4.1).
func (c *conn) answers(asked gateway.Vars) []byte {
	limits := c.server.stream.Limits
	shared := "1"
	if limits.PerConnection == 1 {
		shared = "0"
	}
	known := gateway.Vars{
		{Name: "FCGI_MAX_CONNS", Value: orMany(limits.Connections)},
		{Name: "FCGI_MAX_REQS", Value: orMany(limits.Requests)},
		{Name: "FCGI_MPXS_CONNS", Value: shared},
	}
	var b []byte
	for _, v := range asked {
		i := slices.IndexFunc(known, func(k gateway.Var) bool { return k.Name == v.Name })
		if i < 0 {
			continue
		}
		b = appendPair(b, known[i].Name, known[i].Value)
		known = slices.Delete(known, i, i+1) // once: 4,095 of them would not fit into a record
	}
	return b
}

func (c *conn) reply(b []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.send(b)
}
