//go:build unix

package servers

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Options of Apache.
type Options struct {
	Prefork bool     // processes instead of threads: what mod_cgi is for
	Modules []string // names without mod_, beyond the usual ones
	Config  string   // directives outside the hosts
}

// apacheModules are loaded for every test.
const apacheModules = "authz_core authn_core authz_user mime dir alias env setenvif"

const apacheModuleDir = "/usr/lib/apache2/modules"

// Apache starts Apache httpd. Each host is the inside of a <VirtualHost>.
func Apache(t testing.TB, o Options, hosts ...string) *Server {
	t.Helper()
	program := need(t, "apache2")
	dir := Dir(t)
	addrs := ports(t, len(hosts))
	Write(t, dir, "mime.types", "text/html html\ntext/plain txt\n", 0o644)
	config := Write(t, dir, "httpd.conf", apacheConfig(t, dir, o)+
		listen(addrs)+o.Config+"\n"+forHosts(hosts, addrs, "<VirtualHost 127.0.0.1:%s>\n%s\n</VirtualHost>\n"), 0o644)
	s := &Server{Dir: dir, Name: "apache", addrs: addrs, logs: []string{filepath.Join(dir, "error.log")}}
	cmd := exec.Command(program, "-DFOREGROUND", "-f", config)
	cmd.Dir = dir
	p := start(t, cmd)
	t.Cleanup(func() { s.report(t) })
	p.await(t, "tcp", addrs...)
	if slices.Contains(o.Modules, "cgid") && os.Getuid() == 0 {
		awaitCgid(t, dir)
	}
	return s
}

// awaitCgid waits until mod_cgid has given its socket to the user that Apache changes
// to. Requests before that are answered with 503, although the port is open.
func awaitCgid(t testing.TB, dir string) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		sockets, err := filepath.Glob(filepath.Join(dir, "cgid.sock*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, socket := range sockets {
			info, err := os.Lstat(socket)
			if err != nil {
				continue
			}
			if status, ok := info.Sys().(*syscall.Stat_t); ok && status.Uid != 0 {
				return
			}
		}
	}
	t.Fatal("mod_cgid does not get ready")
}

func listen(addrs []string) string {
	var b strings.Builder
	for _, addr := range addrs {
		fmt.Fprintf(&b, "Listen %s\n", addr)
	}
	return b.String()
}

func apacheConfig(t testing.TB, dir string, o Options) string {
	t.Helper()
	mpm := "mpm_event"
	if o.Prefork {
		mpm = "mpm_prefork"
	}
	var b strings.Builder
	for _, name := range slices.Concat([]string{mpm}, strings.Fields(apacheModules), o.Modules) {
		path := filepath.Join(apacheModuleDir, "mod_"+name+".so")
		if _, err := os.Stat(path); err != nil {
			missing(t, "apache2 lacks the module "+name+": `make install` installs it on Debian")
		}
		fmt.Fprintf(&b, "LoadModule %s_module %s\n", name, path)
	}
	// The mutex is Debian's choice; the built-in one, of pthread, is lost after hundreds of CGI processes (AH00144).
	fmt.Fprintf(&b, `ServerRoot %[1]q
DefaultRuntimeDir %[1]q
PidFile %[1]s/pid
ErrorLog %[1]s/error.log
LogLevel warn
ServerName suite.test
TypesConfig %[1]s/mime.types
Timeout 30
EnableSendfile Off
Mutex file:%[1]s default
<Directory "/">
	Require all granted
</Directory>
`, dir)
	if slices.Contains(o.Modules, "cgid") {
		fmt.Fprintf(&b, "ScriptSock %s/cgid.sock\n", dir)
	}
	if os.Getuid() == 0 {
		fmt.Fprintf(&b, "User %s\nGroup #%s\n", WebUser(t).Username, WebUser(t).Gid)
	}
	if o.Prefork {
		b.WriteString("StartServers 4\nMinSpareServers 4\nMaxRequestWorkers 16\n")
	} else {
		b.WriteString("StartServers 1\nThreadsPerChild 25\nMaxRequestWorkers 50\nServerLimit 2\nMinSpareThreads 1\nMaxSpareThreads 50\n")
	}
	return b.String()
}

// WebUser is the user to whom Apache changes when root starts it.
func WebUser(t testing.TB) *user.User {
	t.Helper()
	u, err := user.Lookup("www-data")
	if err != nil {
		missing(t, err.Error())
	}
	return u
}

// report shows the server's errors beside those of the test.
func (s *Server) report(t testing.TB) {
	if t.Failed() {
		t.Logf("log of %s:\n%s", s.Name, s.Log())
	}
}
