//go:build unix

package daemon

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// with reads the settings of a program.
func with(settings map[string]string) (limits, error) {
	return readLimits(gateway.Program{Setting: func(name string) (string, bool) {
		text, ok := settings[name]
		return text, ok
	}})
}

// Each setting reaches its own limit, and no other; 0 in every spelling is no limit, and empty is the default.
func TestSettingsReachTheirLimits(t *testing.T) {
	usual := func(change func(*limits)) limits {
		l := limits{Limits: stream.Limits{Header: 1 << 20, HeaderTimeout: 30 * time.Second, IdleTimeout: 5 * time.Minute, WriteTimeout: 2 * time.Minute,
			Requests: 1000, PerConnection: 100}, finish: 10 * time.Second, stop: 5 * time.Second, spools: 256 << 20}
		change(&l)
		return l
	}
	tests := []struct {
		name, value string
		want        limits
	}{
		{"HEADER_LIMIT", "2M", usual(func(l *limits) { l.Header = 2 << 20 })},
		{"HEADER_LIMIT", "0", usual(func(l *limits) { l.Header = 0 })},
		{"HEADER_TIMEOUT", "7s", usual(func(l *limits) { l.HeaderTimeout = 7 * time.Second })},
		{"IDLE_TIMEOUT", "7s", usual(func(l *limits) { l.IdleTimeout = 7 * time.Second })},
		{"IDLE_TIMEOUT", "0", usual(func(l *limits) { l.IdleTimeout = 0 })},
		{"IDLE_TIMEOUT", "0s", usual(func(l *limits) { l.IdleTimeout = 0 })},
		{"IDLE_TIMEOUT", "", usual(func(*limits) {})},
		{"WRITE_TIMEOUT", "7s", usual(func(l *limits) { l.WriteTimeout = 7 * time.Second })},
		{"MAX_CONNECTIONS", "7", usual(func(l *limits) { l.Connections = 7 })},
		{"MAX_REQUESTS", "7", usual(func(l *limits) { l.Requests = 7 })},
		{"MAX_REQUESTS", "0", usual(func(l *limits) { l.Requests = 0 })},
		{"MAX_SHARING", "1", usual(func(l *limits) { l.PerConnection = 1 })},
		{"SPOOL_TOTAL", "7M", usual(func(l *limits) { l.spools = 7 << 20 })},
		{"FINISH_TIMEOUT", "7s", usual(func(l *limits) { l.finish = 7 * time.Second })},
		{"STOP_TIMEOUT", "7s", usual(func(l *limits) { l.stop = 7 * time.Second })},
		{"OTHER", "7s", usual(func(*limits) {})},
	}
	for _, test := range tests {
		got, err := with(map[string]string{test.name: test.value})
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("CGIGEN_%s=%s: got %+v, %v; want %+v", test.name, test.value, got, err, test.want)
		}
	}
}

func TestSettingsThatAreNoneAreRefused(t *testing.T) {
	for setting, want := range map[string]string{
		"IDLE_TIMEOUT=7":     `CGIGEN_IDLE_TIMEOUT: "7" is no time, such as 30s or 5m`,
		"IDLE_TIMEOUT=-1s":   `CGIGEN_IDLE_TIMEOUT: "-1s" is no time, such as 30s or 5m`,
		"IDLE_TIMEOUT=-1ns":  `CGIGEN_IDLE_TIMEOUT: "-1ns" is no time, such as 30s or 5m`,
		"MAX_REQUESTS=-1":    `CGIGEN_MAX_REQUESTS: "-1" is no number`,
		"MAX_REQUESTS=1.5":   `CGIGEN_MAX_REQUESTS: "1.5" is no number`,
		"MAX_CONNECTIONS=1k": `CGIGEN_MAX_CONNECTIONS: "1k" is no number`,
	} {
		name, value, _ := strings.Cut(setting, "=")
		if _, err := with(map[string]string{name: value}); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", setting, err, want)
		}
	}
}

// sd_listen_fds(3): the variables count for the process that they name, and for no other.
func TestVariablesOfSystemdAreRead(t *testing.T) {
	const pid = 42
	tests := []struct {
		pid, fds, names string
		want            []inherited
		problem         string
	}{
		{"", "2", "", nil, ""},
		{"43", "2", "", nil, ""},
		{"42", "1", "", []inherited{{3, ""}}, ""},
		{"42", "2", "a:b", []inherited{{3, "a"}, {4, "b"}}, ""},
		{"42", "2", "a", []inherited{{3, "a"}, {4, ""}}, ""},
		{"42", "1", "a:b", []inherited{{3, "a"}}, ""},
		{"42", "0", "", nil, `LISTEN_FDS is "0" and no number of sockets`},
		{"42", "-1", "", nil, `LISTEN_FDS is "-1" and no number of sockets`},
		{"42", "", "", nil, `LISTEN_FDS is "" and no number of sockets`},
		{"42", "1025", "", nil, `LISTEN_FDS is "1025" and no number of sockets`},
	}
	for _, test := range tests {
		env := map[string]string{"LISTEN_PID": test.pid, "LISTEN_FDS": test.fds, "LISTEN_FDNAMES": test.names}
		got, err := fromSystemd(pid, func(name string) string { return env[name] })
		if problem := errorText(err); !reflect.DeepEqual(got, test.want) || problem != test.problem {
			t.Errorf("%v: got %v, %q; want %v, %q", env, got, problem, test.want, test.problem)
		}
	}
	env := map[string]string{"LISTEN_PID": "42", "LISTEN_FDS": "1024"}
	if got, err := fromSystemd(pid, func(name string) string { return env[name] }); len(got) != 1024 || err != nil {
		t.Errorf("%d sockets, %v", len(got), err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestPortIsANumberOrAnAddress(t *testing.T) {
	for port, want := range map[string]string{"8080": ":8080", "127.0.0.1:8080": "127.0.0.1:8080", "[::1]:80": "[::1]:80", ":80": ":80"} {
		if got := webAddr(port); got != want {
			t.Errorf("PORT=%s listens on %s, want %s", port, got, want)
		}
	}
}

// Sockets go to the gateways that are linked; what cannot be served is said.
func TestSocketsNeedAGateway(t *testing.T) {
	web := func(gateway.Program, stream.Limits) stream.Service { return nil }
	streams := []func(gateway.Program) stream.Protocol{nil}
	for want, test := range map[string]struct {
		c  gateway.LinkedGateways
		in inherited
	}{
		"no gateway for sockets is linked": {gateway.LinkedGateways{}, inherited{fd: 99}},
		`the socket "app-http.socket" is for HTTP, but the program has been generated without the gateway http`: {gateway.LinkedGateways{Streams: streams}, inherited{fd: 99, name: "app-http.socket"}},
		"descriptor 99 is no socket to listen on: ":                                                             {gateway.LinkedGateways{Web: web}, inherited{fd: 99}},
	} {
		s := &start{inherits: []inherited{test.in}, spawned: true}
		if err := s.open("test", &test.c); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// Somebody at a terminal gets a server that this machine alone can reach.
func TestTryOutServerIsLocal(t *testing.T) {
	for range 2 { // the second finds the usual port taken
		s := &start{tryOut: true}
		if err := s.open("test", &gateway.LinkedGateways{}); err != nil {
			t.Fatal(err)
		}
		defer s.sockets[0].Close()
		addr := s.sockets[0].Addr().String()
		want := fmt.Sprintf("cgigen: serving http://%s/ until Ctrl-C", addr)
		if !strings.HasPrefix(addr, "127.0.0.1:") || !s.sockets[0].web || s.greeting != want {
			t.Errorf("listens on %s, web %v, %q", addr, s.sockets[0].web, s.greeting)
		}
	}
}
