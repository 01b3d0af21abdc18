package fastcgi

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/stream"
)

func TestShutdownFinishesWhatRuns(t *testing.T) {
	s := newScene()
	server := &Server{Handler: s}
	dial := start(t, server)
	idle, busy := dial(), dial()
	idle.send(get(1))
	idle.want(1, ok("/"))
	<-s.entered
	busy.send(getPath(1, "/wait", keepConn))
	<-s.entered
	done := make(chan error)
	go func() { done <- server.Shutdown(t.Context()) }()
	idle.closed()
	s.release <- struct{}{}
	busy.want(1, ok("/wait"))
	busy.closed()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestShutdownThatTakesTooLongLeavesRequestsToClose(t *testing.T) {
	s := newScene()
	server := &Server{Handler: s}
	c := start(t, server)()
	c.send(getPath(1, "/gone", keepConn))
	<-s.entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	server.Close()
	<-s.causes
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOnlyListedPeersMayConnect(t *testing.T) {
	for list, allowed := range map[string]bool{"127.0.0.1": true, " 10.0.0.1, 127.0.0.1": true, "10.0.0.1": false, "": false} {
		t.Setenv("FCGI_WEB_SERVER_ADDRS", list)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &Server{Handler: newScene()}
		done := make(chan error)
		go func() { done <- s.Serve(l) }()
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn.Write(get(1))
		if n, _ := conn.Read(make([]byte, 1)); (n == 1) != allowed {
			t.Errorf("list %q: answered %t", list, n == 1)
		}
		conn.Close()
		s.Close()
		<-done
	}
	if stream.OnlyFrom("127.0.0.1")(&net.UnixAddr{Name: "x"}) {
		t.Error("a peer without an address is on no list")
	}
}
