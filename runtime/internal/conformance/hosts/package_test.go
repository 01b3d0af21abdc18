//go:build unix

package hosts_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// The same commit gives the same bytes, wherever it lies: for every server,
// layout and form.
func TestPackagesAreReproducible(t *testing.T) {
	t.Parallel()
	here, elsewhere := site(t), filepath.Join(t.TempDir(), "another place")
	must(t, os.CopyFS(elsewhere, os.DirFS(here)))
	tests := [][]string{
		{"site.tar.gz", "--for", "apache"}, {"site.zip", "--for", "apache", "--layout", "cgi-bin"}, {"site", "--for", "apache", "--layout", "fcgid"},
		{"site.tar.gz", "--for", "lighttpd"}, {"site.zip", "--for", "nginx"}, {"site", "--for", "caddy"},
		{"site.tar.gz", "--for", "nginx", "--layout", "multicall"}, {"site", "--for", "apache", "--layout", "multicall"},
		{"site.tar.gz", "--for", "container"}, {"site", "--for", "container"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test, " "), func(t *testing.T) {
			var packages []map[string]string
			for _, module := range []string{here, elsewhere} {
				output := filepath.Join(t.TempDir(), test[0])
				packModule(t, module, output, test[1:]...)
				packages = append(packages, contents(t, output))
			}
			if len(packages[0]) == 0 || !maps.Equal(packages[0], packages[1]) {
				t.Errorf("two packages of one source differ:\n%v\n%v", packages[0], packages[1])
			}
		})
	}
}

// contents describes a file, or all that a folder holds: mode, time and bytes.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		text, what := info.Mode().String(), []byte(nil)
		if info.Mode().IsRegular() {
			if what, err = os.ReadFile(name); err != nil {
				return err
			}
			if name != root {
				text += info.ModTime().UTC().String() // an archive's own is that of its making
			}
		}
		all[strings.TrimPrefix(name, root)] = fmt.Sprintf("%s %x", text, sha256.Sum256(what))
		return nil
	}))
	return all
}

// Control panels unpack a .zip with its modes.
func TestZipHoldsModes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "site.zip")
	pack(t, file, "--for", "apache")
	archive, err := zip.OpenReader(file)
	must(t, err)
	defer archive.Close()
	modes := map[string]string{}
	for _, f := range archive.File {
		modes[f.Name] = f.Mode().String()
	}
	for name, want := range map[string]string{
		"private/testsite/next/public_html/cgi-testsite/home.cgi": "-rwx--x--x", "private/testsite/install.sh": "-rw-------", "private/testsite/.env.example": "-rw-------",
		"private/testsite/": "drwx------", "private/testsite/next/": "drwx------", "private/testsite/MANIFEST.json": "-rw-------",
	} {
		if modes[name] != want {
			t.Errorf("%s has the mode %s, want %s", name, modes[name], want)
		}
	}
	for name := range modes { // to unpack it changes nothing of others, not even the mode of a folder
		if !strings.HasPrefix(name, "private/testsite/") || filepath.Base(name) == ".htaccess" && name != "private/testsite/.htaccess" {
			t.Errorf("the archive holds %s", name)
		}
	}
}

// A folder is written again in place: settings stay, stale programs go, and a
// folder of somebody else is refused.
func TestAFolderIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "site")
	pack(t, dir, "--for", "apache", "--target", "linux/amd64", "--target", "linux/386")
	settings := servers.Write(t, dir, "private/testsite/site.env", "SITE_TOKEN=x\n", 0o600)
	pack(t, dir, "--for", "apache")
	if _, err := os.Stat(settings); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "private/testsite/targets/linux-386/home.cgi")); err == nil {
		t.Error("a program of the earlier package is still there")
	}
	check := exec.CommandContext(t.Context(), "sha256sum", "--check", "--quiet", "private/testsite/SHA256SUMS")
	check.Dir = dir
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("the sums are not right: %v\n%s", err, out)
	}
	foreign := t.TempDir()
	servers.Write(t, foreign, "precious", "x", 0o600)
	if _, errs, code := cgigen(t, "-C", site(t), "package", "--for", "apache", "-o", foreign); code != 1 || !strings.Contains(errs, "is not empty") {
		t.Errorf("code %d: %s", code, errs)
	}
}

// The guestbook goes from a clone to answering with the three commands of
// docs/reference/packages.md, word for word.
func TestGuestbook(t *testing.T) {
	t.Parallel()
	dir := home(t)
	give(t, dir, nobody)
	fromClone(t, dir)
	s := servers.Apache(t, modules("cgid"), shared(filepath.Join(dir, "public_html"), healthy))
	address := "http://" + s.Addr(0)
	resp, err := http.PostForm(address+"/api/entries", url.Values{})
	must(t, err)
	resp.Body.Close()
	resp, err = http.Post(address+"/api/entries", "application/json", strings.NewReader(`{"name": "Ada", "message": "Hello from suEXEC"}`))
	must(t, err)
	resp.Body.Close()
	resp, err = http.Get(address + "/")
	must(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != 200 || !strings.Contains(string(page), "Hello from suEXEC") {
		t.Errorf("got %d %s", resp.StatusCode, page)
	}
	info, err := os.Stat(filepath.Join(dir, "private/guestbook/guestbook/guestbook.db"))
	must(t, err)
	if info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the database: %v", info.Mode())
	}
	same(t, "the doctor in the folder", ask(t, dir), nil)
	same(t, "the doctor at the URL", ask(t, "--manifest", filepath.Join(siteFolder(t, dir), "MANIFEST.json"), address+"/"), nil)
	noFiles(t, s.Addr(0), dir, "public_html")
}

// The image is opened and run by tools of others.
func TestContainer(t *testing.T) {
	t.Parallel()
	needRoot(t)
	for _, tool := range []string{"skopeo", "umoci", "runc"} {
		servers.Need(t, tool)
	}
	dir := filepath.Join(t.TempDir(), "site")
	pack(t, dir, "--for", "container")
	inspect, err := exec.CommandContext(t.Context(), "skopeo", "inspect", "--config", "oci:"+dir+"/image:testsite").Output()
	must(t, err)
	var image struct {
		Architecture, OS string
		Config           struct {
			User         string
			Entrypoint   []string
			Env          []string
			ExposedPorts map[string]struct{}
			WorkingDir   string
		}
	}
	must(t, json.Unmarshal(inspect, &image))
	if got, want := fmt.Sprint(image), "{amd64 linux {65532:65532 [/testsite] [PORT=8080 CGIGEN_FINISH_TIMEOUT=6s CGIGEN_STOP_TIMEOUT=2s] map[8080/tcp:{}] /}}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	bundle := filepath.Join(t.TempDir(), "bundle")
	if out, err := exec.CommandContext(t.Context(), "umoci", "unpack", "--image", dir+"/image:testsite", bundle).CombinedOutput(); err != nil {
		t.Fatalf("umoci: %v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(bundle, "rootfs/etc/ssl/certs/ca-certificates.crt")); err == nil {
		t.Error("certificates lie in the image of a site that asks nobody")
	}
	addr := servers.Address(t)
	contain(t, bundle, addr)
	callAll(t, place{addr: addr, http: true})
}

// otherPort returns the environment that the image has, with another port: it runs in the network of the machine.
func otherPort(t *testing.T, env []any, port string) []any {
	t.Helper()
	i := slices.Index(env, any("PORT=8080"))
	if i < 0 {
		t.Fatalf("the image does not say its port: %q", env)
	}
	env[i] = "PORT=" + port
	return env
}

// contain runs a bundle in the machine's network until the test ends.
func contain(t *testing.T, bundle, addr string) {
	t.Helper()
	file := filepath.Join(bundle, "config.json")
	text, err := os.ReadFile(file)
	must(t, err)
	var config map[string]any
	must(t, json.Unmarshal(text, &config))
	_, port, err := net.SplitHostPort(addr)
	must(t, err)
	process, linux := config["process"].(map[string]any), config["linux"].(map[string]any)
	process["terminal"] = false
	process["env"] = append(otherPort(t, process["env"].([]any), port), "SITE_TOKEN="+secret)
	linux["namespaces"] = slices.DeleteFunc(linux["namespaces"].([]any), func(n any) bool {
		kind := n.(map[string]any)["type"]
		return kind == "network" || kind == "user" || kind == "cgroup"
	})
	text, err = json.Marshal(config)
	must(t, err)
	must(t, os.WriteFile(file, text, 0o600))
	id := fmt.Sprintf("cgigen-%d", os.Getpid())
	var out bytes.Buffer
	cmd := exec.Command("runc", "run", "--bundle", bundle, id)
	cmd.Stdout, cmd.Stderr = &out, &out
	must(t, cmd.Start())
	t.Cleanup(func() {
		exec.Command("runc", "kill", id, "TERM").Run()
		timer := time.AfterFunc(15*time.Second, func() { exec.Command("runc", "kill", id, "KILL").Run() })
		cmd.Wait()
		timer.Stop()
		if t.Failed() {
			t.Log(out.String())
		}
	})
	deadline := time.Now().Add(20 * time.Second)
	for {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the container does not answer: %v\n%s", err, out.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
}
