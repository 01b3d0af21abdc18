//go:build unix

package hosts_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// fromClone runs the first commands of docs/reference/packages.md as they stand there. git
// takes this tree for the repository; scp and ssh lead to a home folder on this
// machine, as the user nobody.
func fromClone(t *testing.T, home string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", "..", ".."))
	must(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "reference", "packages.md"))
	must(t, err)
	_, commands, found := strings.Cut(string(text), "```sh\n")
	commands, _, closed := strings.Cut(commands, "```\n")
	if !found || !closed || strings.Count(commands, "\n") != 3 {
		t.Fatalf("docs/reference/packages.md does not begin with three commands:\n%s", commands)
	}
	tools, work := t.TempDir(), t.TempDir()
	asNobody := "cd " + home + " && exec setpriv --reuid=65534 --regid=65534 --clear-groups "
	servers.Write(t, tools, "scp", "#!/bin/sh\ntest \"$2\" = alice@host.example: && exec <\"$1\" && "+asNobody+"tee \"$(basename \"$1\")\" >/dev/null\n", 0o755)
	servers.Write(t, tools, "ssh", "#!/bin/sh\ntest \"$1\" = alice@host.example && shift && "+asNobody+"sh -c \"$*\"\n", 0o755)
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", commands)
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "PATH="+tools+":"+os.Getenv("PATH"), "XDG_CACHE_HOME="+t.TempDir(), "CGIGEN_CACHE=off",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+repository(t, root)+".insteadOf", "GIT_CONFIG_VALUE_0=https://github.com/cgigen/cgigen")
	cmd.Env = append(cmd.Env, goCache(t)...)
	packing.Lock()
	defer packing.Unlock()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the commands of docs/reference/packages.md: %v\n%s\n%s", err, commands, out)
	}
}

// repository makes one of the files of this tree, as they are now.
func repository(t *testing.T, root string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "origin")
	must(t, filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		switch {
		case err != nil:
			return err
		case entry.Name() == ".git" && entry.IsDir():
			return filepath.SkipDir
		case entry.Name() == ".git": // in a worktree it is a file, by which git would write into the real repository
			return nil
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(dir, rel), 0o755)
		case !entry.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, rel), text, 0o644)
	}))
	for _, args := range []string{"init -q", "add .", "-c user.name=test -c user.email=test@suite.test commit -qm all"} {
		git := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, strings.Fields(args)...)...)
		git.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null")
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatal(fmt.Errorf("git %s: %w\n%s", args, err, out))
		}
	}
	return dir
}
