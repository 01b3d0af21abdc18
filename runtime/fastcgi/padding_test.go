package fastcgi

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// pad adds n bytes of padding to a record.
func pad(b []byte, n byte) []byte {
	b[6] = n
	return append(b, make([]byte, n)...)
}

// Every record may be padded (§3.3), also across the pieces in which they arrive; what follows is read as ever.
func TestPaddingIsSkippedWhereverItStands(t *testing.T) {
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v", body, err)
	})})()
	for _, n := range []byte{0, 1, 7, 8, 255} {
		block := pairs("REQUEST_METHOD", "POST", "REQUEST_URI", "/", "HTTP_HOST", "test", "CONTENT_LENGTH", "6")
		records := [][]byte{
			pad(begin(1, keepConn), n), pad(appendRecord(nil, params, 1, block), n), pad(appendRecord(nil, params, 1, nil), n),
			pad(stdinOf(1, "abc"), n), pad(stdinOf(1, "def"), n), pad(appendRecord(nil, abortRequest, 9, nil), n), pad(stdinOf(1, ""), n),
		}
		c.send(records...)
		c.want(1, ok("abcdef <nil>"))
		for _, r := range records { // byte by byte
			for i := range r {
				c.send(r[i : i+1])
			}
		}
		c.want(1, ok("abcdef <nil>"))
	}
}

// A block is whole or refused, wherever it is cut; what it says of lengths is never believed beyond its end.
func TestPairsThatAreCutAreRefused(t *testing.T) {
	long := string(make([]byte, 200))
	block := pairs("A", "b", "NAME", long, long, "value", "EMPTY", "")
	whole := map[int]int{0: 0} // length of a block that ends with a pair: how many it has
	for i, b := range [][]byte{pairs("A", "b"), pairs("A", "b", "NAME", long), pairs("A", "b", "NAME", long, long, "value"), block} {
		whole[len(b)] = i + 1
	}
	for n := range len(block) + 1 {
		vars, err := parsePairs(block[:n:n])
		want, isWhole := whole[n]
		if isWhole && (err != nil || len(vars) != want) || !isWhole && err != errPairs {
			t.Errorf("%d of %d bytes: %d pairs, %v", n, len(block), len(vars), err)
		}
	}
	vars, err := parsePairs(block)
	want := gateway.Vars{{Name: "A", Value: "b"}, {Name: "NAME", Value: long}, {Name: long, Value: "value"}, {Name: "EMPTY"}}
	if err != nil || fmt.Sprint(vars) != fmt.Sprint(want) {
		t.Errorf("got %q, %v", vars, err)
	}
}

// HAProxy loses responses with which STDERR comes: what is about a request stands in the log of the program there.
func TestLogOfARequestGoesWhereItsServerTakesIt(t *testing.T) {
	for software, toServer := range map[string]bool{"nginx/1.22.1": true, "Apache/2.4": true, "HAProxy 2.6.12": false, "": true} {
		log := new(lockedLog)
		c := start(t, &Server{ErrorLog: log, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(gateway.InfoOf(r.Context()).Log, "a word\n")
			io.WriteString(w, "answer")
		})})()
		c.send(get(1, "SERVER_SOFTWARE", software))
		want := ok("answer")
		if toServer {
			want.err = "a word\n"
		}
		c.want(1, want)
		if got := log.String(); (got == "a word\n") == toServer {
			t.Errorf("%q: the log of the program has %q", software, got)
		}
	}
}
