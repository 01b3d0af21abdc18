//go:build unix

package hosts_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// catchAlls are sites whose patterns fit every path, or all below one.
func catchAlls() map[string][]string {
	return map[string][]string{
		"root":     {"/"},
		"wildcard": {"/{path...}"},
		"among":    {"GET /users/{id}", "/", "GET /f/"},
	}
}

// A program below a base sees what lies below it, whatever its patterns: on every
// server and layout, with slashes at the end and with escapes.
func TestCatchAllsBelowABase(t *testing.T) {
	t.Parallel()
	for name, patterns := range catchAlls() {
		module := awkwardSite(t, "catchall-"+name, patterns)
		for _, h := range everySetup(t) {
			for _, base := range []string{"/shop", ""} {
				if base == "" && name != "among" {
					continue // which has all of the others' patterns
				}
				t.Run(name+" "+h.name+" "+base, func(t *testing.T) {
					addr := h.start(t, module, base)
					for _, path := range []string{"", "/", "/any", "/any/", "/any/deeper/", "/a%20b", "/shop", "/shop/", "/index.html", "/users/7", "/users/7/", "/f/", "/f"} {
						if base == "" && path == "" {
							continue
						}
						c := awkwardCall{"GET", "", path}
						if path == "" {
							c.target = "/" // an empty path is the root (RFC 9110 §4.2.3)
						}
						want := c.seen(patterns, base)
						c.target = path
						got := c.ask(t, addr, base)
						if path == "" && got == "301" && strings.HasPrefix(h.name, "apache .htaccess") {
							continue // the base is a folder there, and mod_dir adds its slash
						}
						if got != want {
							t.Errorf("%s%s:\n got %s\nwant %s", base, path, got, want)
						}
					}
					// An escaped slash is a slash nowhere: the whole segment arrives, or 404.
					c := awkwardCall{"GET", "", "/a%2Fb"}
					if got := c.ask(t, addr, base); got != "404" && got != c.seen(patterns, base) {
						t.Errorf("%s/a%%2Fb: got %s", base, got)
					}
					// What only begins like the base is not below it.
					if base == "" {
						return
					}
					c.target = base + "foo"
					if got := c.ask(t, addr, ""); strings.HasPrefix(got, "pattern ") {
						t.Errorf("%sfoo: got %s", base, got)
					}
				})
			}
		}
	}
}

// The host of a target in absolute form is that of the request, whatever the Host
// field says (RFC 9112 §3.2.2): rule and program agree on it. lighttpd refuses
// such a request if the two differ.
func TestAbsoluteTargetsChooseTheirHost(t *testing.T) {
	t.Parallel()
	patterns := []string{"GET /x/{v}", "GET h.awkward.test/x/{v}", "GET other.awkward.test/x/{v}"}
	module := awkwardSite(t, "absolute", patterns)
	for _, h := range everySetup(t) {
		t.Run(h.name, func(t *testing.T) {
			addr := h.start(t, module, "")
			for _, host := range []string{"h.awkward.test", "other.awkward.test"} {
				want := awkwardCall{"GET", host, "/x/1"}.seen(patterns, "")
				for _, field := range []string{host, "other.awkward.test", "127.0.0.1"} {
					request := fmt.Sprintf("GET http://%s/x/1 HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host, field)
					got := rawAnswer(t, addr, request)
					if refused := got == "400" && field != host && strings.HasPrefix(h.name, "lighttpd"); got != want && !refused {
						t.Errorf("absolute form of %s with the field %s:\n got %s\nwant %s", host, field, got, want)
					}
				}
			}
		})
	}
}

// rawAnswer sends a request as it is, and gives the answer as awkwardCall.ask does.
func rawAnswer(t *testing.T, addr, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(conn, request)
	must(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(t, err)
	if strings.HasPrefix(string(text), "pattern ") {
		return string(text)
	}
	return strconv.Itoa(resp.StatusCode)
}
