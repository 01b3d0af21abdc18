package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A program is one of those that are compared.
type program struct {
	name   string
	path   string   // the file as it was built
	prefix []string // interpreter and its arguments
	env    []string // besides the request
	seldom bool     // started a quarter as often
	copied string   // the copy of this round
	rounds [][]sample
}

const module = "github.com/cgigen/cgigen/runtime/internal/bench/coldstart/programs/"

// What the names of programs with configuration end in.
const (
	configured = ", configured"
	notLoaded  = ", configured, not loaded"
)

// buildAll builds what can be built here. The site's file of the program with
// configuration lies in the folder private beside the copies' folders.
func buildAll(dir string) ([]*program, error) {
	var all []*program
	for _, p := range []struct {
		name, pkg string
		quick     bool // as cgigen build compiles programs for CGI alone
		env       []string
	}{
		{"cgigen", "cgigen", false, nil},
		{"cgigen" + configured, "config", false, nil},
		{"cgigen" + notLoaded, "config", false, []string{"BENCH_LOAD=no"}},
		{"cgigen build --gateways cgi", "cgigen", true, nil},
		{"cgigen build --gateways cgi" + configured, "config", true, nil},
		{"cgigen build --gateways cgi" + notLoaded, "config", true, []string{"BENCH_LOAD=no"}},
		{"net/http/cgi", "nethttp", false, nil},
		{"floor", "floor", false, nil},
	} {
		path := filepath.Join(dir, fmt.Sprint(p.pkg, len(all)))
		var args, env []string
		if p.quick {
			args, env = []string{quickLink}, []string{quickEnv}
		}
		if err := compile(path, p.pkg, args, env); err != nil {
			return nil, err
		}
		all = append(all, &program{name: p.name, path: path, env: p.env})
	}
	others, err := foreign(dir)
	if err != nil {
		return nil, err
	}
	return append(all, others...), writeConfig(filepath.Join(dir, "private"))
}

// What cgigen build says to the go command for programs for CGI alone. It stands in
// cmd/cgigen/internal/builder/quick.go as well: nothing below runtime imports the
// command, and the benchmark also measures each flag by itself.
const (
	quickEnv  = "GOEXPERIMENT=nogreenteagc"
	quickLink = "-ldflags=-s -w -funcalign=16 -X=runtime.godebugDefault=memprofilerate=0,updatemaxprocs=0"
)

// compile builds one of the programs below module.
func compile(path, pkg string, args, env []string) error {
	build := exec.Command("go", append(append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", path}, args...), module+pkg)...)
	build.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func writeConfig(private string) error {
	if err := os.Mkdir(private, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(private, "site.env"), []byte(`# settings of the site
BENCH_NAME=shop
BENCH_DSN=postgres://shop:secret@localhost/shop
BENCH_THEME=dark
BENCH_PORT=587
BENCH_LIMIT=100
BENCH_TIMEOUT=10s
`), 0o600)
}

// foreign makes the programs of other languages that are installed.
func foreign(dir string) ([]*program, error) {
	var all []*program
	for _, f := range []struct{ name, tool, file, source string }{
		{"C", "cc", "hello.c", cSource},
		{"Perl", "perl", "hello.pl", perlSource},
		{"PHP", "php-cgi", "hello.php", phpSource},
		{"Python wsgiref", "python3", "hello.py", pythonSource},
	} {
		tool, err := exec.LookPath(f.tool)
		if err != nil {
			fmt.Printf("%s: %s is not installed\n", f.name, f.tool)
			continue
		}
		path := filepath.Join(dir, f.file)
		if err := os.WriteFile(path, []byte(f.source), 0o644); err != nil {
			return nil, err
		}
		p := &program{name: f.name, path: path, prefix: []string{tool}, seldom: true}
		if f.tool == "cc" {
			p.path, p.prefix = filepath.Join(dir, "hello-c"), nil
			if out, err := exec.Command(tool, "-O2", "-static", "-o", p.path, path).CombinedOutput(); err != nil {
				return nil, fmt.Errorf("%w: %s", err, out)
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// copyTo makes a new file of the program.
func (p *program) copyTo(folder string) error {
	from, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer from.Close()
	p.copied = filepath.Join(folder, filepath.Base(p.path))
	to, err := os.OpenFile(p.copied, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	// In pieces and through user space: the memory of this process counts
	// as that of its children before they begin, and is their lowest peak.
	_, err = io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, 256<<10))
	if closing := to.Close(); err == nil {
		err = closing
	}
	return err
}

// start runs the program for a request to path, with the given body, and
// waits for its end.
func (p *program) start(path string, body io.Reader, output string) (sample, error) {
	out, err := os.OpenFile(output, os.O_WRONLY, 0)
	if err != nil {
		return sample{}, err
	}
	defer out.Close()
	args := append(append([]string{}, p.prefix...), p.copied)
	cmd := &exec.Cmd{Path: args[0], Args: args, Env: append(environment(path, p.copied), p.env...), Stdin: body, Stdout: out, Stderr: os.Stderr}
	return run1(cmd)
}

// environment returns what Apache gives to a CGI program for a browser's request.
func environment(path, file string) []string {
	env := strings.Split(strings.TrimSpace(browser), "\n")
	return append(env, "REQUEST_URI="+path, "PATH_INFO="+path, "SCRIPT_FILENAME="+file, "REDIRECT_STATUS=200")
}

const browser = `
HTTP_HOST=www.example.com
HTTP_USER_AGENT=Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
HTTP_ACCEPT=text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
HTTP_ACCEPT_LANGUAGE=en-US,en;q=0.5
HTTP_ACCEPT_ENCODING=gzip, deflate, br, zstd
HTTP_CONNECTION=keep-alive
HTTP_COOKIE=session=0123456789abcdef0123456789abcdef
HTTP_UPGRADE_INSECURE_REQUESTS=1
HTTP_SEC_FETCH_DEST=document
HTTP_SEC_FETCH_MODE=navigate
HTTP_SEC_FETCH_SITE=none
PATH=/usr/local/bin:/usr/bin:/bin
SERVER_SIGNATURE=
SERVER_SOFTWARE=Apache
SERVER_NAME=www.example.com
SERVER_ADDR=192.0.2.1
SERVER_PORT=80
REMOTE_ADDR=192.0.2.2
DOCUMENT_ROOT=/var/www/html
REQUEST_SCHEME=http
CONTEXT_PREFIX=
CONTEXT_DOCUMENT_ROOT=/var/www/html
SERVER_ADMIN=webmaster@example.com
REMOTE_PORT=40000
GATEWAY_INTERFACE=CGI/1.1
SERVER_PROTOCOL=HTTP/1.1
REQUEST_METHOD=GET
QUERY_STRING=
SCRIPT_NAME=
`

const cSource = `#include <stdio.h>
int main(void) { fputs("Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n", stdout); return 0; }
`

const perlSource = `print "Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nhello\n";
`

const phpSource = `<?php header('Content-Type: text/plain'); echo "hello\n";
`

const pythonSource = `from wsgiref.handlers import CGIHandler
def app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'hello\n']
CGIHandler().run(app)
`
