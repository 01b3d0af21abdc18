package listen

import (
	"net"
	"net/http"
)

//cgigen:handler GET /
func NewHome() (http.Handler, error) {
	mux := http.NewServeMux()
	if _, err := net.Listen("tcp", ":0"); err != nil { // want `net.Listen in NewHome`
		return nil, err
	}
	server := &http.Server{Handler: mux}
	return mux, server.ListenAndServe() // want `http.Server.ListenAndServe in NewHome: the web server listens`
}

// Serve is for those who have a server of their own.
func Serve() error { return http.ListenAndServe(":80", nil) }
