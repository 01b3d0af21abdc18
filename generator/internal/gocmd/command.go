package gocmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// A Command is how the go command is called.
type Command struct {
	Dir  string   // absolute working directory
	Env  []string // nil is the process's own
	Tags string   // as for -tags
}

// Run runs the go command and returns its standard output. What the command
// writes to standard error becomes the error.
func (c Command) Run(ctx context.Context, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.Dir, &stdout, &stderr
	cmd.Env = append(c.Environ(), "PWD="+c.Dir) // the go command gives folders by this name
	if err := cmd.Run(); err != nil {
		if said := strings.TrimSpace(stderr.String()); said != "" {
			return nil, errors.New(said)
		}
		return nil, fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return stdout.Bytes(), nil
}

func (c Command) Environ() []string {
	if c.Env == nil {
		return os.Environ()
	}
	return slices.Clone(c.Env)
}

// BuildFlags are those of every go command that looks at packages. Positions
// in export data are file names only without -trimpath.
func (c Command) BuildFlags() []string {
	flags := []string{"-trimpath=false"}
	if c.Tags != "" {
		flags = append(flags, "-tags="+c.Tags)
	}
	return flags
}

// MendsModule reports whether the user lets every go command change go.mod, which
// then does what it needs when it builds, and not before.
func (c Command) MendsModule() bool {
	return slices.ContainsFunc(c.Environ(), func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		return name == "GOFLAGS" && slices.Contains(strings.Fields(value), "-mod=mod")
	})
}
