package scgi

import (
	"bytes"
	"io"
	"net/http"
	"strconv"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// malformed is what a server gets that does not speak SCGI.
func malformed(reason string) error {
	return &gateway.RequestError{Status: http.StatusBadRequest, Reason: reason + " (SCGI)"}
}

// readVars reads the netstring with which a request begins. An error that is a
// *gateway.RequestError is worth an answer.
func readVars(c *stream.Conn, limit int64) (gateway.Vars, error) {
	size, err := readLength(c)
	if err != nil {
		return nil, err
	}
	if limit > 0 && size > limit {
		return nil, &gateway.RequestError{Status: http.StatusRequestHeaderFieldsTooLarge,
			Reason: "more meta-variables than CGIGEN_HEADER_LIMIT allows"}
	}
	block := make([]byte, size+1)
	if _, err := io.ReadFull(c, block); err != nil {
		return nil, err
	}
	if block[size] != ',' {
		return nil, malformed("the netstring does not end in a comma")
	}
	return parseVars(block[:size])
}

// maxDigits of a length: more cannot be meant, whatever the limit.
const maxDigits = 10

// readLength reads the length and the colon behind it.
func readLength(c *stream.Conn) (int64, error) {
	for n := 1; ; n++ {
		if err := c.Fill(n); err != nil {
			return 0, err
		}
		switch last := c.Buffered()[n-1]; {
		case last == ':':
			size, err := parseLength(string(c.Buffered()[:n-1]))
			c.Discard(n)
			return size, err
		case last < '0' || last > '9' || n > maxDigits:
			return 0, malformed("the length of the netstring is no number")
		}
	}
}

// parseLength knows digits without leading zeros.
func parseLength(digits string) (int64, error) {
	size, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || digits[0] == '0' && digits != "0" {
		return 0, malformed("the length of the netstring is no number")
	}
	return size, nil
}

// parseVars splits names and values, each of which ends in a NUL. The first
// has to be CONTENT_LENGTH, and SCGI has to be there.
func parseVars(block []byte) (gateway.Vars, error) {
	ends := bytes.Count(block, []byte{0})
	if ends%2 != 0 || len(block) == 0 || block[len(block)-1] != 0 {
		return nil, malformed("a meta-variable does not end")
	}
	text := string(block)
	vars := make(gateway.Vars, 0, ends/2)
	for at := 0; at < len(text); {
		name := cut(text, &at)
		if name == "" {
			return nil, malformed("a meta-variable has no name")
		}
		value := cut(text, &at)
		if name == "CONTENT_LENGTH" && len(vars) > 0 {
			if value != "" && value != vars[0].Value {
				return nil, malformed("CONTENT_LENGTH stands there twice")
			}
			continue // nginx adds its own to that of the configuration
		}
		vars = append(vars, gateway.Var{Name: name, Value: value})
	}
	return vars, check(vars)
}

// cut returns what stands between *at and the next NUL.
func cut(text string, at *int) string {
	begin := *at
	for text[*at] != 0 {
		*at++
	}
	*at++
	return text[begin : *at-1]
}

// check holds the variables against the specification. Names that stand there
// twice are not refused: nginx repeats a header field that the client repeats.
func check(vars gateway.Vars) error {
	switch {
	case vars[0].Name != "CONTENT_LENGTH" || !isNumber(vars[0].Value):
		return malformed("CONTENT_LENGTH is not the first meta-variable, or no number")
	case vars.Get("SCGI") != "1":
		return malformed("the meta-variable SCGI is not 1")
	}
	return nil
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
