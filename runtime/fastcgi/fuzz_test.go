package fastcgi

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// Whatever a peer sends, the connection ends when it does, what comes back are records, and no request ends twice.
func FuzzConnection(f *testing.F) {
	f.Add(get(1), false)
	f.Add(append(get(1), get(2)...), false)
	f.Add(bytes.Join([][]byte{begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", "5"), stdinOf(1, "hel"), stdinOf(1, "lo"), stdinOf(1, "")}, nil), false)
	f.Add(append(get(1), appendRecord(nil, abortRequest, 1, nil)...), false)
	f.Add(appendRecord(nil, getValues, 0, pairs("FCGI_MAX_REQS", "")), false)
	f.Add(appendRecord(nil, getValues, 0, bytes.Repeat(pairs("FCGI_MAX_REQS", ""), 9)), false)
	f.Add(appendRecord(nil, 99, 0, []byte("x")), false)
	f.Add(beginRole(1, 2, 0), false)
	f.Add([]byte{1, 1, 0, 1, 0, 8, 255, 0}, false)
	f.Add(append(get(1), get(2)...), true)
	f.Fuzz(func(t *testing.T, input []byte, early bool) {
		out := converse(t, input, early)
		begun := bytes.Count(input, []byte{version, byte(beginRequest)})
		ends := 0
		for len(out) > 0 {
			h, err := parseHeader(out)
			if err != nil || len(out) < headerSize+h.content {
				t.Fatalf("what came back is no record: %q", out)
			}
			if h.kind == endRequest {
				ends++
			}
			if _, err := parsePairs(out[headerSize : headerSize+h.content]); h.kind == getValuesResult && err != nil {
				t.Errorf("the answer to GET_VALUES: %v", err)
			}
			out = out[headerSize+h.content:]
		}
		if ends > begun {
			t.Errorf("%d requests have ended, of %d at most", ends, begun)
		}
	})
}

// converse sends all of input over a connection and returns what comes back until both sides have ended. The peer ends
// once nothing more comes, or early, with answers on their way. It runs in a bubble: what depends on time has another
// coverage with each run, so that the fuzzer would minimize the same input for a minute.
func converse(t *testing.T, input []byte, early bool) (out []byte) {
	synctest.Test(t, func(t *testing.T) { out = converseInBubble(t, input, early) })
	return out
}

func converseInBubble(t *testing.T, input []byte, early bool) []byte {
	ours, theirs := net.Pipe()
	server := &stream.Server{Limits: stream.DefaultLimits(), Log: io.Discard}
	program := gateway.Program{
		Name:    "fuzz",
		Setting: func(string) (string, bool) { return "", false },
		Start: func() (http.Handler, error) {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }), nil
		},
	}
	session := protocol(program).Open(server, stream.NewConn(ours, server.Limits))
	served, sent := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(served)
		session.Serve()
		ours.Close()
	}()
	var out bytes.Buffer
	received := make(chan struct{})
	go func() {
		defer close(received)
		io.Copy(&out, theirs)
	}()
	go func() {
		defer close(sent)
		theirs.Write(input)
	}()
	<-sent
	if !early {
		synctest.Wait() // what is complete has been answered
	}
	theirs.Close()
	<-served
	<-received
	if server.Running() != 0 {
		t.Errorf("%d requests are left", server.Running())
	}
	return whole(out.Bytes())
}

// whole cuts off a record of which the end of the connection has left a part.
func whole(out []byte) []byte {
	at := 0
	for len(out)-at >= headerSize {
		h, err := parseHeader(out[at:])
		if err != nil {
			return out
		}
		if len(out)-at < headerSize+h.content {
			break
		}
		at += headerSize + h.content
	}
	return out[:at]
}

func FuzzPairs(f *testing.F) {
	f.Add(pairs("A", "b", "LONG", string(make([]byte, 300))))
	f.Add([]byte{0x80, 0, 0, 1, 0, 'x'})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, block []byte) {
		vars, err := parsePairs(block)
		if err != nil {
			return
		}
		var again []byte
		for _, v := range vars {
			again = appendPair(again, v.Name, v.Value)
		}
		same, err := parsePairs(again)
		if err != nil || !slices.Equal(same, vars) {
			t.Errorf("%q is written as %q, which is %q, %v", vars, again, same, err)
		}
	})
}
