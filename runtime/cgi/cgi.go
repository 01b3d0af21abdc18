// Package cgi is the gateway of RFC 3875: a process for each request, which is
// described by the environment and standard input, and answered on standard
// output.
package cgi

import (
	"io"
	"os"
	"strings"

	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/internal/arguments"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// Gateway makes a program answer CGI requests.
func Gateway(c *gateway.LinkedGateways) {
	c.IsRequest = arguments.FromClient
	c.Request = serve
}

// serve answers the request of this process and returns the exit code: 1 if
// the response is not what the handler had in mind.
func serve(p gateway.Program) int {
	vars := takeVariables()
	p.Recorder = recorder()
	in, out := isolate(gateway.MayHaveBody(vars))
	in.setting = p.Setting
	x := new(gateway.Exchange) // a literal is made on the stack first, which has to grow for it
	x.Program, x.Vars = p, vars
	x.Program.Gateway = "cgi"
	x.Input, x.Output, x.Log = in, out, logWriter{}
	x.Context, x.Cancel = p.Context, p.Cancel
	for _, v := range vars {
		if strings.HasPrefix(v.Name, "CGIGEN_") {
			if wrong := p.Misspelt(v.Name); wrong != "" {
				x.Report(wrong)
			}
		}
	}
	outcome := x.Serve()
	var then func()
	if p.After != nil {
		then = p.After()
	}
	if p.HasCleanups() || in.rest != nil || then != nil {
		out.end() // the client has all of it, and need not wait for what follows
	}
	err := p.Stop()
	in.awaitRest()
	if then != nil {
		then()
	}
	if err != nil {
		io.WriteString(x.Log, "cgigen: "+p.Name+": clean-up: "+err.Error()+"\n")
		return 1
	}
	if outcome != gateway.Served {
		return 1
	}
	return 0
}

// recorder is what the environment says of records. Whoever cannot set variables there
// has the access log of the web server.
func recorder() gateway.Recorder {
	return gateway.Recorder{JSON: os.Getenv("CGIGEN_LOG_FORMAT") == "json", Access: os.Getenv("CGIGEN_ACCESS_LOG") == "on"}
}

// takeVariables moves the request out of the environment. What stays there is
// the process's own: a library or a child of the handler must not find the
// client's words in it, HTTP_PROXY least of all.
func takeVariables() gateway.Vars {
	environ := environment()
	vars := make(gateway.Vars, 0, len(environ))
	for _, entry := range environ {
		v, ok := gateway.ParseVar(entry)
		if !ok {
			continue
		}
		vars = append(vars, v)
		if config.IsRequestVariable(v.Name) {
			os.Unsetenv(v.Name)
		}
	}
	return vars
}

// environment is what the server has set. A FastCGI wrapper (fcgiwrap) passes on
// variables that are there twice, of which os.Environ has the first; the last
// one holds, and repeated fields are values of one field.
func environment() []string {
	if _, wrapped := os.LookupEnv("FCGI_ROLE"); wrapped {
		if whole := wholeEnvironment(); whole != nil {
			return whole
		}
	}
	return os.Environ()
}
