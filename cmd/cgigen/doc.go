/*
Cgigen generates CGI programs from annotated Go functions.

A function that builds an [net/http.Handler], with a directive above it, becomes
a program. A web server starts the program for each request to its routes:

	//cgigen:handler GET /users/{id}
	func NewUser(cfg Config) (http.Handler, error) { … }

Usage:

	cgigen [-C DIR] command [flags] [packages]

The commands are:

	generate    write a program for every handler
	check       check whether the programs are up to date
	routes      print the route table
	explain     show how programs are assembled
	vet         report mistakes in directives and misuse in handlers
	build       compile the programs
	serve       serve the site on this machine, and rebuild it on every change
	package     pack the site for a host or a server
	doctor      find out why a site does not work on its host
	init        write a starter project
	version     print the version
	completion  print a completion script for a shell
	help        show the help of a command

Packages are named as for the go command. The default is ./..., and the whole
module where go generate runs the command. A module is one site, with one route
table and unique program names, unless //cgigen:site makes some of its folders
sites.

To add cgigen to a module, and to let go generate run it:

	go get -tool github.com/cgigen/cgigen/cmd/cgigen

	//go:generate go tool cgigen generate

# Directives

A directive is a comment without a space after the slashes: //cgigen:handler,
//cgigen:provide, //cgigen:middleware and //cgigen:config stand in the doc comment
of a declaration, //cgigen:site in that of a package clause. The page
docs/reference/directives.md lists their keys, and the functions and types that
they accept; docs/reference/diagnostics.md explains every message.

# Configuration

Generated code loads the fields of a struct with //cgigen:config, without
reflection, from the environment, from files in the folder private, and from their
defaults. The page docs/reference/directives.md lists the tags of the fields. The
documentation of package [github.com/cgigen/cgigen/runtime/config] has the order
of the sources, and the form, owner and mode of the files.

# generate

	cgigen generate [-o DIR] [--gateways LIST] [--warm TIME] [--site NAME]
	                [--tags LIST] [packages]

Generate writes DIR/NAME/main.go for every program, and lists the files that it
wrote or removed. It does not touch a file that would not change. It removes the
programs that it wrote for handlers that no longer exist. It never overwrites or
removes a file that it did not write: such a file is an error. If there is any
error, generate writes nothing. If the programs cannot be built yet, for example
because go.mod lacks a requirement, generate writes them, reports the cause, and
exits with 1.

	-o, --output DIR   write the generated programs below DIR, relative to the
	                   working directory (default cgi-bin in the site's folder)
	--gateways LIST    link these gateways: any of cgi, fastcgi, scgi and http
	                   (default: those of //cgigen:site, otherwise all but http,
	                   which links an HTTP server)
	--warm TIME        let CGI programs leave a worker behind, which ends after TIME
	                   without a request, such as 45s (default: warm= of //cgigen:site)
	--site NAME        use only this site, where the module has several
	--tags LIST        use these build tags, as for go build

With packages, generate writes only the programs of their handlers.

# check

	cgigen check [-o DIR] [--gateways LIST] [--site NAME] [--tags LIST] [packages]

Check compares the programs on disk with those that generate would write. If all
are up to date, it prints nothing and exits with 0. Otherwise it prints a unified
diff for patch -p1 and git apply on standard output, names every missing, stale or
orphaned program on standard error, and exits with 1.

# routes

	cgigen routes [--json] [--tags LIST] [packages]

Routes prints the route table. With --json it prints an array of objects with
these keys: pattern; method, host and path, which are the parts of the pattern
(method and host may be empty); site, a name; program; package; function; file,
relative to the module; line; config, an array of types with their import paths,
such as example.com/shop/users.Config; and middleware, an array of names,
outermost first.

# explain

	cgigen explain [--format text|json|dot|mermaid|svg] [--tags LIST] [NAME...]

Explain lists the values that a program makes before it can answer, in order, each
with its function, position and configuration. It also lists the values that are
made only at their first use, and the clean-ups. Without a name, explain prints
what each program opens before the first byte of a response.

# vet

	cgigen vet [--json] [--fix] [--measure] [--tags LIST] [packages]

Vet reports the mistakes that generate would report. It also reports code that
works in a server that keeps running, but not in a program that is started for
each request: see docs/reference/vet.md. With --fix it first fixes what it can fix with
certainty. With --measure it builds the programs, and prints how long package
initialisation takes in each. It exits with 1 if it finds anything.

As a tool of go vet it reports what it can find in a package alone:

	go vet -vettool=$(go tool -n cgigen) ./...

# build

	cgigen build [-d DIR] [--target OS/ARCH]... [--starts N] [generate's flags]
	             [packages]

Build first updates the generated programs, as generate does, so that it never
compiles a stale program; it lists the files that it changed. It never chooses
other gateways than those that the programs already link: --gateways is an error
unless it names these. Give build the other flags that you give to generate.

Then build compiles the programs for all targets side by side: statically linked,
without cgo, debugging symbols and paths of this machine. It does not link a
program again that is up to date. If one program does not compile, build replaces
none. For each program it prints the size, the time to start, and how long the
build took until the program was ready.

The time to start is the median of several starts without a request and with an
empty environment: Go's runtime starts, packages are initialised, and the program
finds no request. It calls no constructor, reads no configuration and opens
nothing. A start counts if it took no more than one and a half times the
processor time of the program. If fewer than half of the starts count, the machine
is too busy to measure, and build prints a dash. It also prints a dash for
programs for other systems or processors, which it does not start.

Build reports packages that need cgo, or are only a stub without it, and the
packages that import them: see cgigencgo in docs/reference/vet.md.

With Go 1.26, build compiles programs that link CGI alone (gateways=cgi) for a
quick start; they start about five per cent faster. It sets
GOEXPERIMENT=nogreenteagc, unless the variable is set, so that the first build
compiles the standard library once more. On amd64 it places functions closer
together. It makes memprofilerate=0,updatemaxprocs=0 the default of GODEBUG,
unless programs import runtime/pprof or have GODEBUG settings of their own.

	-d, --dist DIR       write the compiled programs to DIR (default dist)
	--target OS/ARCH     compile for darwin, dragonfly, freebsd, linux, netbsd,
	                     openbsd, wasip1 or windows, with an architecture that
	                     go tool dist list has for it; may be repeated
	                     (default: the target of go build)
	--starts N           start each program N times to time it; 0 means never
	                     (default 5, as long as that takes less than a fiftieth
	                     of the build, or a fifth of a second)

A program is DIR/NAME.cgi, the name that hosts expect; on Windows it is
DIR/NAME.exe, for WebAssembly DIR/NAME.wasm. With several targets it lies in
DIR/OS-ARCH, with several sites in DIR/SITE. A target has no program for a handler
in a file that its build constraints exclude. Build does not remove the compiled
files of programs that no longer exist.

# serve

	cgigen serve [--addr HOST:PORT] [generate's flags] [packages]

Serve updates the programs as build does, and compiles them into a temporary
folder. Then it answers requests with the real programs, one process for each
request, as a web server does. It prints its address, and for each request a line
with method, path, status and duration. It also prints what programs write to
standard error, with the name of the program. What a handler prints to standard
output appears there, too; vet reports such handlers.

	--addr HOST:PORT   listen on HOST:PORT (default 127.0.0.1:8080); with
	                   port 0 the system chooses a free port

When a Go file, go.mod or an embedded file changes, serve rebuilds the programs,
and requests wait until they are ready. It shows mistakes in the terminal and in
the browser until you fix them. If a program does not answer, or fails with 500
before its handler has answered, serve shows a page with what the program wrote to
standard error. It explains a 500 only to browsers on this machine. Ctrl-C ends
the server and its programs.

Avoid relative paths in programs: on a host they lead to other files than here. A
program runs in its own folder, cgi-bin/<name>, as CGI servers start it (RFC 3875
§7.2). It has the variables of RFC 3875, with SCRIPT_NAME empty. From the
environment of your shell it has only what a host with suEXEC would leave: TZ. PATH
is /usr/local/bin:/usr/bin:/bin; HOME and TMPDIR are not set. Unlike a host, serve
also passes the variables of the program's configuration structs, the same with
_FILE, and all that begin with CGIGEN_: on a host they belong in
private/NAME/site.env. The folder private is that of the module. Serve reads a request body into a
temporary file first, so that its length is known.

# package

	cgigen package --for SERVER -o FILE|DIR [flags] [packages]

Package updates and compiles the programs as build does. Then it writes everything
that a host needs: the programs, rules for the server, example settings,
installation notes, a manifest with SHA-256 sums, and a bill of materials. It
writes FILE.tar.gz or FILE.tgz, FILE.zip with Unix modes, or a folder. The same
commit gives the same bytes.

	--for SERVER       pack for apache, lighttpd, nginx, caddy or container
	--layout LAYOUT    for apache: subdir, cgi-bin, fcgid or multicall;
	                   for lighttpd, nginx and caddy: subdir or multicall
	--base PATH        path of the site on its host, such as /~alice/shop
	                   (default: base= of //cgigen:site; the two must agree)
	--docroot NAME     name of the host's document root (default public_html)
	--host NAME        domain of the site (default www.example.org)
	--root DIR         folder of the site on your own server (default /srv/NAME)
	--target OS/ARCH   compile for OS/ARCH (default linux/amd64); may be repeated
	--site NAME        use only this site, where the module has several
	--gateways LIST    fail unless the programs link exactly these gateways; for
	                   container, link these into the image (default http)
	--generated DIR    use the generated programs below DIR: -o of generate
	--tags LIST        use these build tags, as for go build

For a container:

	--image REF        name of the image in manifests: REGISTRY/NAME[:TAG]
	--push             send the image to the registry of --image, and print its
	                   reference with the digest
	--ingress KIND     default, nginx, gateway, gateway:NAME or none
	--scale MIN:MAX    let the cluster choose the number of replicas

On Apache the programs lie in a folder of the site: in cgi-bin with --layout
cgi-bin, otherwise in cgi-NAME, with the name of the site. A route below the path of
that folder is an error. An archive for Apache holds the folder private/NAME alone;
its install.sh puts programs and rules beside what is on the host. A DIR may be the
home folder of a host: package merges its rules into .htaccess files there. For a
container, package writes an image in the layout of the Open Container Initiative.
docs/reference/packages.md describes what is in a package, and why.

# doctor

	cgigen doctor [--json] [--user USER] DIR
	cgigen doctor [--json] [--manifest FILE] [--token TOKEN] URL
	cgigen doctor --probe [DIR]

Doctor checks an installation as suEXEC, Apache and the kernel will, or a site from
outside. For each problem it prints the place, the cause and the remedy. It exits
with 1 if it finds a problem. An answer counts as a program's only if it shows that
it is. --user checks an installation for a host without suEXEC, whose web server
runs as USER. A user and a password in the URL go with every request. A probe is a shell script for a host that answers
every request with 500. docs/reference/doctor.md lists all findings.

# init

	cgigen init [--module PATH] [--replace DIR] DIR

Init writes a new module into DIR: a page, a JSON route and a configuration
struct. It creates DIR if it does not exist. It never overwrites a file, and
removes what it has written if it fails.

	--module PATH   path of the new module (default example.com/NAME, after DIR)
	--replace DIR   use the cgigen module in the checkout DIR

The new module requires the version of a released cgigen, which go get asks the
module proxy for. A cgigen that was built in a checkout uses the module there.

# version, completion, help

	cgigen version [--json]
	cgigen --version
	cgigen completion bash|fish|powershell|zsh
	cgigen help [command]

# Output and exit codes

Standard output has the result of a command: a diff, a table, JSON, a script.
Everything else goes to standard error. All mistakes in the source are reported at
once, in the form

	users/users.go:12:2: message
		hint: what to do about it

with paths relative to the working directory; other messages begin with
"cgigen: ". With --json, generate, check and vet print the mistakes as an object,
which docs/reference/diagnostics.md describes. Only a terminal shows a progress bar.

Cgigen keeps the results of runs without mistakes in the folder cgigen of the
user's cache folder, so that it recognises an unchanged tree at once. CGIGEN_CACHE
names another folder; CGIGEN_CACHE=off disables the cache.

-C DIR makes DIR the working directory before anything else, as for the go
command.

The exit code is 0 for success, 1 after an error or if check finds a difference,
and 2 if the command line is wrong. Ctrl-C gives 1, except in serve, where it is
the usual end.

# Files

	cgi-bin/NAME/main.go   a generated program; the first line says so. Commit it.
	dist/NAME.cgi          a compiled program. Do not commit it.
	private/site.env       configuration of all programs on this machine
	private/PROGRAM.env    configuration of one program; it overrides site.env
	private/SITE/          the same of one site, if there is such a folder
*/
package main
