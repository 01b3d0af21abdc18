//go:build unix

package suite_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// behindApache mounts a program at the root of an Apache with mod_cgid, with a folder of its own in the variable, and
// returns the URL and that folder.
func behindApache(t *testing.T, program, variable string) (url, data string) {
	t.Helper()
	dir := servers.Dir(t)
	app := servers.Install(t, program, dir, "app.cgi")
	data = filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	own(t, data)
	server := servers.Apache(t, servers.Options{Modules: []string{"cgid"}}, fmt.Sprintf(
		"SetEnv %s %q\nAllowEncodedSlashes NoDecode\n<Location />\nCGIPassAuth On\n</Location>\nScriptAlias \"/\" \"%s/\"\n", variable, data, app))
	return "http://" + server.Addr(0), data
}

// own returns a folder to the user of the web server.
func own(t *testing.T, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	user := servers.WebUser(t)
	uid, _ := strconv.Atoi(user.Uid)
	gid, _ := strconv.Atoi(user.Gid)
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// run runs a client in a folder and returns its output.
func run(t *testing.T, dir, stdin, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), servers.Need(t, name), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "LC_ALL=C", "no_proxy=127.0.0.1",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@suite.test",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@suite.test")
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, out.String(), errs.String())
	}
	return out.String()
}

func TestCurlUploadsAndDownloads(t *testing.T) {
	skipShort(t)
	url, _ := behindApache(t, compile(t, ours), "UNUSED")
	large := string(suite.Pattern(3 << 20))
	sum := sha256.Sum256([]byte(large))
	shown := fmt.Sprintf("body %d bytes %x, <nil>\n", len(large), sum[:6])
	part := servers.Write(t, servers.Dir(t), "part", string(suite.Pattern(1000)[:700]), 0o644)
	tests := []struct {
		name, stdin string
		args        []string
		want        string
	}{
		{"chunked upload", large, []string{"-T", "-", url + suite.Script("show")}, shown},
		{"chunked upload that comes back", large, []string{"-T", "-", url + suite.Script("echo")}, large},
		{"upload that waits", large, []string{"-H", "Expect: 100-continue", "--data-binary", "@-", url + suite.Script("show")},
			shown},
		{"upload that is refused", large, []string{"-H", "Expect: 100-continue", "-w", "%{http_code}", "--data-binary", "@-",
			url + suite.Script("status 413", "write no ")}, "no 413"},
		{"form with a file", large, []string{"-F", "a=1", "-F", "f=@-;filename=b.txt", url + suite.Script("form")},
			"field a [\"1\"]\nfile f \"b.txt\" 3145728 bytes\n"},
		{"range", "", []string{"-r", "10-19", url + suite.Script("content a.txt")}, string(suite.Pattern(1000)[10:20])},
		{"compressed", "", []string{"--compressed", url + suite.Script("gzip hello")}, "hello"},
		{"condition", "", []string{"-w", "%{http_code}", "-H", `If-None-Match: "v1"`, url + suite.Script("content a.txt")}, "304"},
		{"resumed download", "", []string{"-C", "-", "-o", part, "-w", "%{http_code}", url + suite.Script("content a.txt")}, "206"},
		{"user and password", "", []string{"-u", "user:pass", url + suite.Script("auth")}, "user \"user\" password \"pass\" true\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := run(t, t.TempDir(), test.stdin, "curl", append([]string{"-sS", "-m", "20"}, test.args...)...); got != test.want {
				t.Errorf("curl says %.200q, want %.200q", got, test.want)
			}
		})
	}
	if got, err := os.ReadFile(part); err != nil || !bytes.Equal(got, suite.Pattern(1000)) {
		t.Errorf("the resumed file has %d bytes (%v), want the 1000 of the document", len(got), err)
	}
}

// A page with a form fills it with a file by itself, and sends it.
func TestBrowserSendsAForm(t *testing.T) {
	skipShort(t)
	url, _ := behindApache(t, compile(t, ours), "UNUSED")
	dir := t.TempDir()
	out := run(t, dir, "", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir="+dir,
		"--virtual-time-budget=10000", "--dump-dom", url+"/page")
	for _, want := range []string{`field text ["Grüße &amp; more"]`, `file file "a b.bin" 300000 bytes`} {
		if !strings.Contains(out, want) {
			t.Errorf("the browser shows %q, want %q in it", out, want)
		}
	}
}

func TestGitClonesAndPushes(t *testing.T) {
	skipShort(t)
	url, data := behindApache(t, compile(t, "git"), "GIT_PROJECT_ROOT")
	dir := t.TempDir()
	run(t, dir, "", "git", "init", "-q", "--bare", "-b", "main", filepath.Join(data, "a.git"))
	run(t, dir, "", "git", "-C", filepath.Join(data, "a.git"), "config", "http.receivepack", "true")
	own(t, data)

	run(t, dir, "", "git", "clone", "-q", url+"/a.git", "first")
	first := filepath.Join(dir, "first")
	commit(t, first, "small", []byte("hello\n"))
	run(t, first, "", "git", "push", "-q", "origin", "main")
	commit(t, first, "large", noise(3<<20)) // beyond http.postBuffer, so that git sends chunks
	run(t, first, "", "git", "push", "-q", "origin", "main")

	run(t, dir, "", "git", "clone", "-q", url+"/a.git", "second")
	run(t, dir, "", "git", "clone", "-q", "--depth", "1", url+"/a.git", "shallow")
	second := filepath.Join(dir, "second")
	for i := range 20 { // what a fetch then asks for is compressed
		commit(t, second, fmt.Sprintf("file%d", i), []byte("text\n"))
	}
	run(t, second, "", "git", "push", "-q", "origin", "main")
	run(t, first, "", "git", "pull", "-q", "--ff-only")
	for _, clone := range []string{"first", "second"} {
		if got, want := run(t, dir, "", "git", "-C", clone, "rev-parse", "HEAD"), run(t, data, "", "git", "-c", "safe.directory=*", "-C", "a.git", "rev-parse", "main"); got != want {
			t.Errorf("%s is at %s, want %s", clone, got, want)
		}
	}
	if got := run(t, dir, "", "git", "-C", "shallow", "log", "--format=%s"); got != "large\n" {
		t.Errorf("the shallow clone has %q, want the last commit", got)
	}
}

// commit adds a file.
func commit(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "", "git", "add", name)
	run(t, dir, "", "git", "commit", "-q", "-m", name)
}

// noise does not compress.
func noise(n int) []byte {
	b := make([]byte, n)
	state := uint32(1)
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = byte(state >> 24)
	}
	return b
}

// skipShort skips what starts servers where tests shall be short. The others run beside each other.
func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("short")
	}
	t.Parallel()
}

func TestWebDAVClient(t *testing.T) {
	skipShort(t)
	url, _ := behindApache(t, compileModule(t, "webdav"), "WEBDAV_ROOT")
	litmus(t, url, "basic copymove http")
}

// stockServers mount a program that keeps running at the root, with parameters that say of the whole path, or of a first
// part of it, that it is the program's name, or say nothing. The variable is for the program, of which each server has its
// own. Clients of S3 want the Content-Length of HEAD, which Apache has to be told to keep.
func stockServers(t *testing.T, program string, env func() string) map[string]string {
	socket := func() string { return servers.Spawn(t, program, env()) }
	nginx := servers.Nginx(t,
		"location / {\ninclude /etc/nginx/fastcgi_params;\nfastcgi_param HTTP_HOST $http_host;\nfastcgi_pass unix:"+socket()+";\n}",
		"location / {\ninclude /etc/nginx/scgi_params;\nscgi_param HTTP_HOST $http_host;\nscgi_pass unix:"+socket()+";\n}")
	apache := servers.Apache(t, servers.Options{Modules: []string{"proxy", "proxy_fcgi"}}, fmt.Sprintf(
		"DocumentRoot %q\nAllowEncodedSlashes NoDecode\nSetEnv ap_trust_cgilike_cl 1\n<Location \"/\">\nSetHandler \"proxy:unix:%s|fcgi://localhost/\"\n</Location>\n", servers.Dir(t), socket()))
	return map[string]string{"fastcgi_params": nginx.Addr(0), "scgi_params": nginx.Addr(1), "SetHandler": apache.Addr(0)}
}

// A server whose paths are folders.
func TestWebDAVClientBehindStockParameters(t *testing.T) {
	skipShort(t)
	servers.Need(t, "litmus")
	for name, addr := range stockServers(t, compileModule(t, "webdav"), func() string { return "WEBDAV_ROOT=" + servers.Dir(t) }) {
		t.Run(name, func(t *testing.T) { litmus(t, "http://"+addr, "basic copymove http") })
	}
}

// A server whose buckets are folders with a slash behind, and whose names are whatever the client likes.
func TestS3ClientBehindStockParameters(t *testing.T) {
	skipShort(t)
	servers.Need(t, "s3cmd")
	for name, addr := range stockServers(t, compileModule(t, "s3"), func() string { return "UNUSED=" }) {
		t.Run(name, func(t *testing.T) { useS3(t, addr) })
	}
}

// useS3 makes a bucket, puts files into it, gets them again, and removes everything.
func useS3(t *testing.T, addr string) {
	dir := t.TempDir()
	s3 := func(args ...string) string {
		return run(t, dir, "", "s3cmd", append([]string{"--no-ssl", "--host=" + addr, "--host-bucket=" + addr, "--access_key=a", "--secret_key=b", "--no-progress", "--config=/dev/null"}, args...)...)
	}
	s3("mb", "s3://bucket")
	names := []string{"folder/index.php", "a b+100%", "a%2Fb", "gr\u00fc\u00dfe/^|.txt", "bucket/bucket"}
	for i, name := range names {
		s3("put", servers.Write(t, dir, fmt.Sprint("file", i), name, 0o644), "s3://bucket/"+name)
	}
	for i, name := range names {
		s3("get", "--force", "s3://bucket/"+name, fmt.Sprint("got", i))
		if got, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("got", i))); string(got) != name || err != nil {
			t.Errorf("%q came back as %q (%v)", name, got, err)
		}
	}
	list := s3("ls", "--recursive", "s3://bucket/")
	for _, name := range names {
		if !strings.Contains(list, "s3://bucket/"+name+"\n") {
			t.Errorf("the list has no %q:\n%s", name, list)
		}
	}
	s3("rb", "--recursive", "--force", "s3://bucket")
	if got := s3("ls"); got != "" {
		t.Errorf("left are %q", got)
	}
}

// compileModule builds a test program that is a module of its own, for what it depends on.
func compileModule(t *testing.T, name string) string {
	t.Helper()
	program := filepath.Join(servers.Dir(t), name)
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Dir = "testdata/" + name
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// litmus runs the suite for WebDAV servers.
func litmus(t *testing.T, url, tests string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), servers.Need(t, "litmus"), url+"/")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "TESTS="+tests)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "FAIL") {
		t.Errorf("litmus: %v\n%s", err, out)
	}
}
