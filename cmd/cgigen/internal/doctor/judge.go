package doctor

import (
	"fmt"
	"path"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// checkPrograms calls by its own address each program that no route has reached:
// a server that does not run it would send it, or refuse to.
func (v *visit) checkPrograms() {
	if v.isSealed() {
		return
	}
	for _, p := range v.manifest.Programs {
		if p.Address != "" && v.manifest.Server == "apache" && !v.working[p.Name] && !v.broken[p.Name] {
			v.judge(call{path: p.Address, method: "GET", what: "the program " + p.Name, program: p.Name})
		}
	}
}

// isSealed reports whether programs are reached by their routes alone: one that
// works does not answer at its own address.
func (v *visit) isSealed() bool {
	for _, p := range v.manifest.Programs {
		if p.Address == "" || !v.working[p.Name] {
			continue
		}
		c := call{path: p.Address, method: "GET", program: p.Name}
		proven, _ := v.prove(c, v.get(p.Address))
		return proven == none
	}
	return false
}

// judge makes a request, and reports what its answer shows about the host. It
// reports whether the program answered.
func (v *visit) judge(c call) bool {
	a := v.do(c.method, c.path, nil, c.header)
	where := v.at(c.path)
	if v.unusable(where, c.what, a) {
		return false
	}
	p, program := v.prove(c, a)
	if p == none && c.method == "OPTIONS" { // which servers answer themselves
		c.method, a = "GET", v.do("GET", c.path, nil, c.header)
		p, program = v.prove(c, a)
	}
	if program != "" {
		c.program = program
	}
	switch p {
	case none:
		switch {
		case a.status == 500:
			v.refused = append(v.refused, c)
		case v.followRedirects(c.path, c.header):
		default:
			v.notTheProgram(c, a)
		}
		return false
	case failed:
		v.programFails(c, "cannot start", "a setting is missing or wrong, or a constructor returned an error")
		return false
	case other:
		v.otherBuild(c)
	}
	v.working[c.program] = true
	if a.status == 500 {
		v.programFails(c, "answers 500 to "+c.method+" "+c.path, "its handler failed, or panicked")
		return false
	}
	return true
}

// unusable reports an answer that says nothing of the program, whoever gave it.
func (v *visit) unusable(where, what string, a answer) bool {
	switch {
	case a.err != nil:
		v.add(Finding{"broken-answer", Error, where, what + " does not answer: " + cause(a.err), "the program ended early, or the connection broke",
			"look into the error log of the host (panel: Errors, or Metrics)"})
	case isProgram(a.body):
		v.programSent(where)
	case isChallenge(a):
		return false
	case a.status == 503 || a.status == 508 || a.status == 429:
		v.add(Finding{"host-limit", Error, where, fmt.Sprintf("%s answers %d", what, a.status), "the host's limit of processes, memory or simultaneous requests is reached",
			"panel: Resource Usage shows which limit; reduce the requests at the same time: a program for several routes (binary=) does not help"})
	case a.status == 502 || a.status == 504:
		v.add(Finding{"gateway-dead", Error, where, fmt.Sprintf("%s answers %d", what, a.status), "the server cannot reach fcgiwrap, or the program's socket",
			"systemctl status fcgiwrap " + quote(v.manifest.Site+"@*") + "; compare the path of the socket with the server's configuration"})
	default:
		return false
	}
	return true
}

// programFails reports, once, a program that the server runs and that fails by itself.
func (v *visit) programFails(c call, how, why string) {
	if v.broken[c.program] {
		return
	}
	v.broken[c.program] = true
	v.add(Finding{"program-fails", Error, v.at(c.path), "the server runs the program " + c.program + ", but it " + how, why + "; the program has written the reason to its log",
		"look for the request id of the page in the error log of the host, or in the log of the site (cgigen doctor DIR names settings that are missing)"})
}

// otherBuild reports, once, a program that is not the one of the manifest.
func (v *visit) otherBuild(c call) {
	if v.working[c.program] {
		return
	}
	v.add(Finding{"build-differs", Warning, v.at(c.path), "a program answers, but not the build of " + c.program + " that the manifest names",
		"the upload of the last version is not complete, the manifest is that of another version, or a process of an older version still runs",
		"upload the package again, or give the manifest of the version that is installed; restart programs that keep running (FastCGI)"})
}

func (v *visit) forbidden(where, what string) {
	v.add(Finding{"program-forbidden", Error, where, "the server does not run " + what + ": 403",
		"the server has no handler for it, CGI is not allowed in this folder, the server may not enter the folder or read its .htaccess, " +
			"or the host forbids rewriting by Options without FollowSymLinks (AH00670 in the error log)",
		"chmod 755 on folders, 644 on .htaccess; switch CGI on in the panel; for AH00670 make \"Options +SymLinksIfOwnerMatch\" the first line of the site's .htaccess; if the host allows no .htaccess of this kind: cgigen package --layout cgi-bin"})
}

// narrow explains what is answered 500 by the server, without the program: two
// more addresses show which of the rules it refuses, if any.
func (v *visit) narrow() {
	if len(v.refused) == 0 {
		return
	}
	whole := len(v.working) == 0 && v.manifest.Server == "apache"
	folder := v.programFolder()
	switch {
	case whole && v.get(v.unruled()).status == 500:
		v.add(Finding{"rules-refused", Error, v.at(v.base.Path + "/"), "every address answers 500, also that of a file that does not exist",
			"Apache refuses a line of the .htaccess in the document root: mod_rewrite is missing, AllowOverride lacks FileInfo, the file has a byte order mark, or another line of it is not allowed (error log: Invalid command, or not allowed here)",
			"rename .htaccess to see whether the addresses then answer 404, and put its blocks back one by one; if it is ours, use cgigen package --layout cgi-bin, or ask the host for AllowOverride All"})
	case whole && folder != "" && v.get(folder+"/none.txt").status == 500:
		v.add(Finding{"rules-refused-programs", Error, v.at(folder + "/"), "every address below the folder of the programs answers 500, also that of a file that does not exist",
			"Apache refuses a line of the .htaccess beside the programs: most often Options, where AllowOverride has FileInfo alone (error log: Options not allowed here)",
			"replace it by " + v.fileInfoRules() + " of the package; if that does not help: cgigen package --layout cgi-bin"})
	case whole && len(v.refused) > 1:
		v.add(Finding{"programs-refused", Error, v.at(v.base.Path + "/"), "no program starts: all answer 500, and the rules are accepted",
			"suEXEC refuses their modes or their owner, or the account lies outside of its document root (suexec.log); the host limits the address space below 0.8 GB; or the programs are for another processor",
			"run cgigen doctor DIR on the host, or on a downloaded copy; if it finds nothing, use cgigen doctor --probe, which shows limits and users"})
	default:
		for _, c := range v.refused {
			v.add(Finding{"server-error", Error, v.at(c.path), c.what + " answers 500",
				"the program does not start: suEXEC refuses its mode or its owner, the upload damaged it, or a limit of the host stops it; the error log says which",
				"run cgigen doctor DIR on the host, or on a downloaded copy; if it finds nothing, use cgigen doctor --probe"})
		}
	}
}

// unruled is an address that no route takes: where one takes every address, a place
// that the rules leave to certificate authorities.
func (v *visit) unruled() string {
	if v.hasCatchAll() {
		return v.base.Path + "/.well-known/acme-challenge/cgigen-doctor"
	}
	return v.nowherePath
}

// programFolder is the address of the folder that the programs lie in, "" without one.
func (v *visit) programFolder() string {
	for _, p := range v.manifest.Programs {
		if p.Address != "" {
			return path.Dir(p.Address)
		}
	}
	return ""
}

// fileInfoRules names the rules of the package for hosts that allow less.
func (v *visit) fileInfoRules() string {
	if file, ok := fileInfoRules(v.manifest); ok {
		return file.Path
	}
	return "programs-fileinfo.htaccess"
}

// fileInfoRules finds the rules that a package has for hosts that allow less.
func fileInfoRules(m *manifest.Manifest) (manifest.File, bool) {
	for _, f := range m.Files {
		if base := path.Base(f.Path); base == "programs-fileinfo.htaccess" || base == "programs-fileinfo.txt" {
			return f, true
		}
	}
	return manifest.File{}, false
}
