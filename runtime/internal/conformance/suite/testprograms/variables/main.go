// Command variables answers every request with the meta-variables that the web server sent, whatever the target is: what
// the rules for the program's place in the URL space (runtime/mount.go) have to go by.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/fastcgi"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/scgi"
)

func main() {
	var choices gateway.LinkedGateways
	for _, add := range []gateway.Gateway{cgi.Gateway, fastcgi.Gateway, scgi.Gateway} {
		add(&choices)
	}
	if choices.IsRequest() {
		os.Exit(choices.Request(program()))
	}
	code, _ := choices.Daemon(program(), &choices)
	os.Exit(code)
}

// program has no router, so that no target is answered before it is shown.
func program() gateway.Program {
	ctx, cancel := context.WithCancel(context.Background())
	return gateway.Program{
		Name:        "variables",
		Context:     ctx,
		Cancel:      cancel,
		KeepSignals: func() {},
		Start:       func() (http.Handler, error) { return http.HandlerFunc(show), nil },
		HasCleanups: func() bool { return false },
		Stop:        func() error { return nil },
		Setting:     func(string) (string, bool) { return "", false },
	}
}

// show writes what says where the program is mounted, in one order.
func show(w http.ResponseWriter, r *http.Request) {
	vars := gateway.InfoOf(r.Context()).Vars
	for _, name := range []string{"REQUEST_URI", "SCRIPT_NAME", "PATH_INFO", "SCRIPT_FILENAME", "CONTEXT_PREFIX", "REDIRECT_URL", "DOCUMENT_URI", "CGIGEN_BASE", "SERVER_SOFTWARE"} {
		for _, v := range vars {
			if v.Name == name {
				fmt.Fprintf(w, "%s %q\n", name, v.Value)
			}
		}
	}
}
