package builder

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Target is an operating system and an architecture, as Go names them.
type Target struct{ OS, Arch string }

// ParseTarget reads "os/arch". That the compiler knows the two is checked by
// Targets.
func ParseTarget(text string) (Target, error) {
	system, arch, ok := strings.Cut(text, "/")
	if !ok || system == "" || arch == "" || strings.Contains(arch, "/") {
		return Target{}, fmt.Errorf("target %q is not of the form os/arch, as in linux/amd64", text)
	}
	return Target{system, arch}, nil
}

// DefaultTarget is what the go command builds for if it is not told: the
// machine it runs on, or what GOOS and GOARCH say.
func DefaultTarget(ctx context.Context) (Target, error) {
	out, err := command(ctx, "env", "GOOS", "GOARCH").Output()
	if err != nil {
		return Target{}, fmt.Errorf("asking the go command for its target: %w", err)
	}
	words := strings.Fields(string(out))
	if len(words) != 2 {
		return Target{}, fmt.Errorf("asking the go command for its target: unexpected answer %q", out)
	}
	return Target{words[0], words[1]}, nil
}

// Targets lists what programs can be built for, as "os/arch": what the installed
// compiler knows of the systems that the runtime supports.
func Targets(ctx context.Context) ([]string, error) {
	out, err := command(ctx, "tool", "dist", "list").Output()
	if err != nil {
		return nil, fmt.Errorf("listing the targets of the go command: %w", err)
	}
	return slices.DeleteFunc(strings.Fields(string(out)), func(text string) bool {
		system, _, _ := strings.Cut(text, "/")
		return !slices.Contains(systems(), system)
	}), nil
}

// systems are those that the runtime compiles for, which a test sees to.
func systems() []string {
	return []string{"darwin", "dragonfly", "freebsd", "linux", "netbsd", "openbsd", "wasip1", "windows"}
}

func (t Target) String() string { return t.OS + "/" + t.Arch }

// Folder is the target as the name of a folder.
func (t Target) Folder() string { return t.OS + "-" + t.Arch }

// Env is the target as variables of the go command. Programs never use cgo:
// they have to run on hosts whose libraries are unknown.
func (t Target) Env() []string {
	return []string{"CGO_ENABLED=0", "GOOS=" + t.OS, "GOARCH=" + t.Arch}
}

// suffix is what web servers expect at the end of a program's file name:
// hosts map .cgi; Windows runs nothing but .exe.
func (t Target) suffix() string {
	switch t.OS {
	case "windows":
		return ".exe"
	case "wasip1", "js":
		return ".wasm"
	}
	return ".cgi"
}
