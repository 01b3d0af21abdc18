package routers_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A way is how a web server has mounted a program.
type way struct {
	name   string
	prefix string // what the client's path has before the route
	script string // SCRIPT_NAME
}

func ways(program string) []way {
	file := program + ".cgi"
	return []way{
		{"through a rewrite", "", "/cgi-bin/" + file},
		{"under its own name", "/cgi-bin/" + file, "/cgi-bin/" + file},
		{"below a sub-directory", "/~alice", "/~alice/cgi-bin/" + file},
	}
}

// A request is one to a path of the site, which the way leads to.
type request struct{ method, path, body string }

// response is what a program wrote: header and body to standard output, and log
// to standard error.
type response struct {
	status int
	header http.Header
	body   string
	log    string
}

func (r response) answer() answer {
	return answer{r.status, r.header.Get("Content-Type"), r.body}
}

// run starts a program for one request, as a web server does.
func run(t *testing.T, file string, w way, r request) response {
	t.Helper()
	var out, log bytes.Buffer
	c := exec.CommandContext(t.Context(), file)
	c.Args[0] = file + ".cgi" // the name of the file on a host
	c.Env = environment(w, r)
	c.Dir = filepath.Dir(file)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(r.body), &out, &log
	if err := c.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", r.method, r.path, err, log.String())
	}
	return parse(t, &out, log.String())
}

// environment makes the meta-variables of RFC 3875, and REQUEST_URI.
func environment(w way, r request) []string {
	path, query, _ := strings.Cut(r.path, "?")
	if decoded, err := url.PathUnescape(path); err == nil {
		path = decoded
	}
	env := []string{
		"GATEWAY_INTERFACE=CGI/1.1",
		"HTTP_HOST=example.com",
		"PATH_INFO=" + path,
		"QUERY_STRING=" + query,
		"REMOTE_ADDR=192.0.2.1",
		"REQUEST_METHOD=" + r.method,
		"REQUEST_URI=" + w.prefix + r.path,
		"SCRIPT_NAME=" + w.script,
		"SERVER_NAME=example.com",
		"SERVER_PORT=80",
		"SERVER_PROTOCOL=HTTP/1.1",
	}
	if r.body != "" {
		env = append(env, "CONTENT_TYPE=text/plain", "CONTENT_LENGTH="+strconv.Itoa(len(r.body)))
	}
	return env
}

// parse reads a CGI response (RFC 3875 §6).
func parse(t *testing.T, out io.Reader, log string) response {
	t.Helper()
	reader := bufio.NewReader(out)
	fields, err := textproto.NewReader(reader).ReadMIMEHeader()
	if err != nil {
		t.Fatalf("header: %v\n%s", err, log)
	}
	header := http.Header(fields)
	code, _, _ := strings.Cut(header.Get("Status"), " ")
	status, err := strconv.Atoi(code)
	if err != nil {
		t.Fatalf("Status: %v", err)
	}
	header.Del("Status")
	body, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return response{status, header, string(body), log}
}
