//go:build unix

package servers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// Address reserves a loopback address for a server whose configuration has to
// name it.
func Address(t testing.TB) string {
	t.Helper()
	return ports(t, 1)[0]
}

// Whole starts a server at an address with a configuration file that is whole,
// after the server's own test of it has passed.
func Whole(t testing.TB, name, addr, config string) *Server {
	t.Helper()
	return whole(t, name, addr, config, nil)
}

// WholeAsWeb is Whole for a server that runs as the web's own user, who may read no more than others may. Root alone can
// start it.
func WholeAsWeb(t testing.TB, name, addr, config string) *Server {
	t.Helper()
	uid, err := strconv.Atoi(WebUser(t).Uid)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.Atoi(WebUser(t).Gid)
	if err != nil {
		t.Fatal(err)
	}
	return whole(t, name, addr, config, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)})
}

func whole(t testing.TB, name, addr, config string, user *syscall.Credential) *Server {
	t.Helper()
	program := need(t, name)
	dir := Dir(t)
	file := Write(t, dir, "config", config, 0o644)
	args, check := wholeArgs(name, dir, file)
	s := &Server{Dir: dir, Name: name, addrs: []string{addr}, logs: []string{filepath.Join(dir, "error.log")}}
	env := []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_DATA_HOME=" + dir, "PATH=/usr/bin:/bin"}
	test := exec.Command(program, check...)
	test.Dir, test.Env = dir, env
	if user != nil {
		test.SysProcAttr = &syscall.SysProcAttr{Credential: user}
		if err := os.Chown(dir, int(user.Uid), int(user.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := test.CombinedOutput(); err != nil {
		t.Fatalf("%s does not accept its configuration: %v\n%s\n%s", name, err, out, config)
	}
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.SysProcAttr = env, test.SysProcAttr
	s.run(t, cmd)
	return s
}

// wholeArgs returns the arguments to run in the foreground, and to test.
func wholeArgs(name, dir, file string) (run, check []string) {
	switch name {
	case "apache2":
		return []string{"-DFOREGROUND", "-f", file}, []string{"-t", "-f", file}
	case "lighttpd":
		return []string{"-D", "-f", file}, []string{"-tt", "-f", file}
	case "nginx":
		args := []string{"-e", filepath.Join(dir, "error.log"), "-p", dir, "-c", file}
		return args, append([]string{"-t"}, args...)
	default:
		args := []string{"--adapter", "caddyfile", "--config", file}
		return append([]string{"run"}, args...), append([]string{"validate"}, args...)
	}
}

// NginxFrame is a configuration of nginx around what belongs into http {}.
func NginxFrame(http string) string {
	return fmt.Sprintf("daemon off;\n%s\npid nginx.pid;\nerror_log error.log warn;\nevents { worker_connections 128; }\nhttp {\naccess_log off;\n"+
		"client_body_temp_path body;\nproxy_temp_path proxy;\nfastcgi_temp_path fastcgi;\nuwsgi_temp_path uwsgi;\nscgi_temp_path scgi;\n%s}\n", nginxUser(), http)
}
