/*
Cgigen generates CGI programs from annotated Go functions.

A function that builds an [net/http.Handler], with a directive above it, becomes
a program that a web server starts for each request to its routes:

	//cgigen:handler GET /users/{id}
	func NewUser(cfg Config) (http.Handler, error) { … }

Usage:

	cgigen [-C DIR] command [flags] [packages]

The commands are:

	generate    write the programs of the packages' handlers
	check       tell whether the programs are up to date
	routes      print the route table
	explain     say what programs are wired from
	vet         report mistakes, and misuse inside handlers
	build       compile the programs
	serve       serve the site on this machine, and rebuild it on change
	package     pack the site for a host
	doctor      find what keeps a site from working on its host
	init        write a starter project
	version     print the version
	completion  print the completion script for a shell
	help        explain a command

Packages are given as for the go command; without any they are ./..., and the
whole module where go generate runs the command. A module is one site: it has one route table,
and each program name once.

To make cgigen a part of a module, and to have it run by go generate:

	go get -tool github.com/cgigen/cgigen/cmd/cgigen

	//go:generate go tool cgigen generate

# Directives

A directive is a comment without a space after the slashes, in the doc comment
of what it is about. Words are separated by spaces; a word with spaces in it is
quoted as a whole, as in "name=a b".

	//cgigen:handler PATTERN [key=value ...]

stands above an exported function: a constructor, or a plain
func([http.ResponseWriter], *[http.Request]). PATTERN is one of [http.ServeMux]:
[METHOD ][HOST]/path. Several lines give one program several routes. The keys are

	name=NAME       name of the program; without it, the function's, without a
	                leading New and a trailing Handler: NewUserList is user-list
	binary=NAME     put all handlers with this NAME into one program
	use=NAME,...    middleware of this route, outermost first
	strip=/PREFIX   cut the prefix off the path that the handler sees

A constructor takes, in any order and each type at most once, a
[context.Context], a *[log/slog.Logger], configuration structs by value or by
pointer, and what has a provider. It returns the handler, which may be of any
type with a method ServeHTTP, then perhaps a clean-up of type func() or
func() error, then perhaps an error.

	//cgigen:config [prefix=PREFIX]

stands above a struct type, which is loaded as described under Configuration.

	//cgigen:provide

stands above a function of the same form as a constructor. What it returns can
be taken by constructors and other providers; each program makes it once. A
parameter func() (T, error) makes a T that has a provider at its first use: with
CGI, what is opened at the start is opened for every request.

	//cgigen:middleware [all] [name=NAME]

stands above a func([http.Handler]) [http.Handler], or above a function of the
same form as a constructor that returns one. Routes name it with use=; without
name= it is called as the function is, without New and Middleware. With all it
stands around every handler of its package.

Providers, middleware and configuration are looked for in the whole module, and
in packages of other modules that an annotated package imports. The pages in
docs have more: directives.md, wiring.md and, for every message, diagnostics.md.

# Configuration

The fields of a configuration struct are loaded by generated code, without
reflection. Their tags are those of github.com/caarlos0/env:

	env:"NAME,option,..."     name of the variable; without a tag a field is left alone
	envDefault:"VALUE"        value if there is none; checked when generating
	envPrefix:"PREFIX"        for the names in a nested struct
	envSeparator:";"          between the elements of a slice or map, instead of a comma
	envKeyValSeparator:"="    between key and value of a map, instead of a colon
	doc:"TEXT"                what the field is for
	secret:"true"             never show the value

The options are required (there has to be a value), notEmpty (and it is not
empty), file (the value is the name of a file that holds it), expand (variables
in the value are replaced) and unset (the variable is removed from the
environment afterwards).

A value is taken from, the strongest first: the file that the variable NAME_FILE
names; the variable NAME; private/PROGRAM.env; private/site.env; the default.
The folder private is the nearest one found from the program's folder upwards.
Its files hold KEY=value lines. Values are taken as they stand, without
variables and escapes; space around key and value, single or double quotes
around a value, and the word export before a key are not part of it. Comments
have lines of their own that begin with #: a space and # in a value without
quotes, or anything behind quotes, is an error. The files have to belong to the
program's user or to root, and must be closed to others: mode 0600.

Names that a request could set, such as HTTP_*, are refused.

# generate

	cgigen generate [-o DIR] [--gateways LIST] [--tags LIST] [packages]

Generate writes DIR/NAME/main.go for every program, and says which files it
wrote or removed. A file that would not change stays as it is, with its time.
Programs that have no handler any more are removed, if cgigen wrote them. A file
that it did not write is never overwritten or removed, but is an error. If
there is any error, nothing is written.

	-o, --output DIR   folder for the programs, relative to the working
	                   directory (default cgi-bin at the module's root)
	--gateways LIST    how programs can be reached: any of cgi, fastcgi, scgi
	                   and http (default: all of them but http, which brings a
	                   server)
	--tags LIST        build tags, as for go build

With packages, only the programs of their handlers are written.

# check

	cgigen check [-o DIR] [--gateways LIST] [--tags LIST] [packages]

Check compares what generate would write with what is there. If all is up to
date it says nothing and exits with 0. Otherwise it prints a unified diff on
standard output, that patch -p1 and git apply understand, says which files are
missing, stale or orphaned, and exits with 1.

# routes

	cgigen routes [--json] [--tags LIST] [packages]

Routes prints the route table. With --json it is an array of objects with the
keys pattern, method, host, path (its parts; method and host may be empty),
program, package, function, file (relative to the module), line, config (an
array of import path and type, as example.com/shop/users.Config) and middleware
(an array of names, outermost first).

# explain

	cgigen explain [--format text|json|dot|mermaid|svg] [--tags LIST] [NAME...]

Explain prints what a program is wired from: what is made, in order, from where
and with which configuration, what is made at its first use only, and what is
cleaned up. Without a name it prints what each program opens before the first
byte of a response.

# vet

	cgigen vet [--json] [--fix] [--measure] [--tags LIST] [packages]

Vet reports what generate would report, and what works in a server that keeps
running, but not in a program that is started for each request: see
docs/vet.md. With --fix it first mends what it is certain about; with --measure
it builds the programs and says, for each, what package initialisation costs a
request.
It exits with 1 if it finds anything. As a tool of go vet it finds what a package alone shows:

	go vet -vettool=$(go tool -n cgigen) ./...

# build

	cgigen build [-d DIR] [--target OS/ARCH]... [--starts N] [generate's flags]
	             [packages]

Build first generates, as generate does with the same flags, so that no stale
program is compiled; what it had to change it says. Give it the flags that you
give to generate. Then it compiles the programs, statically linked, without cgo,
debugging symbols and paths of this machine, for several targets side by side.
It says for each program its size, the time that it takes to start, and how long
after the start of the build it was ready. Programs that are up to date are not
linked again. If one of them does not compile, none is replaced.

The time to start is the median of some starts without a request and with an
empty environment: Go's runtime starts, packages are initialised, and the
program finds that it has nothing to answer. No constructor is called, and no
configuration is read, so that nothing is opened. Programs for other systems or
processors are not started, and have a dash.

Programs for CGI alone (--gateways cgi) are compiled for a quick start where Go
is 1.26: with GOEXPERIMENT=nogreenteagc, if the variable is not set, so that the
first build compiles the standard library once more; with functions closer
together (amd64); and with memprofilerate=0,updatemaxprocs=0 as the default of
GODEBUG, unless they import runtime/pprof or have settings of their own for it.
They start about five per cent faster.

	-d, --dist DIR       folder for the compiled programs (default dist)
	--target OS/ARCH     what to compile for: darwin, dragonfly, freebsd, linux,
	                     netbsd, openbsd, wasip1 or windows, with an architecture
	                     that go tool dist list has for it; may be repeated
	                     (default: what go build compiles for)
	--starts N           start each program N times to time it; 0 for never;
	                     without it five times, as long as that takes less than
	                     a fiftieth of the build, or a fifth of a second

A program is DIR/NAME.cgi, since this is what hosts run; on Windows it is
DIR/NAME.exe, for WebAssembly DIR/NAME.wasm. With more than one target it lies
in DIR/OS-ARCH. A handler in a file that the target excludes has no program
there. Files of programs that are no more are left for you to remove.

# serve

	cgigen serve [--addr HOST:PORT] [generate's flags] [packages]

Serve generates, compiles into a temporary folder, and answers requests with the
real programs, one process for each request, as a web server does. It prints its
address, a line for each request, with method, path, status and duration, and
what programs write to standard error, with the name of the program; what a
handler prints to standard output comes there, too, and vet finds it.

	--addr HOST:PORT   address to listen on (default 127.0.0.1:8080); with
	                   port 0 the system chooses a free one

When a Go file, go.mod or an embedded file changes, the programs are made anew,
and requests wait for them. Mistakes are shown in the terminal and in the
browser, until they are mended. A program that does not answer, or fails with
500 before its handler has answered, gives a page with what it wrote to standard
error; the 500 is explained to this machine alone. Ctrl-C ends the server and its programs.

A program runs in its own folder, cgi-bin/<name>, as CGI servers have it (RFC
3875 §7.2): a relative path leads elsewhere on a host. It has the
variables of RFC 3875, with SCRIPT_NAME empty, and of the environment of your
shell what a host with suEXEC would leave: TZ. PATH is /usr/local/bin:/usr/bin:/bin,
and there is no HOME and no TMPDIR. Unlike a host, serve also passes the names in
the program's configuration structs, the same with _FILE, and all that begin with
CGIGEN_: on a host they belong in private/site.env. The folder private is that of
the module. Request bodies are read into a temporary file first, so
that their length is known.

# package

	cgigen package --for SERVER -o FILE|DIR [flags] [packages]

Package generates, compiles, and writes what a host needs, as FILE.tar.gz or
FILE.tgz, as FILE.zip with Unix modes, or into a folder: programs, rules for the server,
examples of the settings, notes for installing, a manifest with SHA-256 sums,
and a bill of materials. The same commit gives the same bytes.

	--for SERVER       apache, lighttpd, nginx, caddy or container
	--layout LAYOUT    for apache: subdir, cgi-bin, fcgid or multicall;
	                   for lighttpd, nginx and caddy: subdir or multicall
	--base PATH        path of the site on its host, as /~alice/shop
	--docroot NAME     the host's document root (default public_html)
	--host NAME        domain of the site
	--root DIR         folder of the site on a server of one's own
	--target OS/ARCH   what to compile for (default linux/amd64); may be repeated
	--gateways LIST, --tags LIST, --generated DIR as for generate, where the
	                   last is called -o

On Apache the programs lie in a folder of the site, cgi or, with --layout
cgi-bin, cgi-bin: a route below that path is an error. For a container it is an image in the layout of the Open Container Initiative.
docs/hosting.md describes what is in a package, and why.

# doctor

	cgigen doctor [--json] DIR
	cgigen doctor [--json] [--manifest FILE] [--token TOKEN] URL
	cgigen doctor --probe [DIR]

Doctor looks at an installation as suEXEC, Apache and the kernel will, or at a
site from outside, and says what is wrong, where, why, and what to do. It exits
with 1 if something is wrong. A probe is a shell script for a host that answers
nothing but 500. docs/doctor.md lists all findings.

# init

	cgigen init [--module PATH] [--replace DIR] DIR

Init writes a module with a page, a JSON route and a configuration struct into
DIR, which is made if it is missing. It does not overwrite a file; after an
error nothing of it is left behind.

	--module PATH   path of the new module (default example.com/NAME, after DIR)
	--replace DIR   take the cgigen module from the checkout in DIR

A released cgigen is required with its version, which go get asks the module
proxy for. One that was built in a checkout takes the module from there.

# version, completion, help

	cgigen version [--json]
	cgigen --version
	cgigen completion bash|fish|powershell|zsh
	cgigen help [command]

# Output and exit codes

Standard output has what was asked for: a diff, a table, JSON, a script.
Everything else goes to standard error. Mistakes in the source, all at once, are

	users/users.go:12:2: message
		hint: what to do about it

with paths relative to the working directory; other messages begin with
"cgigen: ". With --json, generate, check and vet print them as an object
instead, which docs/diagnostics.md describes. A progress bar is shown on a terminal only.

What runs without mistakes have found is remembered in the user's cache folder,
in cgigen, so that an unchanged tree is recognised at once. CGIGEN_CACHE names
another folder; CGIGEN_CACHE=off does without.

-C DIR makes DIR the working directory before anything else, as for the go
command.

The exit code is 0 if all went well, 1 after an error, or if check found a
difference, and 2 if the command line is wrong. Ctrl-C gives 1, except for
serve: it is how serve ends.

# Files

	cgi-bin/NAME/main.go   a generated program; the first line says so. Commit it.
	dist/NAME.cgi          a compiled program. Do not commit it.
	private/site.env       configuration of all programs on this machine
	private/NAME.env       configuration of one program, stronger than site.env
*/
package main
