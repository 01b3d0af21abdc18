//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0

// Command git serves repositories to git: it hands each request to git http-backend.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/cgi"
)

func main() {
	runtime.Main("git", build, cgi.Gateway)
}

func build(_ context.Context, app *runtime.App) error {
	app.Handle("/", backend{root: os.Getenv("GIT_PROJECT_ROOT")})
	return nil
}

// backend runs git http-backend, a CGI program of its own, for the repositories below root.
type backend struct{ root string }

func (b backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	cmd := exec.CommandContext(r.Context(), "git", "http-backend")
	cmd.Env = b.environment(r)
	cmd.Stdin = r.Body
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if err := respond(w, bufio.NewReader(out)); err != nil {
		fmt.Fprintln(os.Stderr, "git http-backend:", err)
	}
	io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		fmt.Fprintln(os.Stderr, "git http-backend:", err)
	}
}

// environment is what git-http-backend(1) asks for. Without CONTENT_LENGTH it reads the body to its end.
func (b backend) environment(r *http.Request) []string {
	env := []string{
		"PATH=/usr/bin:/bin",
		"GIT_PROJECT_ROOT=" + b.root,
		"GIT_HTTP_EXPORT_ALL=1",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"REQUEST_METHOD=" + r.Method,
		"PATH_INFO=" + r.URL.Path,
		"QUERY_STRING=" + r.URL.RawQuery,
		"CONTENT_TYPE=" + r.Header.Get("Content-Type"),
		"HTTP_CONTENT_ENCODING=" + r.Header.Get("Content-Encoding"),
		"GIT_PROTOCOL=" + r.Header.Get("Git-Protocol"),
		"REMOTE_USER=suite",
		"REMOTE_ADDR=" + r.RemoteAddr,
	}
	if r.ContentLength >= 0 {
		env = append(env, "CONTENT_LENGTH="+strconv.FormatInt(r.ContentLength, 10))
	}
	return env
}

// respond turns a CGI response into one of net/http.
func respond(w http.ResponseWriter, out *bufio.Reader) error {
	header, err := textproto.NewReader(out).ReadMIMEHeader()
	if err != nil {
		http.Error(w, "git http-backend did not answer", http.StatusBadGateway)
		return err
	}
	code := http.StatusOK
	for name, values := range header {
		if name == "Status" {
			fmt.Sscan(strings.TrimSpace(values[0]), &code)
			continue
		}
		w.Header()[name] = values
	}
	w.WriteHeader(code)
	_, err = io.Copy(w, out)
	return err
}
