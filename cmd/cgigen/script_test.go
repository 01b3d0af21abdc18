package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/gotooltest"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cgigen": main})
}

// TestScript runs the scripts of testdata/script with the real command. They
// see no network: the module cache of a script is empty unless it says
// "modcache", and the cgigen module is this checkout, $CGIGEN.
func TestScript(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	modules := goEnv(t, "GOMODCACHE")
	tool, err := exec.LookPath("cgigen") // testscript has put it there
	if err != nil {
		t.Fatal(err)
	}
	params := testscript.Params{
		Dir:                 filepath.Join(root, "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Values[servedKey{}] = new(*served)
			env.Setenv("CGIGEN", root)
			env.Setenv("CGIGENTOOL", tool)
			env.Setenv("TMPDIR", filepath.Join(env.WorkDir, ".tmp"))
			env.Setenv("MODULES", modules)
			env.Setenv("GOPROXY", "off")
			env.Setenv("GOFLAGS", "-mod=readonly")
			env.Setenv("GOTOOLCHAIN", "local")
			env.Setenv("GOWORK", "")
			env.Setenv("CGIGEN_CACHE", "off")
			if dir := os.Getenv("TEST_COVERDIR"); dir != "" { // of make cover
				env.Setenv("GOCOVERDIR", dir)
			}
			return os.MkdirAll(filepath.Join(env.WorkDir, ".tmp"), 0o777)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"module":    cmdModule,
			"exits":     cmdExits,
			"mtime":     cmdMtime,
			"serve":     cmdServe,
			"log":       cmdLog,
			"get":       cmdGet,
			"conflict":  cmdConflict,
			"post":      cmdPost,
			"stopserve": cmdStopServe,
			"recipe":    cmdRecipe,
			"hook":      cmdHook,
		},
	}
	if err := gotooltest.Setup(&params); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, params)
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatalf("go env %s: %v", name, err)
	}
	return strings.TrimSpace(string(out))
}

// cmdModule writes the go.mod of a module that requires this checkout:
//
//	module example.com/shop [dir]
func cmdModule(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: module path [dir]")
	}
	dir := "."
	if len(args) == 2 {
		dir = args[1]
	}
	text := "module " + args[0] + "\n\ngo 1.26.0\n\nrequire github.com/cgigen/cgigen v0.0.0\n\n" +
		"replace github.com/cgigen/cgigen => " + filepath.ToSlash(ts.Getenv("CGIGEN")) + "\n"
	ts.Check(os.MkdirAll(ts.MkAbs(dir), 0o777))
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(dir), "go.mod"), []byte(text), 0o666))
}

// cmdExits runs a command that has to end with an exit code:
//
//	exits 2 cgigen nonsense
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command [args]")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}
		code = exit.ExitCode()
	}
	if want := args[0]; strconv.Itoa(code) != want {
		ts.Fatalf("%s exited with %d, want %s", args[1], code, want)
	}
}

// cmdMtime remembers when files were changed, or compares it with what was
// remembered: a file that was written again with the same content is seen.
//
//	mtime keep files...
//	mtime same files...
func cmdMtime(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || args[0] != "keep" && args[0] != "same" {
		ts.Fatalf("usage: mtime keep|same files...")
	}
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		key, now := "MTIME_"+name, info.ModTime().String()
		if args[0] == "keep" {
			ts.Setenv(key, now)
		} else if before := ts.Getenv(key); before != now {
			ts.Fatalf("%s was changed at %s; before, it was %s", name, now, before)
		}
	}
}
