package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/fcgi"
	"strconv"

	"github.com/cgigen/cgigen/runtime/fastcgi"
	"github.com/cgigen/cgigen/runtime/scgi"
)

// A backend is a gateway behind nginx.
type backend struct {
	name   string
	socket string // several may share one
	pass   string // nginx's directives; %s is the upstream
	kept   bool   // connections stay open
	serve  func(net.Listener, http.Handler) error
}

func backends() []backend {
	return []backend{
		{"cgigen FastCGI", "fastcgi", "fastcgi_pass %s; fastcgi_keep_conn on;" + fastcgiParams, true, fastcgi.Serve},
		{"net/http/fcgi", "nethttpfcgi", "fastcgi_pass %s; fastcgi_keep_conn on;" + fastcgiParams, true, fcgi.Serve},
		{"cgigen SCGI", "scgi", "scgi_pass %s;" + scgiParams, false, scgi.Serve},
		{"net/http", "nethttp", "proxy_pass http://%s; proxy_http_version 1.1; proxy_set_header Connection \"\";" + proxyHeaders, true, http.Serve},
		{"net/http, not kept", "nethttp", "proxy_pass http://%s;" + proxyHeaders, false, http.Serve},
	}
}

// serve runs a backend in this process.
func serve(name, socket string) error {
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	for _, b := range backends() {
		if b.name == name {
			return b.serve(l, handler())
		}
	}
	return fmt.Errorf("no backend %q", name)
}

// handler answers with a few bytes, with as many as the query says, or when it
// is told to.
func handler() http.Handler {
	release := make(chan bool)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello, world\n")
	})
	mux.HandleFunc("/send", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.ParseInt(r.URL.RawQuery, 10, 64)
		io.CopyN(w, zeros{}, n)
	})
	mux.HandleFunc("/take", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintln(w, n, err)
	})
	mux.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) { <-release })
	mux.HandleFunc("/release", func(w http.ResponseWriter, r *http.Request) { close(release) })
	return mux
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
