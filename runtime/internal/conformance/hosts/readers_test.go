//go:build unix

package hosts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// What cgigen writes is read here by programs of others, from a site with awkward
// texts. The configuration of web servers is read, and answered by, in
// TestAwkwardTextsReachTheirRoutes; that of systemd in TestSystemdUnits.

// read runs a program, which may write nothing to standard error.
func read(t *testing.T, input []byte, program string, args ...string) string {
	t.Helper()
	return readWith(t, input, servers.Need(t, program), args...)
}

func readWith(t *testing.T, input []byte, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader(input)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Errorf("%s %q: %v\n%s", program, args, err, errs.String())
	}
	return out.String()
}

// systemPython is the one that has the modules of the system's packages.
const systemPython = "/usr/bin/python3"

// python runs a script of testdata/readers.
func python(t *testing.T, input []byte, script string, args ...string) string {
	t.Helper()
	if exec.CommandContext(t.Context(), systemPython, "-c", "import jsonschema").Run() != nil {
		servers.Need(t, "python3 with jsonschema (python3-jsonschema)")
	}
	return readWith(t, input, systemPython, append([]string{filepath.Join("testdata", "readers", script)}, args...)...)
}

// elements returns the text of each HTML element of the names.
func elements(t *testing.T, page []byte, names ...string) []string {
	t.Helper()
	var list []string
	for line := range strings.Lines(python(t, page, "elements.py", names...)) {
		var text string
		must(t, json.Unmarshal([]byte(line), &text))
		list = append(list, text)
	}
	return list
}

func TestArchivesAreReadByOthers(t *testing.T) {
	t.Parallel()
	module := awkwardSite(t, "awkward", awkwardPatterns())
	docroot := strings.Repeat("long-folder/", 12) + strings.Repeat("n", 120)
	for _, form := range []string{"site.tar.gz", "site.zip"} {
		t.Run(form, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), form)
			packModule(t, module, name, "--for", "apache", "--docroot", docroot)
			dir := t.TempDir()
			if form == "site.zip" {
				read(t, nil, "unzip", "-tqq", name)
				read(t, nil, "unzip", "-qq", "-d", dir, name)
			} else {
				read(t, nil, "tar", "-xzpf", name, "-C", dir)
			}
			manifest := readManifest(t, dir)
			runInstaller(t, dir, -1)
			listed := python(t, nil, "archive.py", name)
			for _, f := range manifest.Files {
				mode := strings.Replace(f.Mode, "0", "0o", 1)
				name := f.Path
				if !strings.HasPrefix(name, "private/testsite/") {
					name = "private/testsite/next/" + name
				}
				if want := fmt.Sprintf("%s %s %s\n", name, mode, f.SHA256); !strings.Contains(listed, want) {
					t.Errorf("there is no %s in\n%s", want, listed)
				}
				info, err := os.Stat(filepath.Join(dir, f.Path))
				must(t, err)
				if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != f.Mode {
					t.Errorf("%s has the mode %s, want %s", f.Path, got, f.Mode)
				}
			}
			sums := exec.CommandContext(t.Context(), servers.Need(t, "sha256sum"), "--check", "--quiet", "--strict", "private/testsite/SHA256SUMS")
			sums.Dir = dir
			if out, err := sums.CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("sha256sum: %v\n%s", err, out)
			}
		})
	}
}

type packageManifest struct {
	Routes []struct{ Pattern string }
	Files  []struct{ Path, Mode, SHA256 string }
}

func readManifest(t *testing.T, dir string) packageManifest {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "private/testsite/MANIFEST.json"))
	must(t, err)
	var m packageManifest
	must(t, json.Unmarshal(text, &m))
	return m
}

// The manifest keeps to its schema for every server, and holds the patterns as
// they are.
func TestManifestsKeepToTheirSchema(t *testing.T) {
	t.Parallel()
	patterns := awkwardPatterns()
	module := awkwardSite(t, "awkward", patterns)
	schema := filepath.Join("..", "..", "..", "..", "docs", "reference", "manifest.schema.json")
	for _, server := range [][]string{{"apache"}, {"apache", "--layout", "multicall"}, {"lighttpd"}, {"nginx", "--base", "/~alice/shop"}, {"caddy"}, {"container"}} {
		t.Run(strings.Join(server, " "), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "site")
			packModule(t, module, dir, append([]string{"--for"}, server...)...)
			python(t, nil, "schema.py", schema, filepath.Join(dir, "private/testsite/MANIFEST.json"))
			var got []string
			for _, r := range readManifest(t, dir).Routes {
				got = append(got, r.Pattern)
			}
			if !sameTexts(got, patterns) {
				t.Errorf("got the patterns %q\nwant %q", got, patterns)
			}
		})
	}
}

func sameTexts(got, want []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}

// Layers of the image are whole archives: GNU tar reads them to their end.
func TestLayersAreReadByTar(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "site")
	pack(t, dir, "--for", "container", "--target", "linux/amd64", "--target", "linux/arm64")
	blobs, err := filepath.Glob(filepath.Join(dir, "image/blobs/sha256/*"))
	must(t, err)
	layers := 0
	for _, blob := range blobs {
		text, err := os.ReadFile(blob)
		must(t, err)
		if !bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
			continue
		}
		layers++
		if got := read(t, text, "tar", "-tzf", "-"); got != "tmp/\ntestsite\n" {
			t.Errorf("the layer has %q", got)
		}
		plain := read(t, text, "gzip", "-dc")
		if end := strings.Repeat("\x00", 1024); !strings.HasSuffix(plain, end) {
			t.Error("the layer has no end") // two blocks of zeros (POSIX, pax Interchange Format)
		}
	}
	if layers != 2 {
		t.Errorf("there are %d layers", layers)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		out := filepath.Join(t.TempDir(), arch+".tar")
		read(t, nil, "skopeo", "--override-arch", arch, "copy", "--quiet", "oci:"+dir+"/image:testsite", "docker-archive:"+out)
		read(t, nil, "tar", "-tf", out)
	}
}

// INSTALL.md is Markdown with the commands in it whole, and its tables have cells
// for every column.
func TestInstallNotesAreReadAsMarkdown(t *testing.T) {
	t.Parallel()
	module := awkwardSite(t, "notes", []string{"GET /a;reboot/$(id)/`x`|'y'/{v}"})
	const address = "http://www.example.org/a%3Breboot/%24%28id%29/%60x%60%7C%27y%27/"
	for _, server := range []string{"apache", "nginx"} {
		t.Run(server, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "site")
			packModule(t, module, dir, "--for", server)
			text, err := os.ReadFile(filepath.Join(siteFolder(t, dir), "INSTALL.md"))
			must(t, err)
			page := []byte(read(t, text, "cmark-gfm", "--extension", "table"))
			if code := elements(t, page, "code"); !slices.ContainsFunc(code, func(c string) bool {
				return strings.HasSuffix(c, "curl -i "+address+"\n") || c == address || strings.Contains(c, "curl -i "+address+"\n")
			}) {
				t.Errorf("no code has %s:\n%q", address, code)
			}
			for _, script := range elements(t, page, "pre") {
				read(t, []byte(script), "bash", "-n")
			}
			rows, cells := strings.Count(string(page), "<tr>"), strings.Count(string(page), "<td>")+strings.Count(string(page), "<th>")
			if rows == 0 || cells < 2*rows || strings.Contains(string(page), "<td></td>") {
				t.Errorf("%d rows with %d cells:\n%s", rows, cells, page)
			}
		})
	}
}

// Shells read their completions; fish is asked for one as well.
func TestCompletionsAreReadByShells(t *testing.T) {
	t.Parallel()
	for shell, args := range map[string][]string{"bash": {"-n"}, "zsh": {"-n"}, "fish": {"--no-config", "--no-execute"}} {
		script, errs, code := cgigen(t, "completion", shell)
		if code != 0 || errs != "" || script == "" {
			t.Fatalf("completion %s: code %d\n%s", shell, code, errs)
		}
		file := servers.Write(t, t.TempDir(), "completion", script, 0o644)
		read(t, nil, shell, append(args, file)...)
	}
	name, err := tool()
	must(t, err)
	script, _, _ := cgigen(t, "completion", "fish")
	file := servers.Write(t, t.TempDir(), "cgigen.fish", script, 0o644)
	cmd := exec.CommandContext(t.Context(), servers.Need(t, "fish"), "--no-config", "-c", "source "+file+"; complete -C 'cgigen package --for '")
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(name)+":"+os.Getenv("PATH"), "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	must(t, err)
	if got := strings.Fields(string(out)); !slices.Equal(got, []string{"apache", "caddy", "container", "lighttpd", "nginx"}) {
		t.Errorf("fish completes %q", out)
	}
}

// Pictures are read by XML's and Graphviz's own programs, and show the patterns
// as they are.
func TestPicturesAreReadByOthers(t *testing.T) {
	t.Parallel()
	patterns := awkwardPatterns()
	module := awkwardSite(t, "awkward", patterns)
	for i := range 3 {
		program := fmt.Sprintf("p%d", i)
		var want []string
		for j := i; j < len(patterns); j += 3 {
			want = append(want, patterns[j])
		}
		for _, format := range []string{"svg", "dot"} {
			picture, errs, code := cgigen(t, "-C", module, "explain", "--format", format, program)
			if code != 0 {
				t.Fatalf("explain: code %d\n%s", code, errs)
			}
			if format == "dot" {
				picture = read(t, []byte(picture), "dot", "-Tsvg")
			}
			read(t, []byte(picture), "xmllint", "--noout", "--nonet", "-")
			shown := elements(t, []byte(picture), "text")
			for _, pattern := range want {
				if !slices.Contains(shown, pattern) {
					t.Errorf("%s of %s does not show %q:\n%q", format, program, pattern, shown)
				}
			}
		}
	}
}

// What is printed as JSON is JSON for another reader, and holds the patterns.
func TestJSONIsReadByOthers(t *testing.T) {
	t.Parallel()
	patterns := awkwardPatterns()
	module := awkwardSite(t, "awkward", patterns)
	for _, args := range [][]string{{"routes", "--json"}, {"explain", "--format", "json"}, {"check", "--json"}, {"vet", "--json"}, {"version", "--json"}} {
		out, errs, _ := cgigen(t, append([]string{"-C", module}, args...)...)
		if out == "" {
			t.Fatalf("%s prints nothing\n%s", args, errs)
		}
		normal := python(t, []byte(out), "normal.py")
		if args[0] != "routes" {
			continue
		}
		var routes []struct{ Pattern string }
		must(t, json.Unmarshal([]byte(normal), &routes))
		var got []string
		for _, r := range routes {
			got = append(got, r.Pattern)
		}
		if !sameTexts(got, patterns) {
			t.Errorf("got the patterns %q\nwant %q", got, patterns)
		}
	}
}

// The page of the local server shows every pattern to a reader of HTML, and leads
// nowhere else by them.
func TestThePageOfServeIsReadAsHTML(t *testing.T) {
	t.Parallel()
	patterns := awkwardPatterns()
	module := awkwardSite(t, "awkward", patterns)
	name, err := tool()
	must(t, err)
	addr := servers.Address(t)
	cmd := exec.Command(name, "-C", module, "serve", "--addr", addr)
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		timer := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		timer.Stop()
		if t.Failed() {
			t.Log(out.String())
		}
	})
	page := browse(t, "http://"+addr+"/no/such/page")
	cells := elements(t, page, "td")
	for _, pattern := range patterns {
		if !slices.Contains(cells, pattern) {
			t.Errorf("the page does not show %q:\n%q", pattern, cells)
		}
	}
}

// browse asks as a browser does, as soon as somebody answers.
func browse(t *testing.T, address string) []byte {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
		must(t, err)
		r.Header.Set("Accept", "text/html")
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil && time.Now().Before(deadline) {
			continue
		}
		must(t, err)
		defer resp.Body.Close()
		page, err := io.ReadAll(resp.Body)
		must(t, err)
		return page
	}
}
