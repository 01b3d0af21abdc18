package runtime

import "strings"

// A place is what a request says about where the web server has mounted the
// program, so that one program answers alike when it is called directly
// (/cgi-bin/user.cgi/users/7), through a rewrite (/users/7), below a folder
// (/~alice/users/7), and where the server puts the whole path in SCRIPT_NAME.
//
// Its paths are plain, as servers write them: without escapes, without empty
// segments and without a slash at the end. The root is "".
type place struct {
	escaped string // the path of the target as it was sent, and clean
	path    string // the same, plain
	script  string // SCRIPT_NAME
	info    string // PATH_INFO
	isSplit bool   // it is there, if only as a slash
	context string // CONTEXT_PREFIX, Apache's name for what an Alias or a user's folder maps
	file    string // SCRIPT_FILENAME as the server sent it
	isCGI   bool

	// inFolder says that a .htaccess has sent the request on (REDIRECT_STATUS
	// is 200). CONTEXT_PREFIX alone shows nothing: Apache sets it also where a
	// rewrite, FallbackResource or ErrorDocument of the whole host leads to a
	// program in a folder that is mapped, from a path below that folder.
	inFolder bool

	program *executable

	base func() (plain string, ok bool) // CGIGEN_BASE
	fits func(escaped string) bool      // whether a pattern with a literal first segment fits
}

// A rule says by what the prefix was found.
type rule int

// The rules in their order. docs/reference/mounting.md says what each is for.
const (
	direct rule = iota
	base
	cutOff
	rewritten
	nothing
)

// find returns the prefix, as a part of the escaped path. Nothing of it may be
// the client's invention: a segment in front of a route would pass by what
// guards the route's path in the server.
func (p *place) find() (prefix string, by rule) {
	if prefix, ok := p.cut(p.byName()); ok {
		return prefix, direct
	}
	if prefix, ok := p.cut(p.byBase()); ok {
		return prefix, base
	}
	if prefix, ok := p.cut(p.byRest()); ok {
		return prefix, cutOff
	}
	if prefix, ok := p.cut(p.byFolder()); ok {
		return prefix, rewritten
	}
	return "", nothing
}

// cut returns the part of the escaped path that is a plain prefix of it.
func (p *place) cut(plain string, found bool) (string, bool) {
	if !found {
		return "", false
	}
	end, ok := boundary(p.escaped, len(plain))
	return p.escaped[:end], ok
}

// byName is the rule for a program that is called by its own name: the path is
// SCRIPT_NAME, or SCRIPT_NAME and PATH_INFO, and the server has found the program
// there. A pattern that fits the whole path is stronger: the name is the route's.
func (p *place) byName() (string, bool) {
	rest, below := cutPath(p.path, p.script)
	if p.script == "" || !below || rest != "" && !p.follows(rest) || p.fitsBelow("") {
		return "", false
	}
	return p.script, p.isOwn() || p.isAlias(rest)
}

// isAlias reports whether the server has found the program under another name:
// Apache says that it maps that name. Of the others a CGI server is believed,
// but where SCRIPT_NAME may be the whole path, nothing shows it: PATH_INFO has to
// be there and to begin behind it.
func (p *place) isAlias(rest string) bool {
	if p.script == p.context {
		return p.isCGI || p.program.isFile(p.file)
	}
	return p.isCGI && p.isSplit && rest == p.info && p.program.hasName(p.file)
}

// follows reports whether PATH_INFO is what follows SCRIPT_NAME in the path. A
// server that decodes REQUEST_URI (busybox) lets a query begin in PATH_INFO.
func (p *place) follows(rest string) bool {
	more, ok := strings.CutPrefix(p.info, rest)
	return ok && (more == "" || more[0] == '?')
}

// byBase is the rule for CGIGEN_BASE: the path is that or lies below it.
func (p *place) byBase() (string, bool) {
	base, ok := p.base()
	_, below := cutPath(p.path, base)
	return base, ok && below
}

// byRest is the rule for a server that has cut something off (nginx's rewrite
// with break, Caddy's handle_path): SCRIPT_NAME and PATH_INFO are what is left.
func (p *place) byRest() (string, bool) {
	front, ok := strings.CutSuffix(p.path, p.info)
	if !ok {
		return "", false
	}
	front, ok = strings.CutSuffix(front, p.script)
	return front, ok && front != "" && front != p.path && !p.isOwn()
}

// byFolder is the rule for a rewrite to the program's own file.
func (p *place) byFolder() (string, bool) {
	front := p.evidence()
	return front, front != "" && !p.fitsBelow("") && p.isOwn()
}

// evidence returns the folder of the site that a rewrite to the program shows,
// or "". The folder in which the program lies is not evidence by itself: below it a
// rewrite for the whole site leads to the program, too, and /cgi/admin/7 would
// pass by a guard on /admin.
func (p *place) evidence() string {
	folder := parent(p.script)
	if front, ok := strings.CutSuffix(p.path, p.info); ok && p.info != "" && front != "" {
		return front // RewriteRule ^(.*)$ cgi/app.cgi/$1
	}
	if folder == p.path {
		return folder // DirectoryIndex
	}
	if _, below := cutPath(p.path, folder); below && folder == p.context && p.inFolder {
		return folder // the program lies beside its .htaccess
	}
	return p.shared(parent(folder))
}

// shared returns the deepest folder that the path has in common with another
// one, but preferably one below which a pattern fits.
func (p *place) shared(folder string) string {
	const most = 16 // bounds what a long path can cost
	deepest := ""
	for range most {
		if folder == "" {
			break
		}
		if _, below := cutPath(p.path, folder); below {
			if p.fitsBelow(folder) {
				return folder
			}
			if _, ok := boundary(p.escaped, len(folder)); ok && deepest == "" {
				deepest = folder
			}
		}
		folder = parent(folder)
	}
	return deepest
}

// fitsBelow reports whether a pattern with a literal first segment fits what
// follows a prefix of the path.
func (p *place) fitsBelow(prefix string) bool {
	end, ok := boundary(p.escaped, len(prefix))
	return ok && p.fits(p.escaped[end:])
}

// isOwn reports whether SCRIPT_NAME stands for the program's own file. In CGI
// the server starts the program by its name. A process that keeps running knows
// its file; that has to bear the name, because SCRIPT_FILENAME may be a constant
// of the configuration beside a SCRIPT_NAME that the client has chosen.
func (p *place) isOwn() bool {
	if p.isCGI {
		return p.program.hasName(p.script)
	}
	return lastElement(p.script) == lastElement(p.file) && p.program.isFile(p.file)
}
