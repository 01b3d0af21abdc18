package fastcgi

import (
	"io"
	"net"
	"net/http"
	"net/http/fcgi"
	"path/filepath"
	"testing"
)

// usual are the meta-variables that nginx sends for a request of a browser.
func usual() []byte {
	return pairs("QUERY_STRING", "", "REQUEST_METHOD", "GET", "CONTENT_TYPE", "", "CONTENT_LENGTH", "",
		"SCRIPT_NAME", "/index", "REQUEST_URI", "/index", "DOCUMENT_URI", "/index", "DOCUMENT_ROOT", "/var/www/html",
		"SERVER_PROTOCOL", "HTTP/1.1", "REQUEST_SCHEME", "http", "GATEWAY_INTERFACE", "CGI/1.1",
		"SERVER_SOFTWARE", "nginx/1.22.1", "REMOTE_ADDR", "192.0.2.1", "REMOTE_PORT", "45678",
		"SERVER_ADDR", "192.0.2.9", "SERVER_PORT", "80", "SERVER_NAME", "example.com",
		"HTTP_HOST", "example.com", "HTTP_USER_AGENT", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		"HTTP_ACCEPT", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "HTTP_ACCEPT_LANGUAGE", "de,en;q=0.5",
		"HTTP_ACCEPT_ENCODING", "gzip, deflate", "HTTP_COOKIE", "session=0123456789abcdef")
}

func hello(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello, world\n") }

// BenchmarkRequest answers one request after the other on a connection that stays.
func BenchmarkRequest(b *testing.B) {
	b.Run("cgigen", func(b *testing.B) { benchmarkRequest(b, Serve) })
	b.Run("net/http/fcgi", func(b *testing.B) { benchmarkRequest(b, fcgi.Serve) })
}

func benchmarkRequest(b *testing.B, serve func(net.Listener, http.Handler) error) {
	l, err := net.Listen("unix", filepath.Join(b.TempDir(), "s"))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go serve(l, http.HandlerFunc(hello))
	conn, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	request := append(begin(1, keepConn), appendRecord(nil, params, 1, usual())...)
	request = appendRecord(request, params, 1, nil)
	request = appendRecord(request, stdinStream, 1, nil)
	buf, have := make([]byte, 4096), 0
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		for have = 0; have < 2*headerSize || buf[have-2*headerSize+1] != byte(endRequest); {
			n, err := conn.Read(buf[have:])
			if err != nil {
				b.Fatal(err)
			}
			have += n
		}
	}
}
