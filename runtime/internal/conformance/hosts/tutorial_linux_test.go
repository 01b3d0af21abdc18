package hosts_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// insideTutorial marks the process that has a network and a view of /etc of its own.
const insideTutorial = "CGIGEN_TEST_TUTORIAL"

// The commands of docs/tutorial.md are run as they stand there, by a newcomer
// for whom host.example is a shared host with Apache, suEXEC and OpenSSH.
func TestTutorial(t *testing.T) {
	if os.Getenv(insideTutorial) == "" {
		needRoot(t)
		for _, name := range []string{"ip", "curl", "ssh", "scp", "sshd", "apache2"} {
			servers.Need(t, name)
		}
		packing.Lock()
		defer packing.Unlock()
		download := exec.CommandContext(t.Context(), "go", "mod", "download")
		download.Dir = filepath.Join("..", "..", "..", "..")
		if out, err := download.CombinedOutput(); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("go mod download: %v\n%s", err, out)
			}
			t.Skipf("the module cache lacks what go.mod names, and cannot be filled: %s", out)
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTutorial$", "-test.v=true", "-test.timeout=10m")
		cmd.Env = append(os.Environ(), insideTutorial+"=yes")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	newcomer := newTutorialHost(t)
	for _, step := range tutorialSteps(t) {
		newcomer.follow(t, step)
	}
}

// A tutorialStep is a block of the page with what the page says about it.
type tutorialStep struct {
	commands string // a block of sh
	file     string // or a file to write
	content  string
	answer   string // what the last command has to print; "" if the page does not say
}

var (
	tutorialBlock = regexp.MustCompile("(?s)```(sh|go)\n(.*?)```\n")
	tutorialFile  = regexp.MustCompile("Put this into the file `([^`]+)`:\n\n$")
	tutorialWant  = regexp.MustCompile("^\nThe answer is `([^`]+)`")
)

// tutorialSteps reads the page. Blocks of Go that belong into no file are quotations.
func tutorialSteps(t *testing.T) []tutorialStep {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "tutorial.md"))
	must(t, err)
	page := string(text)
	var steps []tutorialStep
	for _, m := range tutorialBlock.FindAllStringSubmatchIndex(page, -1) {
		language, block := page[m[2]:m[3]], page[m[4]:m[5]]
		if language == "go" {
			if file := tutorialFile.FindStringSubmatch(page[:m[0]]); file != nil {
				steps = append(steps, tutorialStep{file: file[1], content: block})
			}
			continue
		}
		step := tutorialStep{commands: block}
		if want := tutorialWant.FindStringSubmatch(page[m[1]:]); want != nil {
			step.answer = want[1]
		}
		steps = append(steps, step)
	}
	if len(steps) < 10 {
		t.Fatalf("docs/tutorial.md has %d steps", len(steps))
	}
	return steps
}

// A newcomer sits at a terminal.
type newcomer struct {
	dir string
	env []string
}

// follow does one step, and compares what it prints with what the page says.
func (n *newcomer) follow(t *testing.T, step tutorialStep) {
	t.Helper()
	switch {
	case step.file != "":
		servers.Write(t, n.dir, step.file, step.content, 0o644)
	case strings.HasSuffix(step.commands, "cgigen serve\n"):
		n.serve(t, step.commands)
	default:
		n.run(t, step)
	}
}

// serve runs a block that does not end by itself until the test ends.
func (n *newcomer) serve(t *testing.T, commands string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", "exec "+commands)
	cmd.Dir, cmd.Env = n.dir, n.env
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s%s", commands, said.String())
		}
	})
	reachable(t, "127.0.0.1:8080")
}

// run runs a block. Where the page says what the answer is, there may be a
// moment between the change before it and the new program, as there is for a
// reader.
func (n *newcomer) run(t *testing.T, step tutorialStep) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		out, err := n.sh(t, step.commands)
		_, told := lastLine(out)
		if err == nil && (step.answer == "" || told == step.answer) {
			return
		}
		if step.answer == "" || strings.Contains(step.commands, "-d name") || time.Now().After(deadline) {
			t.Fatalf("%s\nprinted (%v):\n%s\nand the page says %q", step.commands, err, out, step.answer)
		}
	}
}

func lastLine(text string) (before, last string) {
	text = strings.TrimRight(text, "\n")
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		return text[:i], text[i+1:]
	}
	return "", text
}

// sh runs commands in the folder in which those before ended.
func (n *newcomer) sh(t *testing.T, commands string) (string, error) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "folder")
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", commands+"\npwd > "+folder)
	cmd.Dir, cmd.Env = n.dir, n.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if pwd, err := os.ReadFile(folder); err == nil {
		n.dir = strings.TrimSpace(string(pwd))
	}
	if err != nil {
		return stdout.String() + stderr.String(), err
	}
	return stdout.String(), nil
}

// reachable returns once an address takes connections.
func reachable(t *testing.T, addr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err == nil {
			conn.Close()
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%s does not answer: %v", addr, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// newTutorialHost makes what is outside of the newcomer's folder: the module
// proxy with this tree as the latest release, and host.example.
func newTutorialHost(t *testing.T) *newcomer {
	t.Helper()
	dir := servers.Dir(t)
	account := home(t)
	command(t, "ip", "link", "set", "lo", "up")
	command(t, "mount", "--make-rprivate", "/")
	overlay(t, dir, "/etc/hosts", "127.0.0.1 localhost host.example\n")
	overlay(t, dir, "/etc/passwd", "alice:x:12345:65534::"+account+":/bin/sh\n")
	must(t, os.Mkdir(filepath.Join(account, "public_html"), 0o755))
	give(t, account, 12345)
	startSSH(t, dir, account)
	authority := startTLSApache(t, dir, filepath.Join(account, "public_html"))
	env := append(os.Environ(), goCache(t)...)
	return &newcomer{dir: t.TempDir(), env: append(env,
		"HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"), "GOPATH="+filepath.Join(dir, "go"), "GOFLAGS=-modcacherw -trimpath",
		"GOPROXY="+release(t, dir), "GOSUMDB=off", "GOTOOLCHAIN=local", "SSL_CERT_FILE="+authority, "CURL_CA_BUNDLE="+authority)}
}

func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// overlay adds lines to a file of the system, in this process's view alone.
func overlay(t *testing.T, dir, file, lines string) {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	mine := servers.Write(t, dir, "etc/"+filepath.Base(file), string(text)+lines, 0o644)
	command(t, "mount", "--bind", mine, file)
}

// startSSH starts OpenSSH's server on its own port, and lets the newcomer in by a key.
func startSSH(t *testing.T, dir, account string) {
	t.Helper()
	for _, name := range []string{"host", "key"} {
		command(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name))
	}
	public, err := os.ReadFile(filepath.Join(dir, "host.pub"))
	must(t, err)
	known := servers.Write(t, dir, "known", "host.example "+string(public), 0o644)
	keys := filepath.Join(dir, "key.pub")
	command(t, "mount", "-t", "tmpfs", "tmpfs", "/etc/ssh")
	servers.Write(t, "/etc/ssh", "ssh_config", "UserKnownHostsFile "+known+"\nIdentityFile "+filepath.Join(dir, "key")+"\nBatchMode yes\n", 0o644)
	must(t, os.MkdirAll("/run/sshd", 0o755))
	config := servers.Write(t, dir, "sshd_config", "Port 22\nListenAddress 127.0.0.1\nHostKey "+filepath.Join(dir, "host")+
		"\nAuthorizedKeysFile "+keys+"\nStrictModes no\nUsePAM no\nPidFile none\nSubsystem sftp internal-sftp\n", 0o600)
	background(t, exec.Command(servers.Need(t, "sshd"), "-D", "-e", "-f", config))
	reachable(t, "127.0.0.1:22")
}

// background runs a server until the test ends.
func background(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s:\n%s", cmd.Path, said.String())
		}
	})
}

// startTLSApache starts a shared host with a certificate, to which it leads
// every plain request, and returns the file of the authority.
func startTLSApache(t *testing.T, dir, docroot string) string {
	t.Helper()
	cert := certificate(t, dir)
	options := modules("cgid ssl socache_shmcb")
	options.Config = fmt.Sprintf("Listen 127.0.0.1:80\nListen 127.0.0.1:443\n<VirtualHost *:80>\nServerName host.example\nRedirect permanent / https://host.example/\n</VirtualHost>\n"+
		"<VirtualHost *:443>\nServerName host.example\nSSLEngine on\nSSLCertificateFile %s\nSSLCertificateKeyFile %s\nSuexecUserGroup alice nogroup\n%s</VirtualHost>\n",
		cert, cert+".key", strings.Replace(shared(docroot, "AllowOverride All"), suexec, "", 1))
	servers.Apache(t, options)
	reachable(t, "127.0.0.1:443")
	return cert
}

// certificate makes one for host.example that is its own authority.
func certificate(t *testing.T, dir string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "host.example"}, DNSNames: []string{"host.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 2, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	file := servers.Write(t, dir, "host.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), 0o644)
	servers.Write(t, dir, "host.pem.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), 0o600)
	return file
}

// release makes a module proxy of files in which this tree is the latest
// release; what it requires comes from this machine's module cache.
func release(t *testing.T, dir string) string {
	t.Helper()
	const version = "v1.0.0"
	root, err := filepath.Abs(filepath.Join("..", "..", "..", ".."))
	must(t, err)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	must(t, err)
	at := "proxy/github.com/cgigen/cgigen/@v/"
	servers.Write(t, dir, at+"list", version+"\n", 0o644)
	servers.Write(t, dir, at+version+".mod", string(mod), 0o644)
	servers.Write(t, dir, at+version+".info", `{"Version": "`+version+`", "Time": "2026-01-02T03:04:05Z"}`, 0o644)
	var archive bytes.Buffer
	zipModule(t, &archive, root, "github.com/cgigen/cgigen@"+version+"/")
	servers.Write(t, dir, at+version+".zip", archive.String(), 0o644)
	cache := strings.TrimSpace(command(t, "go", "env", "GOMODCACHE"))
	return "file://" + filepath.Join(dir, "proxy") + ",file://" + filepath.Join(cache, "cache", "download")
}

// zipModule writes a module's files as the module proxy has them: without those of modules in its folders.
func zipModule(t *testing.T, w io.Writer, root, prefix string) {
	t.Helper()
	z := zip.NewWriter(w)
	must(t, filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			_, other := os.Stat(filepath.Join(name, "go.mod"))
			if entry.Name() == ".git" || other == nil && rel != "." {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || entry.Name() == ".git" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := z.Create(prefix + filepath.ToSlash(rel))
		if err != nil {
			return err
		}
		_, err = f.Write(text)
		return err
	}))
	must(t, z.Close())
}
