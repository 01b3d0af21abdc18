package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The same variables for each gateway, as Debian's nginx has them.
const (
	fastcgiParams = `
		fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
		fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
		fastcgi_param SCRIPT_NAME $fastcgi_script_name; fastcgi_param REQUEST_URI $request_uri;
		fastcgi_param DOCUMENT_URI $document_uri; fastcgi_param DOCUMENT_ROOT $document_root;
		fastcgi_param SERVER_PROTOCOL $server_protocol; fastcgi_param REQUEST_SCHEME $scheme;
		fastcgi_param GATEWAY_INTERFACE CGI/1.1; fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;
		fastcgi_param REMOTE_ADDR $remote_addr; fastcgi_param REMOTE_PORT $remote_port;
		fastcgi_param SERVER_ADDR $server_addr; fastcgi_param SERVER_PORT $server_port;
		fastcgi_param SERVER_NAME $server_name;
		fastcgi_buffering off; fastcgi_request_buffering off;`
	scgiParams = `
		scgi_param QUERY_STRING $query_string; scgi_param REQUEST_METHOD $request_method;
		scgi_param CONTENT_TYPE $content_type; scgi_param REQUEST_URI $request_uri;
		scgi_param SCRIPT_NAME $document_uri; scgi_param DOCUMENT_URI $document_uri;
		scgi_param DOCUMENT_ROOT $document_root; scgi_param SCGI 1;
		scgi_param SERVER_PROTOCOL $server_protocol; scgi_param REQUEST_SCHEME $scheme;
		scgi_param REMOTE_ADDR $remote_addr; scgi_param REMOTE_PORT $remote_port;
		scgi_param SERVER_PORT $server_port; scgi_param SERVER_NAME $server_name;
		scgi_buffering off;`
	proxyHeaders = `
		proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr;
		proxy_set_header X-Forwarded-Proto $scheme;
		proxy_buffering off; proxy_request_buffering off;`
)

// A site is nginx with the backends behind it.
type site struct {
	dir       string
	processes map[string]*exec.Cmd // by socket, and nginx
	addr      map[string]string    // by the backend's name
}

func (s *site) start() error {
	s.processes, s.addr = make(map[string]*exec.Cmd), make(map[string]string)
	for _, b := range backends() {
		if s.processes[b.socket] != nil {
			continue
		}
		if err := s.startBackend(b); err != nil {
			return err
		}
	}
	config, err := s.configure()
	if err != nil {
		return err
	}
	if err := s.run("nginx", exec.Command(find("nginx"), "-e", s.path("error.log"), "-p", s.dir, "-c", config)); err != nil {
		return err
	}
	for _, addr := range s.addr {
		if err := await("tcp", addr); err != nil {
			log, _ := os.ReadFile(s.path("error.log"))
			return fmt.Errorf("%w\n%s", err, log)
		}
	}
	return nil
}

// startBackend starts this program once more, as a backend.
func (s *site) startBackend(b backend) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := s.run(b.socket, exec.Command(self, "serve", b.name, s.path(b.socket))); err != nil {
		return err
	}
	return await("unix", s.path(b.socket))
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) run(name string, cmd *exec.Cmd) error {
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	s.processes[name] = cmd
	return nil
}

// stop ends what start has begun.
func (s *site) stop() {
	for _, cmd := range s.processes {
		cmd.Process.Kill()
		cmd.Wait()
	}
}

// configure writes nginx's configuration: one worker, a port for each backend.
func (s *site) configure() (string, error) {
	var b strings.Builder
	user := ""
	if os.Getuid() == 0 {
		user = "user root;"
	}
	fmt.Fprintf(&b, "daemon off; master_process off; %s pid %s; worker_processes 1;\nevents { worker_connections 8192; }\nhttp {\n"+
		"access_log off; client_max_body_size 0; keepalive_requests 1000000000;\n", user, s.path("pid"))
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&b, "%s_temp_path %s;\n", kind, s.path(kind))
	}
	for i, backend := range backends() {
		addr, err := freeAddr()
		if err != nil {
			return "", err
		}
		s.addr[backend.name] = addr
		keep := ""
		if backend.kept {
			keep = "keepalive 2000; keepalive_requests 1000000000;"
		}
		name := fmt.Sprintf("backend%d", i)
		fmt.Fprintf(&b, "upstream %s { server unix:%s; %s }\nserver { listen %s backlog=4096; location / {\n%s\n} }\n",
			name, s.path(backend.socket), keep, addr, fmt.Sprintf(backend.pass, name))
	}
	b.WriteString("}\n")
	return s.path("nginx.conf"), os.WriteFile(s.path("nginx.conf"), []byte(b.String()), 0o600)
}

// measureRates lets the backends take turns.
func (s *site) measureRates(o options) (map[string][]turn, error) {
	turns := make(map[string][]turn)
	for round := range o.rounds + 1 {
		for _, b := range backends() {
			t, err := s.takeTurn(b, o)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", b.name, err)
			}
			if round > 0 { // the first one warms up
				turns[b.name] = append(turns[b.name], t)
			}
		}
	}
	return turns, nil
}

// A turn is what was measured of a backend in one round.
type turn struct {
	rate           float64 // requests per second
	program, nginx float64 // microseconds of processor time per request
}

func (t turn) getRate() float64    { return t.rate }
func (t turn) getProgram() float64 { return t.program }
func (t turn) getNginx() float64   { return t.nginx }

func each(turns []turn, value func(turn) float64) []float64 {
	var list []float64
	for _, t := range turns {
		list = append(list, value(t))
	}
	return list
}

func (s *site) takeTurn(b backend, o options) (t turn, err error) {
	program, nginx := s.processes[b.socket].Process.Pid, s.processes["nginx"].Process.Pid
	programBefore, nginxBefore := processorTime(program), processorTime(nginx)
	begin := time.Now()
	if t.rate, err = s.wrk(b, o); err != nil {
		return t, err
	}
	requests := t.rate * time.Since(begin).Seconds()
	t.program = (processorTime(program) - programBefore).Seconds() / requests * 1e6
	t.nginx = (processorTime(nginx) - nginxBefore).Seconds() / requests * 1e6
	return t, nil
}

// processorTime is what a process has used of the processors so far.
func processorTime(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * (time.Second / 100) // in ticks, of which Linux has a hundred
}

// wrk returns the requests per second of a backend.
func (s *site) wrk(b backend, o options) (float64, error) {
	cmd := exec.Command("wrk", "-t1", "-c", strconv.Itoa(o.connections), "-d", o.duration.String(), "http://"+s.addr[b.name]+"/")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	if bytes.Contains(out, []byte("Non-2xx")) {
		return 0, fmt.Errorf("requests failed\n%s", out)
	}
	_, rest, _ := strings.Cut(string(out), "Requests/sec:")
	first, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	return strconv.ParseFloat(first, 64)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}

func ratios(values, of []float64) []float64 {
	list := make([]float64, len(values))
	for i := range values {
		list[i] = values[i] / of[i]
	}
	return list
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// await returns when something listens.
func await(network, addr string) error {
	for stop := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial(network, addr)
		if err == nil {
			return conn.Close()
		}
		if time.Now().After(stop) {
			return err
		}
	}
}

// find returns the path of a program that may be for administrators alone.
func find(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return "/usr/sbin/" + name
}
