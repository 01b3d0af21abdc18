package doctor

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// needed is the address space in KiB that a program for a 64-bit processor
// reserves when it starts, measured with Go 1.26: 738,281, and some for itself.
const needed = 800_000

// threads is how many a Go program has that answers one request on a busy host, and
// crowd how many visitors may come at the same time. Measured with 600 requests of 16
// clients: with RLimitNPROC 20, 589 failed, with 50, 397, with 100 none.
const (
	threads = 5
	crowd   = 16
)

// checkProbe reads the probe that was uploaded beside the programs, or into a
// cgi-bin of the host.
func (v *visit) checkProbe() {
	if v.Token == "" {
		return
	}
	name := "/cgigen-probe-" + v.Token + ".cgi"
	places := []string{v.programFolder(), v.base.Path + "/cgi-bin", "/cgi-bin"}
	var first answer
	for i, place := range places {
		a := v.do("GET", place+name, nil, v.password())
		if facts := probeFacts(string(a.body)); a.err == nil && a.status == http.StatusOK && facts["address-space"] != "" {
			v.believeProbe(place+name, facts)
			return
		}
		if i == 0 {
			first = a
		}
	}
	v.probeFails(v.at(places[0]+name), first)
}

// password is a field Authorization for a host that asks for none.
func (v *visit) password() http.Header {
	if v.base.User != nil {
		return nil
	}
	return http.Header{"Authorization": {"Basic Y2dpZ2VuOnByb2Jl"}}
}

// believeProbe reports what a probe says. The field Proxy goes alone: firewalls
// refuse a request for it, and then no program sees it.
func (v *visit) believeProbe(path string, facts map[string]string) {
	if a := v.do("GET", path, nil, http.Header{"Proxy": {"http://cgigen.invalid/"}}); a.err == nil && a.status == http.StatusOK {
		facts["http-proxy"] = probeFacts(string(a.body))["http-proxy"]
	}
	for _, name := range []string{"user", "uid", "system", "kernel", "machine", "address-space", "processes", "processor-time", "noexec", "read-only", "private", "tmp-private", "certificates", "time-zones", "authorization", "server-software"} {
		if facts[name] != "" {
			v.learn(name, "%s", facts[name])
		}
	}
	v.judgeProbe(v.at(path), facts)
	v.checkCrowd()
}

// probeFails says why a probe does not answer.
func (v *visit) probeFails(where string, a answer) {
	isScript := bytes.HasPrefix(a.body, []byte("#!"))
	switch {
	case v.manifest.Layout == "fcgid" && (isScript || a.status == http.StatusForbidden || a.status == 500):
		v.add(Finding{"probe-fails", Error, where, "the host runs FastCGI programs alone here (mod_fcgid), and no scripts: " + status(a),
			"a shell script cannot speak FastCGI, so that nothing shows the limits of the host; the programs may run all the same",
			"remove the probe; if the routes fail, look into the error log of the host, and run cgigen doctor DIR"})
	case isScript:
		v.add(Finding{"probe-fails", Error, where, "the server sends the probe as a file",
			"no handler runs .cgi in this folder: programs would be sent as files, too. CGI is off, or .htaccess is not read (AllowOverride None)",
			"upload .htaccess beside the probe; switch CGI on in the panel; or put programs and probe into the host's cgi-bin: cgigen package --layout cgi-bin"})
	case a.err == nil && a.status == http.StatusNotFound:
		v.add(Finding{"probe-fails", Error, where, "the probe is not there: 404", "it was uploaded to another folder, or under another name",
			"upload it beside the programs, or into cgi-bin, under its own name"})
	case a.err == nil && a.status == 500:
		v.add(Finding{"probe-fails", Error, where, "the host refuses even a shell script: 500",
			"suEXEC refuses its mode or owner; the host allows no process; or the file system is mounted noexec, which a script that lies there cannot report",
			"chmod 755 the probe, and upload it as the user of the account; cgigen doctor DIR on the host sees noexec; otherwise upload the probe into the host's cgi-bin, too: it is looked for there"})
	default:
		v.add(Finding{"probe-fails", Error, where, "the probe does not answer: " + status(a),
			"the probe is a shell script: where it cannot run, no CGI program can. The cause is the host, not your programs",
			"chmod 755 the probe; if it still fails, switch CGI on in the panel, or ask the host whether CGI is allowed in this folder"})
	}
}

// checkCrowd calls a program from many clients at the same time, and counts what fails.
func (v *visit) checkCrowd() {
	path, ok := v.provenPath()
	if !ok {
		return
	}
	const rounds = 3
	var failures atomic.Int64
	var clients sync.WaitGroup
	for range crowd {
		clients.Go(func() {
			for range rounds {
				if a := v.get(path); a.err != nil || a.status >= 500 {
					failures.Add(1)
				}
			}
		})
	}
	clients.Wait()
	if n := failures.Load(); n > 0 {
		v.add(Finding{"limit-crowd", Error, v.at(path), fmt.Sprintf("%d of %d requests of %d clients at the same time fail", n, crowd*rounds, crowd),
			"the host limits processes, memory or entry processes of the account: a program has up to five threads for each visitor",
			fmt.Sprintf("ask the host for RLimitNPROC of %d or more (CloudLinux: NPROC 100, EP 20); or package for FastCGI: --layout fcgid", 100)})
		return
	}
	v.learn("clients at the same time", "%d, all answered", crowd)
}

// provenPath is the address of a route that a program has answered.
func (v *visit) provenPath() (string, bool) {
	for _, r := range v.manifest.Routes {
		if v.working[r.Program] && !v.broken[r.Program] && r.Method == "GET" && r.Host == "" {
			return v.base.Path + example(r, "1"), true
		}
	}
	return "", false
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
	if limit, ok := number(facts["processes"]); ok && limit < crowd*threads {
		v.add(Finding{"limit-processes", level(limit < 2*threads), where, fmt.Sprintf("the host allows %d processes and threads of the account: enough for %d visitors at the same time", limit, limit/threads),
			"a Go program has four threads, on a busy host five, and every other process of the account counts, too (error log: failed to create new OS thread)",
			fmt.Sprintf("ask the host for RLimitNPROC of 100 (CloudLinux: NPROC 100), which is enough for %d visitors; for n visitors ask for %d × n and 20 more", crowd, threads)})
	}
	if has := goArch(facts["machine"]); has != "" && arch != "" && has != arch && !(has == "amd64" && arch == "386") {
		v.add(Finding{"host-architecture", Error, where, fmt.Sprintf("the host is %s (%s), the programs are for %s", facts["machine"], has, arch),
			"the kernel cannot run them (Exec format error)", "cgigen package --target " + quote(strings.ToLower(facts["system"])+"/"+has)})
	}
	if facts["noexec"] == "yes" {
		v.add(Finding{"noexec", Error, where, "programs cannot run here: the file system is mounted noexec (" + facts["mount"] + ")",
			"scripts run, programs do not (Permission denied)", "cgigen package --layout cgi-bin; or ask the host"})
	}
	if facts["read-only"] == "yes" || facts["private"] == "read-only" {
		v.add(Finding{"home-read-only", Warning, where, "the web server sees the account's files read-only (" + facts["mount"] + ")",
			"systemd starts it with ProtectHome= or ProtectSystem= (RHEL 10 and Fedora do): programs cannot write below private/, neither a database nor a log",
			"systemctl edit httpd (or apache2): [Service] ReadWritePaths=FOLDER, with the folder of the settings; on a shared host ask for it, or keep data in a database server"})
	}
	if facts["private"] == "closed" {
		v.add(Finding{"private-closed", Error, where, "programs may not enter the folder of the settings",
			"it belongs to another user than " + facts["user"] + ", whom programs run as", "without suEXEC: chown -R " + quote(facts["user"]) + " private; cgigen doctor --user " + quote(facts["user"]) + " DIR checks the rest"})
	}
	if has := facts["authorization"]; has != "" && has != "arrives" && v.base.User == nil {
		v.add(Finding{"authorization-lost", Warning, where, "passwords and tokens do not reach programs: " + facts["authorization"],
			"Apache does not pass the field Authorization to programs, and suEXEC removes the variable that a rewrite rule makes of it",
			"add to the .htaccess beside the programs: SetEnvIf Authorization \"(.+)\" HTTP_AUTHORIZATION=$1"})
	}
	if user := facts["user"]; slices.Contains(webUsers(), user) || user == "nobody" && facts["uid"] == "99" {
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
