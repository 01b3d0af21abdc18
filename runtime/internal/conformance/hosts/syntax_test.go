//go:build unix

package hosts_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// Every file for Apache passes apachectl -t: virtual hosts as they are, and
// each .htaccess inside of a <Directory>, whose classes of directives it may have.
// lighttpd, nginx and Caddy test theirs before they start (servers.Whole).
func TestApacheTestsWhatItIsGiven(t *testing.T) {
	t.Parallel()
	program := servers.Need(t, "apache2")
	dir := home(t)
	check := func(t *testing.T, modules, text string) {
		t.Helper()
		file := servers.Write(t, t.TempDir(), "httpd.conf", text, 0o644)
		var load strings.Builder
		for _, m := range strings.Fields("mpm_event authz_core alias env setenvif rewrite headers " + modules) {
			fmt.Fprintf(&load, "LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n", m, m)
		}
		must(t, os.WriteFile(file, []byte("ServerRoot "+dir+"\nServerName suite.test\nListen 127.0.0.1:80\nErrorLog "+dir+"/error.log\n"+load.String()+text), 0o644))
		out, err := exec.CommandContext(t.Context(), program, "-t", "-f", file).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != "Syntax OK" {
			t.Errorf("%v\n%s\n%s", err, got, text)
		}
	}
	for layout, handler := range map[string]string{"subdir": "cgid suexec", "fcgid": "fcgid suexec", "cgi-bin": "cgid suexec"} {
		site := filepath.Join(dir, layout)
		must(t, os.Mkdir(site, 0o755))
		upload(t, archive(t, "--for", "apache", "--layout", layout), site, nobody)
		rules, err := filepath.Glob(filepath.Join(site, "*", ".htaccess"))
		must(t, err)
		deeper, err := filepath.Glob(filepath.Join(site, "*", "*", ".htaccess"))
		must(t, err)
		for _, file := range append(rules, deeper...) {
			t.Run(layout+" "+strings.TrimPrefix(file, site), func(t *testing.T) {
				text, err := os.ReadFile(file)
				must(t, err)
				check(t, handler, fmt.Sprintf("<Directory %q>\n%s\n</Directory>\n", filepath.Dir(file), text))
			})
		}
	}
	for name, handler := range map[string]string{"apache-vhost": "cgid suexec", "apache-vhost-fastcgi": "proxy proxy_fcgi", "apache-vhost-scgi": "proxy proxy_scgi"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, "subdir/private/testsite/server", name+".conf"))
			must(t, err)
			check(t, handler, strings.NewReplacer("testsite testsite", "#65534 #65534", "/srv/testsite", filepath.Join(dir, "subdir")).Replace(string(text)))
		})
	}
}

// The units pass systemd's own test without a word. Then every program is
// started as they say, by a tool of systemd: at its first request, with its
// socket as descriptor 0; and every route is called.
func TestSystemdUnits(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"systemd-analyze", "systemd-socket-activate", "nginx"} {
		servers.Need(t, tool)
	}
	if !hasGateway(t, "fastcgi") {
		return
	}
	dir, units, run := install(t, "--for", "nginx", "--host", "127.0.0.1"), servers.Dir(t), servers.Dir(t)
	must(t, os.Chmod(run, 0o777))
	programs, err := filepath.Glob(filepath.Join(dir, "cgi", "*.cgi"))
	must(t, err)
	for _, program := range programs {
		name := strings.TrimSuffix(filepath.Base(program), ".cgi")
		socket := config(t, dir, "systemd/testsite@.socket", "/run/testsite", run, "%i", name)
		service := config(t, dir, "systemd/testsite@.service", "User=testsite", "User=www-data", "%i", name)
		files := []string{
			servers.Write(t, units, "testsite@"+name+".socket", socket, 0o644),
			servers.Write(t, units, "testsite@"+name+".service", service, 0o644),
		}
		out, err := exec.CommandContext(t.Context(), "systemd-analyze", append([]string{"verify", "--man=no"}, files...)...).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("systemd-analyze verify: %v\n%s\n%s\n%s", err, out, socket, service)
		}
		if setting(service, "StandardInput") != "socket" {
			t.Errorf("the socket is not descriptor 0:\n%s", service)
		}
		activate(t, setting(socket, "ListenStream"), setting(service, "ExecStart"))
	}
	addr := servers.Address(t)
	s := servers.Whole(t, "nginx", addr, servers.NginxFrame(config(t, dir, "nginx-fastcgi.conf", "listen 80", "listen "+addr, "/run/testsite", run)))
	callAll(t, place{addr: s.Addr(0)})
}

// setting returns the value of a key of a unit.
func setting(unit, key string) string {
	for line := range strings.Lines(unit) {
		if value, ok := strings.CutPrefix(line, key+"="); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// activate listens on a socket until the test ends, and starts a program with it.
func activate(t *testing.T, socket, program string) {
	t.Helper()
	cmd := exec.Command("systemd-socket-activate", "--inetd", "--listen", socket, program)
	cmd.Stderr = os.Stderr
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	await(t, socket)
	must(t, os.Chmod(socket, 0o777))
}

// await waits until a socket is there. Nothing is sent, so that no program starts.
func await(t *testing.T, socket string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if info, err := os.Stat(socket); err == nil && info.Mode().Type() == os.ModeSocket {
			return
		}
	}
	t.Fatalf("%s is not there", socket)
}
