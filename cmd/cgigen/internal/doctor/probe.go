package doctor

import (
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// needed is the address space in KiB that a program for a 64-bit processor
// reserves when it starts, measured with Go 1.26: 738,281, and some for itself.
const needed = 800_000

// checkProbe reads the probe that was uploaded beside the programs.
func (v *visit) checkProbe() {
	if v.Token == "" {
		return
	}
	address := "/cgigen-probe-" + v.Token + ".cgi"
	for _, p := range v.manifest.Programs {
		if p.Address != "" {
			address = path.Dir(p.Address) + address
			break
		}
	}
	a := v.do("GET", address, nil, http.Header{"Authorization": {"Basic Y2dpZ2VuOnByb2Jl"}, "Proxy": {"http://cgigen.invalid/"}})
	facts := probeFacts(string(a.body))
	if a.err != nil || a.status != http.StatusOK || facts["address-space"] == "" {
		v.add(Finding{"probe-fails", Error, v.at(address), "the probe does not answer: " + status(a),
			"the probe is a shell script: where it cannot run, no CGI program can. The cause is the host, not your programs",
			"chmod 755 the probe; if it still fails, switch CGI on in the panel, or ask the host whether CGI is allowed in this folder"})
		return
	}
	for _, name := range []string{"user", "uid", "system", "kernel", "machine", "address-space", "processes", "processor-time", "noexec", "certificates", "time-zones", "authorization", "server-software"} {
		if facts[name] != "" {
			v.learn(name, "%s", facts[name])
		}
	}
	v.judgeProbe(v.at(address), facts)
}

// probeFacts reads the "name: value" lines of the probe.
func probeFacts(text string) map[string]string {
	facts := map[string]string{}
	if !strings.HasPrefix(text, "# cgigen probe 1\n") {
		return facts
	}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && name != "env" {
			facts[name] = value
		}
	}
	return facts
}

// judgeProbe names what keeps programs from working on the host.
func (v *visit) judgeProbe(where string, facts map[string]string) {
	target := ""
	for _, p := range v.manifest.Programs {
		if p.Address != "" {
			target = p.Target
		}
	}
	_, arch, _ := strings.Cut(target, "/")
	if limit, ok := number(facts["address-space"]); ok && limit < needed && is64(arch) {
		v.add(Finding{"limit-address-space", Error, where, fmt.Sprintf("the host limits the address space to %d KiB", limit),
			"a Go program for " + arch + " cannot start with less than 738,281 KiB, which it reserves and hardly uses (error log: failed to reserve page summary memory)",
			"cgigen package --target linux/386, whose programs need 16,000 KiB; or ask the host for RLimitMEM 1073741824 (cPanel: Shell Fork Bomb Protection off, CloudLinux: VMEM 0)"})
	}
	if limit, ok := number(facts["processes"]); ok && limit < 10 {
		v.add(Finding{"limit-processes", Error, where, fmt.Sprintf("the host allows %d processes and threads", limit),
			"a Go program has four threads, on a busy host five, and several visitors may come at the same time (error log: failed to create new OS thread)",
			"ask the host for RLimitNPROC of 50 or more (CloudLinux: NPROC 100)"})
	}
	if has := goArch(facts["machine"]); has != "" && arch != "" && has != arch && !(has == "amd64" && arch == "386") {
		v.add(Finding{"host-architecture", Error, where, fmt.Sprintf("the host is %s (%s), the programs are for %s", facts["machine"], has, arch),
			"the kernel cannot run them (Exec format error)", "cgigen package --target " + strings.ToLower(facts["system"]) + "/" + has})
	}
	if facts["noexec"] == "yes" {
		v.add(Finding{"noexec", Error, where, "programs cannot run here: the file system is mounted noexec (" + facts["mount"] + ")",
			"scripts run, programs do not (Permission denied)", "cgigen package --layout cgi-bin; or ask the host"})
	}
	if has := facts["authorization"]; has != "" && has != "arrives" {
		v.add(Finding{"authorization-lost", Warning, where, "passwords and tokens do not reach programs: " + facts["authorization"],
			"Apache does not pass the field Authorization to programs, and suEXEC removes the variable that a rewrite rule makes of it",
			"add to the .htaccess beside the programs: SetEnvIf Authorization \"(.+)\" HTTP_AUTHORIZATION=$1"})
	}
	if user := facts["user"]; user == "www-data" || user == "apache" || user == "httpd" || user == "nobody" && facts["uid"] == "99" {
		v.add(Finding{"no-suexec", Warning, where, "programs run as the user of the web server, " + user,
			"so do the programs of all customers, which can read every file that yours can read; settings in private/ have to belong to that user",
			"ask the host for suEXEC; until then, do not keep secrets there"})
	}
	if facts["http-proxy"] == "set by the client" {
		v.add(Finding{"httpoxy", Warning, where, "the server passes the field Proxy to programs as HTTP_PROXY",
			"programs that are not made with cgigen may send their own requests through a proxy that the client chooses (CVE-2016-5385)",
			"Apache: RequestHeader unset Proxy early; nginx: fastcgi_param HTTP_PROXY \"\""})
	}
}

func number(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func is64(arch string) bool { return arch == "amd64" || arch == "arm64" }

// goArch is Go's name for what uname -m says.
func goArch(machine string) string {
	return map[string]string{"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "i686": "386", "i386": "386", "armv7l": "arm", "riscv64": "riscv64"}[machine]
}
