package fastcgi

import (
	"encoding/binary"
	"errors"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// A kind is the type of a record (FastCGI 1.0 §8).
type kind uint8

const (
	beginRequest    kind = 1
	abortRequest    kind = 2
	endRequest      kind = 3
	params          kind = 4
	stdinStream     kind = 5
	stdoutStream    kind = 6
	stderrStream    kind = 7
	getValues       kind = 9
	getValuesResult kind = 10
	unknownType     kind = 11
)

const (
	version       = 1
	headerSize    = 8
	maxContent    = 65535
	management    = 0 // the id of records about the connection (§3.3)
	responder     = 1 // role (§5.1)
	keepConn      = 1 // flag (§5.1)
	beginSize     = 8 // of the content of BEGIN_REQUEST
	completed     = 0 // protocol status of END_REQUEST (§5.5)
	cantMultiplex = 1
	overloaded    = 2
	unknownRole   = 3
)

// A header is that of a record (§3.3).
type header struct {
	kind    kind
	id      uint16
	content int // bytes of content that have not been read
	padding int // bytes of padding that have not been skipped
}

var errVersion = errors.New("the record is not of FastCGI version 1")

// parseHeader reads the eight bytes of a header.
func parseHeader(b []byte) (header, error) {
	if b[0] != version {
		return header{}, errVersion
	}
	return header{
		kind:    kind(b[1]),
		id:      binary.BigEndian.Uint16(b[2:]),
		content: int(binary.BigEndian.Uint16(b[4:])),
		padding: int(b[6]),
	}, nil
}

// appendHeader adds the header of a record without padding: nginx holds back
// the header of a response until it has the padding too.
func appendHeader(b []byte, k kind, id uint16, content int) []byte {
	b = append(b, version, byte(k))
	b = binary.BigEndian.AppendUint16(b, id)
	b = binary.BigEndian.AppendUint16(b, uint16(content))
	return append(b, 0, 0)
}

func appendRecord(b []byte, k kind, id uint16, content []byte) []byte {
	return append(appendHeader(b, k, id, len(content)), content...)
}

// appendEnd adds END_REQUEST (§5.5).
func appendEnd(b []byte, id uint16, appStatus uint32, protocolStatus byte) []byte {
	b = appendHeader(b, endRequest, id, 8)
	b = binary.BigEndian.AppendUint32(b, appStatus)
	return append(b, protocolStatus, 0, 0, 0)
}

// appendNonsense adds a record of no version. nginx takes a connection that
// closes without END_REQUEST for the end of a complete response; after this it
// knows that something is wrong.
func appendNonsense(b []byte) []byte {
	return append(b, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
}

var errPairs = errors.New("malformed name-value pairs (FastCGI 1.0 §3.4)")

// parsePairs splits name-value pairs (§3.4). The strings share memory with
// one copy of the block.
func parsePairs(block []byte) (gateway.Vars, error) {
	n, err := countPairs(block)
	if err != nil {
		return nil, err
	}
	text := string(block)
	vars := make(gateway.Vars, 0, n)
	for rest := block; len(rest) > 0; {
		nameLen, valueLen, size := pairLengths(rest)
		at := len(block) - len(rest) + size
		vars = append(vars, gateway.Var{Name: text[at : at+nameLen], Value: text[at+nameLen : at+nameLen+valueLen]})
		rest = rest[size+nameLen+valueLen:]
	}
	return vars, nil
}

// countPairs checks a block of pairs and counts them.
func countPairs(block []byte) (n int, err error) {
	for len(block) > 0 {
		nameLen, valueLen, size := pairLengths(block)
		if size == 0 || nameLen > len(block)-size || valueLen > len(block)-size-nameLen {
			return 0, errPairs
		}
		block = block[size+nameLen+valueLen:]
		n++
	}
	return n, nil
}

// pairLengths reads the two lengths at the beginning of a pair, and how many
// bytes they take: 0 if they are cut.
func pairLengths(b []byte) (name, value, size int) {
	name, n := pairLength(b)
	value, m := pairLength(b[n:])
	if n == 0 || m == 0 {
		return 0, 0, 0
	}
	return name, value, n + m
}

// pairLength reads a length of one or four bytes.
func pairLength(b []byte) (length, size int) {
	switch {
	case len(b) == 0:
		return 0, 0
	case b[0]&0x80 == 0:
		return int(b[0]), 1
	case len(b) < 4:
		return 0, 0
	}
	return int(binary.BigEndian.Uint32(b) &^ (1 << 31)), 4
}

// appendPair adds a name and a value.
func appendPair(b []byte, name, value string) []byte {
	b = appendLength(b, len(name))
	b = appendLength(b, len(value))
	b = append(b, name...)
	return append(b, value...)
}

func appendLength(b []byte, n int) []byte {
	if n < 0x80 {
		return append(b, byte(n))
	}
	return binary.BigEndian.AppendUint32(b, uint32(n)|1<<31)
}
