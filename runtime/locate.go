package runtime

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// linkedBase is the path below which a package has put the site. "cgigen package
// --base" sets it when it links a program whose site has no base= of its own.
var linkedBase string

// A mount is what a process knows of where it may be mounted.
type mount struct {
	name    string // of the program, for the log
	isCGI   bool
	values  *config.Values
	built   string // App.Base
	program executable

	once   sync.Once
	set    string // the setting CGIGEN_BASE, plain
	isSet  bool
	warned atomic.Bool
}

// locate returns the part of the request's path, which is clean and escaped,
// below which the web server has mounted the program.
func (rt *router) locate(r *http.Request, info *gateway.Info, clean string) string {
	if clean == "/" || clean == "" {
		return ""
	}
	p := place{
		escaped: clean,
		path:    plainPath(unescape(clean)),
		isCGI:   rt.mount.isCGI,
		program: &rt.mount.program,
		base:    func() (string, bool) { return rt.mount.base(info.Vars) },
		fits:    func(escaped string) bool { return rt.claims(r.Host, escaped) },
	}
	p.read(info.Vars)
	prefix, by := p.find()
	if by == nothing && p.ignoresScript() {
		rt.mount.warn(p.script, info.Log)
	}
	return prefix
}

// read takes what the server says.
func (p *place) read(vars gateway.Vars) {
	p.script = plainPath(vars.Get("SCRIPT_NAME"))
	info := vars.PathInfo()
	p.info, p.isSplit = plainPath(info), info != ""
	p.context = plainPath(vars.Get("CONTEXT_PREFIX"))
	p.file = vars.Get("SCRIPT_FILENAME")
	p.inFolder = vars.Get("REDIRECT_STATUS") == "200"
	if hasEscapedSlash(p.info) && !strings.Contains(p.escaped, "%252") {
		// Apache decodes all but the slash (AllowEncodedSlashes NoDecode).
		p.info = plainPath(strings.ReplaceAll(strings.ReplaceAll(p.info, "%2f", "/"), "%2F", "/"))
	}
}

func hasEscapedSlash(path string) bool {
	return strings.Contains(path, "%2F") || strings.Contains(path, "%2f")
}

// claims reports whether a pattern with a literal first segment fits an escaped
// path. The method does not count: a wrong one is answered with 405.
func (rt *router) claims(host, escaped string) bool {
	if escaped == "" {
		escaped = "/"
	}
	var room [8]segment
	path := splitPath(escaped, rt.depth, room[:])
	folder := path.asFolder()
	for i := range rt.routes {
		route := &rt.routes[i]
		if route.claims() && (route.match(&path) || route.match(&folder)) && (route.host == "" || route.host == hostname(host)) {
			return true
		}
	}
	return false
}

// base returns the strongest CGIGEN_BASE: the setting, the server's variable,
// what the site says, what the package says. An empty one does not count; "/" says
// that the site lies at the root.
func (m *mount) base(vars gateway.Vars) (plain string, ok bool) {
	m.once.Do(m.readSetting)
	if m.isSet {
		return m.set, true
	}
	for _, text := range [...]string{vars.Get("CGIGEN_BASE"), m.built, linkedBase} {
		if text != "" {
			return plainBase(text), true
		}
	}
	return "", false
}

func (m *mount) readSetting() {
	if m.values == nil {
		return
	}
	text, _ := m.values.Setting("CGIGEN_BASE")
	m.set, m.isSet = plainBase(text), text != ""
}

// plainBase reads a path as it stands in a URL.
func plainBase(text string) string { return plainPath(unescape(text)) }

// ignoresScript reports whether the site of a process that keeps running may lie
// below SCRIPT_NAME, which nothing confirms.
func (p *place) ignoresScript() bool {
	rest, below := cutPath(p.path, p.script)
	return !p.isCGI && p.script != "" && below && rest != "" && !p.fitsBelow("")
}

// warn says once what to do if SCRIPT_NAME is not the client's invention.
func (m *mount) warn(script string, log io.Writer) {
	if m.warned.Swap(true) {
		return
	}
	if log == nil {
		log = os.Stderr
	}
	const most = 200
	name := (&url.URL{Path: script}).EscapedPath()
	hint := ": if the site lies below it, set CGIGEN_BASE=" + name
	if len(name) > most {
		name, hint = name[:most], "..., which is too long for a base"
	}
	io.WriteString(log, "cgigen: "+m.name+": SCRIPT_NAME is "+name+hint+"\n")
}

// An executable is the program's own file.
type executable struct {
	name string // the last element of the path by which it was started

	mu    sync.Mutex
	known map[string]bool // answers of isFile
}

// hasName reports whether a path ends in the name by which a CGI program was
// started: the server has found the program there.
func (e *executable) hasName(path string) bool {
	return e.name != "" && lastElement(path) == e.name
}

// isFile reports whether a path names the program's file. The server may have
// made it of the request's path: what does not end in the program's name is not
// looked at, and answers are kept, as many as there is room for.
func (e *executable) isFile(path string) bool {
	if !filepath.IsAbs(path) {
		return false // "proxy:unix:...", of Apache
	}
	e.mu.Lock()
	is, found := e.known[path]
	e.mu.Unlock()
	if found {
		return is
	}
	own, err := os.Executable()
	if name := filepath.Base(path); err != nil || name != e.name && name != filepath.Base(own) {
		return false
	}
	is = isSameFile(path, own)
	const most = 64
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.known) < most {
		if e.known == nil {
			e.known = make(map[string]bool)
		}
		e.known[path] = is
	}
	return is
}

// isSameFile compares device and inode, or what the platform has of the kind.
func isSameFile(a, b string) bool {
	info, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(info, other)
}
