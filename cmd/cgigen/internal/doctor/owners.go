package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
)

// A runner is whom the programs run as.
type runner struct {
	owner
	name   string
	groups []int // that the user is a member of, besides
	server bool  // the user of the web server: there is no suEXEC
}

// runnerOf is the user of a name or a number, for a host without suEXEC.
func runnerOf(name string) (runner, error) {
	u, err := user.Lookup(name)
	if err != nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		return runner{}, fmt.Errorf("looking up the user of the web server: no user %q here", name)
	}
	r := runner{name: u.Username, server: true}
	r.user, _ = strconv.Atoi(u.Uid)
	r.group, _ = strconv.Atoi(u.Gid)
	ids, _ := u.GroupIds() // without them those of others are missing
	for _, id := range ids {
		if n, err := strconv.Atoi(id); err == nil {
			r.groups = append(r.groups, n)
		}
	}
	return r, nil
}

// Names that distributions give to the user of a web server.
func webUsers() []string {
	return []string{"www-data", "apache", "httpd", "nginx", "lighttpd", "caddy", "http", "www", "_www", "wwwrun"}
}

// webUser is the name of a web server's user, "" of any other.
func webUser(id int) string {
	u, err := user.LookupId(strconv.Itoa(id))
	if err != nil || !slices.Contains(webUsers(), u.Username) {
		return ""
	}
	return u.Username
}

// may reports whether the web server has a permission (4, 2 or 1) for a file or a
// folder. Its user is known only without suEXEC; otherwise a group that is not the
// account's is taken for the server's: hosts keep document roots at 0750 so.
func (t *tree) may(info fs.FileInfo, bit fs.FileMode) bool {
	has, perm := ownerIn(info), info.Mode().Perm()
	switch {
	case perm&bit != 0:
		return true
	case t.runner.server && has.user == t.runner.user:
		return perm&(bit<<6) != 0
	case t.runner.server:
		return perm&(bit<<3) != 0 && (has.group == t.runner.group || slices.Contains(t.runner.groups, has.group))
	}
	return perm&(bit<<3) != 0 && has.group != t.owner.group && has.user == t.owner.user
}

// A stranger is a file or a folder that does not belong to the user of the account.
type stranger struct {
	finding Finding
	owner   owner
}

// checkOwners reports whose files there are. A single one is a slip; several, or
// those of the web server, say that the installation is meant for something else
// than suEXEC: then to give the files back would lock the server out.
func (t *tree) checkOwners() {
	if name := webUser(t.owner.user); name != "" && t.isApache() && !t.runner.server {
		t.add(Finding{"owner-mixed", Warning, ".", "the installation belongs to " + name + ", the user of the web server",
			"without suEXEC that is right; with suEXEC every program is answered 500 (suexec.log: cannot run as forbidden uid)",
			"without suEXEC: cgigen doctor --user " + name + " " + quote(t.dir) + "\nwith suEXEC: chown -R USER:GROUP " + quote(t.dir) + "   # the user of the hosting account"})
		return
	}
	web := ""
	for _, s := range t.strangers {
		if name := webUser(s.owner.user); name != "" {
			web = name
		}
	}
	if web == "" && len(t.strangers) < 2 {
		for _, s := range t.strangers {
			t.add(s.finding)
		}
		return
	}
	t.mixedOwners(web)
}

// mixedOwners reports all files of others as one finding.
func (t *tree) mixedOwners(web string) {
	if len(t.strangers) == 0 {
		return
	}
	var names []string
	for _, s := range t.strangers {
		names = append(names, fmt.Sprintf("%s (%d:%d)", s.finding.Where, s.owner.user, s.owner.group))
	}
	const most = 5
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
	}
	server := web
	if server == "" {
		server = "www-data"
	}
	t.add(Finding{"owner-mixed", Error, ".", fmt.Sprintf("the installation belongs to several users: the folder to %d:%d, but %s%s", t.owner.user, t.owner.group, strings.Join(names[:min(most, len(names))], ", "), more),
		"with suEXEC, programs and settings have to belong to the user of the account; without it, programs run as the user of the web server, and settings have to belong to that user or to root",
		fmt.Sprintf("first find out as whom programs run (cgigen doctor --probe). Without suEXEC: cgigen doctor --user %s %s\nwith suEXEC: chown -R %d:%d %[2]s", server, quote(t.dir), t.owner.user, t.owner.group)})
}

// strange keeps a finding about a file of somebody else for checkOwners.
func (t *tree) strange(f Finding, has owner) { t.strangers = append(t.strangers, stranger{f, has}) }

// checkServersSettings checks for a host without suEXEC what programs that run as
// the web server demand of their settings.
func (t *tree) checkServersSettings(name string, info os.FileInfo) {
	has := ownerIn(info)
	trusted := has.user == t.runner.user || has.user == 0
	if trusted && t.may(info, 4) {
		return
	}
	what := fmt.Sprintf("it belongs to user %d", has.user)
	if trusted {
		what = fmt.Sprintf("%s may not read it (mode %04o)", t.runner.name, info.Mode().Perm())
	}
	mode := "600"
	if info.IsDir() {
		mode = "700"
	}
	t.add(Finding{"secret-owner", Error, name, "programs run as " + t.runner.name + " and cannot use " + name + ": " + what,
		"programs answer 500: they refuse settings that another user could change, and that lie in such a folder",
		"chown " + quote(t.runner.name) + " " + quote(t.path(name)) + " && chmod " + mode + " " + quote(t.path(name))})
}
