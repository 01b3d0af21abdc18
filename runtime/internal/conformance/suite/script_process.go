package suite

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// print writes to standard output as a stray fmt.Println does.
func (s *script) print(text string) error {
	_, err := fmt.Println(text)
	return err
}

// arguments shows the program's arguments, without those of a test binary.
func arguments(w http.ResponseWriter, _ *http.Request) {
	words := slices.DeleteFunc(slices.Clone(os.Args[1:]), func(arg string) bool { return strings.HasPrefix(arg, "-test.") })
	fmt.Fprintf(w, "arguments %q\n", words)
}

// environment names the variables of the process that come from the request.
func (s *script) environment(string) error {
	s.note("environment: %q", requestVariables(os.Environ()))
	return nil
}

// requestVariables returns the sorted names of those variables that the gateway sets for a request.
func requestVariables(environ []string) []string {
	var names []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case strings.HasPrefix(name, "HTTP_"), strings.HasPrefix(name, "REDIRECT_"), strings.HasPrefix(name, "CONTENT_"),
			name == "QUERY_STRING", name == "PATH_INFO", name == "REQUEST_URI", name == "AUTH_TYPE", name == "REMOTE_USER":
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// standardInput says what the program finds on its standard input.
func (s *script) standardInput(string) error {
	b, err := io.ReadAll(os.Stdin)
	s.note("standard input %d bytes", len(b))
	return err
}

// child runs a command that inherits standard input and the environment, and answers with its output.
func (s *script) child(string) error {
	cmd := exec.Command("/bin/sh", "-c", "wc -c; env")
	cmd.Stdin = os.Stdin
	out, err := cmd.Output()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	fmt.Fprintf(s.w, "child read %s bytes, variables %q\n", strings.TrimSpace(lines[0]), requestVariables(lines[1:]))
	return err
}

// proxy says through which proxy the program would call out.
func (s *script) proxy(string) error {
	r, err := http.NewRequest("GET", "http://example.com/", nil)
	if err != nil {
		return err
	}
	proxy, err := http.ProxyFromEnvironment(r)
	s.note("proxy %v, %v", proxy, err)
	return nil
}

// leaveOpen leaves the journal open when the handler ends: the kernel closes it with the process.
func (s *script) leaveOpen(string) error {
	go io.Copy(io.Discard, s.conn) // holds the connection
	s.journal = &journal{}
	return nil
}
