//go:build unix

package hosts_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// ownersRules are those of a host with WordPress: what a control panel and a
// person have put there.
const ownersRules = `# Force HTTPS behind the proxy of the host.
RewriteEngine On
RewriteCond %{HTTP:X-Forwarded-Proto} =http
RewriteRule ^(.*)$ https://%{HTTP_HOST}/$1 [R=301,L]

# BEGIN WordPress
<IfModule mod_rewrite.c>
RewriteEngine On
RewriteBase /
RewriteRule ^index\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
</IfModule>
# END WordPress

# php -- BEGIN cPanel-generated handler, do not edit
<IfModule mime_module>
  AddHandler application/x-httpd-ea-php83 .php
</IfModule>
# php -- END cPanel-generated handler, do not edit`

const phpSource = "<?php /* the source of a page */ ?>\n"

// ownersSite makes the account of somebody who has a site: forty files with modes of
// his own, below a document root that is open to the server's group alone.
func ownersSite(t *testing.T, dir string) {
	t.Helper()
	docroot := filepath.Join(dir, "public_html")
	servers.Write(t, docroot, ".htaccess", ownersRules, 0o604)
	for i, name := range []string{"index.php", "wp-login.php", "wp-config.php", "wp-admin/index.php", "wp-includes/load.php", "shop/index.php"} {
		servers.Write(t, docroot, name, phpSource, []fs.FileMode{0o644, 0o604}[i%2])
	}
	for i := range 30 {
		servers.Write(t, docroot, fmt.Sprintf("wp-content/uploads/2024/%02d/picture.png", i), fmt.Sprintf("picture %d", i), []fs.FileMode{0o644, 0o604, 0o664}[i%3])
	}
	servers.Write(t, docroot, "robots.txt", "User-agent: *\n", 0o644)
	servers.Write(t, docroot, ".well-known/security.txt", "Contact: x\n", 0o644)
	servers.Write(t, dir, "private/notes.txt", "mine", 0o600)
	servers.Write(t, dir, "mail/inbox", "letter", 0o600)
	servers.Write(t, dir, "cgi-sys/php.cgi", "#!/bin/sh\nprintf 'Content-Type: text/html\\r\\n\\r\\nphp ran for %s' \"$PATH_INFO\"\n", 0o755)
	give(t, dir, nobody)
	group, err := strconv.Atoi(servers.WebUser(t).Gid)
	must(t, err)
	must(t, os.Lchown(docroot, nobody, group))
	must(t, os.Chmod(docroot, 0o750))
	must(t, os.Chmod(filepath.Join(docroot, "wp-content"), 0o711))
	must(t, os.Chmod(filepath.Join(dir, "private"), 0o710))
}

// inAccount runs a command as the owner of an account does, with a file as its
// input.
func inAccount(t *testing.T, dir, input string, words ...string) {
	t.Helper()
	file, err := os.Open(input)
	must(t, err)
	defer file.Close()
	cmd := exec.CommandContext(t.Context(), "setpriv", append([]string{"--reuid=65534", "--regid=65534", "--clear-groups"}, words...)...)
	cmd.Stdin, cmd.Dir = file, dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", words, err, out)
	}
}

// owners describes all files but those in folders of ours: mode, owner and bytes.
// Of an .htaccess it leaves our block out.
func owners(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		must(t, err)
		rel, _ := filepath.Rel(dir, name)
		if rel == "private/testsite" || filepath.Base(rel) == "cgi-testsite" {
			return filepath.SkipDir
		}
		info, err := entry.Info()
		must(t, err)
		st := info.Sys().(*syscall.Stat_t)
		all[rel] = fmt.Sprintf("%v %d:%d", info.Mode(), st.Uid, st.Gid)
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(name)
			must(t, err)
			before, rest, found := strings.Cut(string(text), "# BEGIN cgigen testsite\n")
			if _, after, closed := strings.Cut(rest, "# END cgigen testsite\n"); found && closed {
				text = []byte(before + after)
			}
			all[rel] += fmt.Sprintf(" %x", sha256.Sum256(text))
		}
		return nil
	}))
	return all
}

// unchanged compares what owners saw.
func unchanged(t *testing.T, step string, before, after map[string]string) {
	t.Helper()
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%s: %s was %s, and is %q", step, name, was, after[name])
		}
	}
	for name, is := range after {
		if _, there := before[name]; !there {
			t.Errorf("%s: %s is new: %s", step, name, is)
		}
	}
}

// hostWithPHP is a host whose panel chooses how PHP is run: without its block in
// .htaccess the source of every page would be sent.
func hostWithPHP(t *testing.T, dir string) *servers.Server {
	t.Helper()
	return servers.Apache(t, modules("cgid actions"), shared(filepath.Join(dir, "public_html"), "AllowOverride All")+
		fmt.Sprintf("DirectoryIndex index.php\nScriptAlias /cgi-sys/ %q\nAction application/x-httpd-ea-php83 /cgi-sys/php.cgi\n", filepath.Join(dir, "cgi-sys")+"/"))
}

// A site that is there is the same after ours was installed, brought up to date and
// removed, byte for byte and mode for mode, but for our block.
func TestAnOwnersSiteSurvives(t *testing.T) {
	t.Parallel()
	zipped := filepath.Join(t.TempDir(), "site.zip")
	pack(t, zipped, "--for", "apache")
	tarred := archive(t, "--for", "apache")
	unpackAndInstall := func(t *testing.T, dir, archive string, words ...string) {
		inAccount(t, dir, archive, words...)
		fillIn(t, siteFolder(t, dir))
		give(t, siteFolder(t, dir), nobody)
		runInstaller(t, dir, nobody)
	}
	for name, install := range map[string]func(t *testing.T, dir string){
		"tar and install.sh": func(t *testing.T, dir string) { unpackAndInstall(t, dir, tarred, "tar", "-xzpf", "-", "-C", dir) },
		"unzip and install.sh": func(t *testing.T, dir string) {
			upload := filepath.Join(dir, "upload.zip") // unzip reads no pipe
			text, err := os.ReadFile(zipped)
			must(t, err)
			must(t, os.WriteFile(upload, text, 0o644))
			unpackAndInstall(t, dir, zipped, "unzip", "-oq", upload, "-d", dir)
			must(t, os.Remove(upload))
		},
		"package -o DIR": func(t *testing.T, dir string) {
			pack(t, dir, "--for", "apache")
			fillIn(t, siteFolder(t, dir))
			give(t, siteFolder(t, dir), nobody)
			give(t, filepath.Join(dir, "public_html/cgi-testsite"), nobody)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := home(t)
			ownersSite(t, dir)
			before := owners(t, dir)
			s := hostWithPHP(t, dir)
			pages(t, s.Addr(0), false)
			for _, step := range []string{"installed", "updated"} {
				install(t, dir)
				unchanged(t, step, before, owners(t, dir))
				pages(t, s.Addr(0), true)
				for _, c := range calls() {
					if got, want := c.do(t, s.Addr(0), c.path), c.want("", c.path, true, false); c.program != "" && got != want {
						t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
					}
				}
				noFiles(t, s.Addr(0), filepath.Join(dir, "private"), "public_html")
				same(t, "the doctor in the folder", ask(t, dir), nil)
			}
			runInstaller(t, dir, nobody, "--remove")
			must(t, os.RemoveAll(filepath.Join(dir, "private/testsite")))
			unchanged(t, "removed", before, owners(t, dir))
			text, err := os.ReadFile(filepath.Join(dir, "public_html/.htaccess"))
			must(t, err)
			if string(text) != ownersRules {
				t.Errorf("the rules are now\n%s", text)
			}
			pages(t, s.Addr(0), false)
		})
	}
}

// pages asks for the owner's pages, and for one of ours.
func pages(t *testing.T, addr string, ours bool) {
	t.Helper()
	user := "php ran"
	if ours {
		user = "program user"
	}
	for path, want := range map[string]string{
		"/wp-login.php": "php ran", "/wp-admin/index.php": "php ran", "/wp-config.php": "php ran", "/": "php ran", "/hello-world/": "php ran", "/shop/index.php": "php ran",
		"/robots.txt": "User-agent", "/.well-known/security.txt": "Contact", "/wp-content/uploads/2024/03/picture.png": "picture 3", "/users/7": user,
	} {
		if ours && path == "/" {
			want = "program home"
		}
		resp, err := http.Get("http://" + addr + path)
		must(t, err)
		text, err := io.ReadAll(resp.Body)
		must(t, err)
		resp.Body.Close()
		if resp.StatusCode != 200 || !strings.HasPrefix(string(text), want) || strings.Contains(string(text), "<?php") {
			t.Errorf("%s: got %d %.60q, want %q", path, resp.StatusCode, text, want)
		}
	}
}

// Clients ask all the time while a site is brought up to date again and again: each
// gets the answer of a program.
func TestUpdatesAreNotSeen(t *testing.T) {
	t.Parallel()
	tarred, dir := archive(t, "--for", "apache"), home(t)
	upload(t, tarred, dir, nobody)
	s := servers.Apache(t, modules("cgid"), shared(filepath.Join(dir, "public_html"), healthy))
	done := make(chan struct{})
	var asked, failed atomic.Int64
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			path := []string{"/users/7", "/", "/users", "/files/a/b.txt"}[i%4]
			for {
				select {
				case <-done:
					return
				default:
				}
				asked.Add(1)
				resp, err := http.Get("http://" + s.Addr(0) + path)
				if err != nil {
					failed.Add(1)
					t.Log(err)
					continue
				}
				text, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || resp.StatusCode != 200 || !strings.HasPrefix(string(text), "program ") {
					failed.Add(1)
					t.Logf("%s: %d %.80q, %v", path, resp.StatusCode, text, err)
				}
			}
		})
	}
	stop := sync.OnceFunc(func() {
		close(done)
		clients.Wait()
	})
	defer stop()
	updates := 0
	for asked.Load() < 800 || updates < 5 {
		inAccount(t, dir, tarred, "tar", "-xzpf", "-", "-C", dir)
		runInstaller(t, dir, nobody)
		updates++
	}
	stop()
	t.Logf("%d updates, %d requests, %d failed", updates, asked.Load(), failed.Load())
	if failed.Load() > 0 {
		t.Errorf("%d of %d requests failed", failed.Load(), asked.Load())
	}
}

// What uploads and editors leave is never sent, wherever our rules are.
func TestLeftoversOfUploadsAreNotSent(t *testing.T) {
	t.Parallel()
	dir := home(t)
	upload(t, archive(t, "--for", "apache"), dir, nobody)
	must(t, os.CopyFS(filepath.Join(dir, "public_html/private"), os.DirFS(filepath.Join(dir, "private")))) // by mistake
	names := map[string]string{"site.env": "SITE_TOKEN=" + secret, "MANIFEST.json": `{"sha256": "x"}`, "home.cgi": "\x7fELF", "home.env": "SITE_TOKEN=" + secret, ".htaccess": "RewriteRule ^x$ -"}
	forms := []string{".in.%s.", ".%s.aB3dE9", "%s.new", "%s.tmp", "%s.bak", "%s~", ".%s.swp", "%s.old", ".%s.cgigen-new", "%s.part"}
	folders := []string{"public_html", "public_html/cgi-testsite", "public_html/private/testsite", "public_html/private"}
	for _, folder := range folders {
		for name, text := range names {
			for _, form := range forms {
				servers.Write(t, filepath.Join(dir, folder), fmt.Sprintf(form, name), text, 0o644)
			}
		}
	}
	must(t, filepath.WalkDir(filepath.Join(dir, "public_html/private"), func(name string, entry fs.DirEntry, err error) error {
		must(t, err)
		if entry.IsDir() {
			return os.Chmod(name, 0o755) // an upload that loses modes
		}
		return os.Chmod(name, 0o644)
	}))
	give(t, dir, nobody)
	s := servers.Apache(t, modules("cgid"), shared(filepath.Join(dir, "public_html"), healthy))
	for _, folder := range folders {
		for name := range names {
			for _, form := range append(forms, "%s") {
				if folder == "public_html" && form == "%s" {
					continue
				}
				noFile(t, s.Addr(0), strings.TrimPrefix(folder, "public_html")+"/"+fmt.Sprintf(form, name))
			}
		}
	}
	noFiles(t, s.Addr(0), dir, "public_html")
}
