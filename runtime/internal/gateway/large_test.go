package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A header that the server in front is known to refuse is named in the log; others are not.
func TestHeaderThatTheServerRefusesIsLogged(t *testing.T) {
	tests := []struct {
		software string
		sizes    []int // of the fields
		more     string
		want     string // in the log
	}{
		{"Apache/2.4.62", []int{8200}, "", "the field X-0 has 8205 bytes: Apache refuses lines of more than 8190"},
		{"Apache/2.4.62", []int{8100, 8100, 8100}, "", ""},
		{"nginx/1.22.1", []int{2900, 2950, 2900}, "", "of which X-1 has 2955 bytes: nginx refuses more than fits into fastcgi_buffer_size"},
		{"nginx/1.22.1", []int{2900, 2950, 2900}, "CGIGEN_HEADER_BUFFER=32768", ""},
		{"nginx/1.22.1", []int{33000}, "CGIGEN_HEADER_BUFFER=32768", "which is 32768"},
		{"nginx/1.22.1", []int{3000}, "", ""},
		{"lighttpd/1.4.69", []int{8200, 33000}, "", ""},
		{"lighttpd/1.4.69", []int{33000, 33000}, "", "lighttpd refuses more than 65535"},
		{"HAProxy 2.6.12", []int{14000}, "", ""},
		{"HAProxy 2.6.12", []int{8000, 8000}, "", "HAProxy refuses"},
		{"Caddy/2.6.2", []int{130000}, "", ""},
		{"", []int{130000}, "", ""},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.software, test.sizes, test.more), func(t *testing.T) {
			got := serve(func(w http.ResponseWriter, _ *http.Request) {
				for i, size := range test.sizes {
					w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", size))
				}
			}, strings.NewReader(""), get("SERVER_SOFTWARE="+test.software, test.more))
			if test.want == "" && got.log != "" || !strings.Contains(got.log, test.want) {
				t.Errorf("log %q, want %q in it", got.log, test.want)
			}
			if !got.whole {
				t.Error("the response is not whole")
			}
		})
	}
}

// The field arrives where the server is known to pass it on. Elsewhere it would be an order to the server: a response that
// holds a client's words could have it fetch any of its addresses.
func TestLocationWithStatus200LeavesOnlyWhereItIsNoOrder(t *testing.T) {
	tests := []struct {
		location string
		vars     []string
		leaves   bool
	}{
		{"/a", []string{"SERVER_SOFTWARE=nginx/1.22.1"}, true},
		{"/a", []string{"SERVER_SOFTWARE=lighttpd/1.4.69"}, true},
		{"/a", []string{"SERVER_SOFTWARE=Caddy/2.6.2"}, true},
		{"/a", []string{"SERVER_SOFTWARE=HAProxy 2.6.12"}, true},
		{"/a", []string{"SERVER_SOFTWARE=Apache/2.4.62"}, false},
		{"http://other.test/a", []string{"SERVER_SOFTWARE=Apache/2.4.62"}, false},
		{"/a", []string{"SERVER_SOFTWARE=Apache", "SCRIPT_FILENAME=/srv/proxy:fcgi/app.cgi"}, false},
		{"/a", []string{"SERVER_SOFTWARE=Apache", "SCRIPT_FILENAME=proxy:fcgi://localhost/a"}, true},
		{"/a", []string{"SERVER_SOFTWARE=Apache", "SCRIPT_FILENAME=proxy:scgi://localhost/a", "SCGI=1"}, false},
		{" /a", []string{"SERVER_SOFTWARE=Apache", "SCRIPT_FILENAME=proxy:scgi://localhost/a", "SCGI=1"}, false},
		{"\r\n/a", []string{"SERVER_SOFTWARE=Apache", "SCRIPT_FILENAME=proxy:scgi://localhost/a", "SCGI=1"}, false},
		{"http://other.test/a", []string{"SERVER_SOFTWARE=Apache", "SCRIPT_FILENAME=proxy:scgi://localhost/a", "SCGI=1"}, true},
		{"/a", []string{"SERVER_SOFTWARE=LiteSpeed"}, false},
		{"/a", []string{"SERVER_SOFTWARE=Microsoft-IIS/10.0"}, false},
		{"/a", nil, false},
	}
	for _, test := range tests {
		for _, name := range []string{"Location", "location"} {
			t.Run(fmt.Sprint(name, test.location, test.vars), func(t *testing.T) {
				got := serve(func(w http.ResponseWriter, _ *http.Request) { w.Header()[name] = []string{test.location} },
					strings.NewReader(""), get(test.vars...))
				if leaves := strings.Contains(strings.ToLower(got.out), "\nlocation:"); leaves != test.leaves {
					t.Errorf("it leaves: %v, want %v: %q", leaves, test.leaves, got.out)
				}
			})
		}
	}
}
