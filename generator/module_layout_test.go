package generator

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// wantSound compiles what has been generated.
func wantSound(t *testing.T, dir string, env []string) {
	t.Helper()
	vet := exec.Command("go", "vet", "./...")
	vet.Dir, vet.Env = dir, env
	if output, err := vet.CombinedOutput(); err != nil {
		t.Errorf("go vet of the programs: %v\n%s", err, output)
	}
}

// A vanity path with a major version, folders that are called otherwise than
// their packages, packages that are called like ours, and two of one name.
func TestImportPathsAndNamesOfAllKinds(t *testing.T) {
	t.Parallel()
	page := func(name, pattern string) string {
		return "package " + name + "\n\nimport \"net/http\"\n\n//cgigen:handler GET " + pattern + " binary=all\nfunc New() http.Handler { return http.NotFoundHandler() }\n"
	}
	dir := newModule(t, "-- go.mod --\nmodule go.shop.example/v2\n\ngo 1.26.0\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => $REPOSITORY\n"+
		"-- go-users.v1/x.go --\n"+page("users", "/a")+"-- main2/x.go --\n"+page("main2", "/b")+"-- http/x.go --\n"+page("http", "/c")+
		"-- a/page/x.go --\n"+page("page", "/d")+"-- b/page/x.go --\n"+page("page", "/e")+"-- page.go --\n"+page("shop", "/f"))
	wantChanges(t, generate(t, Options{Dir: dir}), "created cgi-bin/all/main.go")
	wantSound(t, dir, goEnv())
}

func TestModuleModeMod(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list)
	env := append(goEnv(), "GOFLAGS=-mod=mod")
	wantChanges(t, generate(t, Options{Dir: dir, Env: env}), "created cgi-bin/list/main.go")
	wantSound(t, dir, env)
}

// The programs of a system stay when cgigen runs on another one.
func TestSeveralSystemsTakeTurns(t *testing.T) {
	t.Parallel()
	handler := func(name string) string {
		return "package users\n\nimport \"net/http\"\n\n//cgigen:handler GET /" + name + "\nfunc " + name + "(w http.ResponseWriter, r *http.Request) {}\n"
	}
	dir := newModule(t, "-- users/all.go --\n"+handler("All")+"-- users/w_windows.go --\n"+handler("W")+"-- users/d_darwin.go --\n"+handler("D"))
	on := func(system string) []string { return append(goEnv(), "GOOS="+system, "CGO_ENABLED=0") }
	wantChanges(t, generate(t, Options{Dir: dir, Env: on("linux")}), "created cgi-bin/all/main.go")
	wantChanges(t, generate(t, Options{Dir: dir, Env: on("windows")}), "created cgi-bin/w/main.go")
	wantChanges(t, generate(t, Options{Dir: dir, Env: on("darwin")}), "created cgi-bin/d/main.go")
	wantChanges(t, generate(t, Options{Dir: dir, Env: on("linux")}))
	for _, system := range []string{"linux", "windows"} {
		wantSound(t, dir, on(system))
	}
}

// A package may use cgo beside a variant without it; the program is the same.
func TestPackagesWithCgo(t *testing.T) {
	t.Parallel()
	variant := func(head string) string {
		return head + "import \"net/http\"\n\n//cgigen:handler GET /n\nfunc NewN() http.Handler { return http.NotFoundHandler() }\n"
	}
	dir := newModule(t, "-- n/cgo.go --\n"+variant("package n\n\n// int one(void) { return 1; }\nimport \"C\"\n")+"-- n/pure.go --\n"+variant("//go:build !cgo\n\npackage n\n\n"))
	without := append(goEnv(), "CGO_ENABLED=0")
	wantChanges(t, generate(t, Options{Dir: dir, Env: without}), "created cgi-bin/n/main.go")
	wantSound(t, dir, without)
	if _, err := exec.LookPath("gcc"); err == nil {
		wantChanges(t, generate(t, Options{Dir: dir, Env: append(goEnv(), "CGO_ENABLED=1")}))
	}
}

// go generate runs a command in the folder of the file that names it.
func TestFromAnyFolderOfTheModule(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list+"-- users/deep/x.go --\npackage deep\n")
	wantChanges(t, generate(t, Options{Dir: filepath.Join(dir, "users")}), "created ../cgi-bin/list/main.go")
	wantChanges(t, generate(t, Options{Dir: filepath.Join(dir, "users", "deep"), Patterns: []string{"../..."}}))
	wantChanges(t, generate(t, Options{Dir: filepath.Join(dir, "users", "deep"), Patterns: []string{"example.com/shop/..."}}))
	wantChanges(t, generate(t, Options{Dir: filepath.Join(dir, "cgi-bin", "list"), Patterns: []string{"../../..."}}))
}

// A module within a module is a site of its own, outside of a workspace, too:
// neither sees the other's handlers or removes its programs.
func TestNestedModulesAreSitesOfTheirOwn(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list+
		"-- admin/go.mod --\nmodule example.com/shop/admin\n\ngo 1.26.0\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => $REPOSITORY\n"+
		"-- admin/pages/pages.go --\n"+strings.ReplaceAll(list, "List(", "Pages("))
	admin := filepath.Join(dir, "admin")
	wantChanges(t, generate(t, Options{Dir: dir}), "created cgi-bin/list/main.go")
	wantChanges(t, generate(t, Options{Dir: admin}), "created cgi-bin/pages/main.go")
	wantChanges(t, generate(t, Options{Dir: dir}))
	wantChanges(t, generate(t, Options{Dir: filepath.Join(admin, "pages")}))
	wantSound(t, dir, goEnv())
	wantSound(t, admin, goEnv())
}

// A framework in the module cache, which is read-only, brings a provider, also
// offline.
func TestProvidersFromTheModuleCache(t *testing.T) {
	t.Parallel()
	proxy, modules := t.TempDir(), t.TempDir()
	serveModule(t, proxy, "example.com/framework", "v1.0.0", "package framework\n\ntype Clock struct{}\n\n//cgigen:provide\nfunc NewClock() *Clock { return nil }\n")
	slash := "/"
	if runtime.GOOS != "windows" {
		slash = ""
	}
	env := append(goEnv(), "GOMODCACHE="+modules, "GOPROXY=file://"+slash+filepath.ToSlash(proxy), "GONOSUMDB=*", "GOFLAGS=-mod=mod")
	t.Cleanup(func() {
		clean := exec.Command("go", "clean", "-modcache")
		clean.Env = env
		_ = clean.Run() // the folder is read-only, so that only the go command can remove it
	})
	dir := newModule(t, "-- go.mod --\nmodule example.com/shop\n\ngo 1.26.0\n\nrequire (\n\texample.com/framework v1.0.0\n\tgithub.com/cgigen/cgigen v0.0.0\n)\n\nreplace github.com/cgigen/cgigen => $REPOSITORY\n"+
		"-- users/users.go --\npackage users\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/framework\"\n)\n\n//cgigen:handler GET /\nfunc NewHome(c *framework.Clock) http.Handler { return http.NotFoundHandler() }\n")
	wantChanges(t, generate(t, Options{Dir: dir, Env: env}), "created cgi-bin/home/main.go")
	offline := append(env, "GOPROXY=off", "GOFLAGS=-mod=readonly")
	wantChanges(t, generate(t, Options{Dir: dir, Env: offline}))
	wantSound(t, dir, offline)
	if info, err := os.Stat(filepath.Join(modules, "example.com", "framework@v1.0.0")); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o200 != 0 {
		t.Errorf("the module cache is not read-only: %v, %v", info, err)
	}
}

// serveModule writes a module of one file as a proxy has it, see go help goproxy.
func serveModule(t *testing.T, proxy, path, version, source string) {
	t.Helper()
	gomod := "module " + path + "\n\ngo 1.26.0\n"
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for name, content := range map[string]string{"go.mod": gomod, "x.go": source} {
		file, err := w.Create(path + "@" + version + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(proxy, filepath.FromSlash(path), "@v", version)
	writeFile(t, base+".zip", archive.Bytes())
	writeFile(t, base+".mod", []byte(gomod))
	writeFile(t, base+".info", []byte(`{"Version":"`+version+`"}`))
	writeFile(t, filepath.Join(filepath.Dir(base), "list"), []byte(version+"\n"))
}

// Folders with characters that patterns, URLs and shells know.
func TestFoldersWithUnusualNames(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "my site [1] #é")
	for name, content := range snapshot(t, newModule(t, "-- users/users.go --\n"+list)) {
		writeFile(t, filepath.Join(dir, name), []byte(content))
	}
	wantChanges(t, generate(t, Options{Dir: dir}), "created cgi-bin/list/main.go")
	wantChanges(t, generate(t, Options{Dir: dir}))
}
