//go:build unix

package hosts_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

var responses = sync.OnceValues(func() (string, error) {
	return copyModule("responses", filepath.Join("testdata", "responses"), "../../../../../..")
})

// What a program sends arrives as it has sent it, and what it sees of the host is what the client has asked for, behind
// every server and layout that packages are made for.
func TestResponsesArriveAndHostsAreWhole(t *testing.T) {
	t.Parallel()
	module, err := responses()
	must(t, err)
	for _, setup := range everySetup(t) {
		t.Run(setup.name, func(t *testing.T) {
			t.Parallel()
			addr := setup.start(t, module, "")
			_, port, _ := net.SplitHostPort(addr)
			for _, host := range []string{"127.0.0.1:" + port, "127.0.0.1", "127.0.0.1:8443"} {
				wantHost(t, addr, "/page", "", host, host)
				wantForm(t, addr, host)
			}
			for _, target := range []string{"127.0.0.1:" + port, "127.0.0.1", "127.0.0.1:8443"} {
				if !strings.HasPrefix(setup.name, "lighttpd") { // which refuses a second host
					wantHost(t, addr, "http://"+target+"/page", "", "127.0.0.1:99", target)
				}
				wantHost(t, addr, "http://"+target+"/page", "", target, target)
			}
			wantCookies(t, addr)
		})
	}
}

// raw sends a request as it is and returns the answer.
func raw(t *testing.T, addr, request string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	must(t, err)
	defer conn.Close()
	fmt.Fprint(conn, request)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp, string(body)
}

// wantHost asks for a page and holds its link, and that no server adds a character set.
func wantHost(t *testing.T, addr, target, more, host, want string) {
	t.Helper()
	resp, body := raw(t, addr, "GET "+target+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n"+more+"\r\n")
	if link := "<a href=http://" + want + "/page>ä</a>"; resp.StatusCode != 200 || body != link {
		t.Errorf("GET %s of host %q: status %d, page %q, want %q", target, host, resp.StatusCode, body, link)
	}
	if kind := resp.Header.Get("Content-Type"); kind != "text/html" {
		t.Errorf("the page arrives as %q", kind)
	}
}

// wantForm sends the form of a page of the same host, and of others.
func wantForm(t *testing.T, addr, host string) {
	t.Helper()
	for origin, status := range map[string]int{host: 200, "other.test": 403, "127.0.0.1:1": 403} {
		resp, body := raw(t, addr, "POST /form HTTP/1.1\r\nHost: "+host+"\r\nOrigin: http://"+origin+"\r\nContent-Length: 3\r\nConnection: close\r\n\r\na=b")
		if resp.StatusCode != status {
			t.Errorf("POST to host %q from %q: status %d, want %d: %s", host, origin, resp.StatusCode, status, body)
		}
	}
}

func wantCookies(t *testing.T, addr string) {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/cookies")
	must(t, err)
	defer resp.Body.Close()
	if n := len(resp.Cookies()); resp.StatusCode != 200 || n != 3 {
		t.Errorf("status %d, %d cookies", resp.StatusCode, n)
	}
}

// nginx knows the host of a request in several ways, none of which is right for all.
func TestHostBehindNginxIsThatOfTheRequest(t *testing.T) {
	t.Parallel()
	servers.Need(t, "nginx")
	module, err := responses()
	must(t, err)
	for _, way := range ways(t, "fastcgi", "scgi") {
		dir := installOf(t, module, "--for", "nginx", "--host", "127.0.0.1")
		addr, second := servers.Address(t), servers.Address(t)
		text := config(t, dir, "nginx-"+way+".conf", "listen 80", "listen "+addr+";\n\tlisten "+second+" http2", "/run/testsite", sockets(t, dir, way))
		servers.Whole(t, "nginx", addr, servers.NginxFrame(text))
		tests := []struct{ target, host, want string }{
			{"/page", "[::1]:8080", "[::1]:8080"},
			{"/page", "[::1]", "[::1]"},
			{"/page", "[2001:db8::80]", "[2001:db8::80]"},
			{"/page", "Shop.Test:81", "shop.test:81"},
			{"/page", "127.0.0.1:", "127.0.0.1"},
			{"/page", "shop.test.", "shop.test"},
			{"http://[::1]:8080/page", "127.0.0.1:99", "[::1]:8080"},
			{"http://[::1]/page", "127.0.0.1:99", "[::1]"},
			{"HTTP://shop.test/page?u=http://x:80/", "127.0.0.1:99", "shop.test"},
			{"/page?u=http://x:80/", "127.0.0.1:99", "127.0.0.1:99"},
		}
		for _, test := range tests {
			wantHost(t, addr, test.target, "", test.host, test.want)
		}
		resp, body := raw(t, addr, "GET /page HTTP/1.0\r\n\r\n")
		if _, port, _ := net.SplitHostPort(addr); resp.StatusCode != 200 || !strings.Contains(body, "//127.0.0.1:"+port+"/page") {
			t.Errorf("a request without a host: status %d, page %q", resp.StatusCode, body)
		}
		for _, host := range []string{second, "127.0.0.1", "[::1]:8443"} {
			if got := overHTTP2(t, second, host); got != "<a href=http://"+host+"/page>ä</a>" {
				t.Errorf("HTTP/2 to host %q: page %q", host, got)
			}
		}
	}
}

// overHTTP2 asks for a page over HTTP/2.
func overHTTP2(t *testing.T, addr, host string) string {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	client := http.Client{Transport: &http.Transport{Protocols: protocols}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequest("GET", "http://"+addr+"/page", nil)
	must(t, err)
	request.Host = host
	resp, err := client.Do(request)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.ProtoMajor != 2 {
		t.Errorf("the answer is of %s", resp.Proto)
	}
	return string(body)
}
