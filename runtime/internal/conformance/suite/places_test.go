//go:build unix

package suite_test

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// A place is where a server mounts a program: a set-up with the server's own defaults, as far as it says nothing else.
type place struct {
	server  string // as differences name it
	mount   string
	prefix  string // below which the site lies
	config  string // of the server's host
	rows    []row  // targets with what the server says of them
	only    bool   // the rows are all: the place is no whole site
	guarded bool   // the server refuses /admin and what is below; see checkGuard
}

// whole is a place for an application, to which every case goes.
func whole(server, mount, prefix, config string, rows ...row) place {
	return place{server: server, mount: mount, prefix: prefix, config: config, rows: rows}
}

// only is a place where the rows are all there is to test: not every target reaches the program, or it has other patterns.
func only(server, mount, prefix, config string, rows ...row) place {
	return place{server: server, mount: mount, prefix: prefix, config: config, rows: rows, only: true}
}

// guarded is a place for a program with the patterns "/admin/{x...}" and "/", where the server refuses /admin and below.
func guarded(server, mount, config string) place {
	return place{server: server, mount: mount, config: config, guarded: true}
}

// guardedBelow is guarded for a site below a base: the server refuses what is called /admin there.
func guardedBelow(server, mount, prefix, config string) place {
	return place{server: server, mount: mount, prefix: prefix, config: config, guarded: true}
}

// guardedPatterns are those of a guarded place.
func guardedPatterns() []string { return []string{"/admin/{x...}", "/"} }

// A row says of a target which variables the server sends, and what is right then. PROGRAM and ROOT stand for the
// program's file and the document root, * for anything.
type row struct {
	target             string
	script, info, file string // SCRIPT_NAME, PATH_INFO, SCRIPT_FILENAME
	prefix, path       string // both empty where no pattern fits what is left
	redirect           string // instead of an answer
}

// redirected is a row whose target the program redirects to its clean form.
func redirected(target, to string) row { return row{target: target, redirect: to} }

// atRoot is a row whose place is the root, as the target is.
func atRoot(target, script, info, file string) row {
	return row{target, script, info, file, "", target, ""}
}

// apps makes programs, each in a folder of its own, for what their patterns are.
type apps struct {
	testing.TB
	binary string
	root   string // an empty document root
}

func newApps(t testing.TB, binary string) apps {
	return apps{t, binary, filepath.Join(servers.Dir(t))}
}

// install makes a program with the patterns, "/" if there are none, and returns its file.
func (a apps) install(patterns ...string) string {
	return a.installAs("app.cgi", patterns...)
}

// installAs is install for a file of another name, or in a folder.
func (a apps) installAs(name string, patterns ...string) string {
	a.Helper()
	dir := servers.Dir(a)
	file := servers.Install(a, a.binary, dir, name)
	if patterns != nil {
		servers.Write(a, filepath.Dir(file), "patterns", strings.Join(patterns, "\n"), 0o644)
	}
	return file
}

// below is apps whose programs were linked for a base, as "cgigen package --base" does it.
func (a apps) below(base string) apps {
	return apps{a.TB, compileLinked(a, filepath.Base(a.binary), "-X=github.com/cgigen/cgigen/runtime.linkedBase="+base), a.root}
}

// spawn starts a program with the patterns and returns its socket, which takes FastCGI and SCGI alike.
func (a apps) spawn(patterns ...string) string {
	return servers.Spawn(a, a.install(patterns...))
}

// folder is where a program lies.
func folder(program string) string { return filepath.Dir(program) }

// variables has TestPlaces tell what the servers send, instead of testing what is made of it.
var variables = flag.Bool("variables", false, "show the variables that servers send, whatever the target; with -run TestPlaces -v")
