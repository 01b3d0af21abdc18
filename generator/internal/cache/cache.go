// Package cache remembers what a run without mistakes has found, so that an unchanged tree
// need not be loaded again.
//
//	entry := cache.Open(ctx, folder, command, options…) // nil: such a run is not remembered
//	run := entry.Recall(ctx)                            // nil: something has changed
//
// Read cache.go, then state.go: by which files "changed" is decided.
package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/emit"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// An Entry remembers what the last run with the same options found, so that an
// unchanged tree need not be loaded again. What the result depends on is
//
//   - the options, this program, the go command and its settings: the key;
//   - the files of the main modules, of folders that replace modules, and of
//     vendor folders: the state, by content;
//   - the standard library and the module cache, which do not change (the go
//     command relies on that as well);
//   - what lies in the way of the programs: compared anew in every run.
//
// A run that depends on anything else is not remembered: one with cgo, whose
// types may come from headers anywhere, with an overlay, or with a go command
// that is being developed.
type Entry struct {
	file string // of this key
	work string // the go.work file, if any
}

// A Run is what the cache has of a run without mistakes.
type Run struct {
	Roots    []string // folders whose files are the state
	State    string
	Modules  []*gocmd.Module
	Module   int // index in Modules
	Sites    []*site.Site
	Outputs  []string
	Live     []string // folders of all programs of the sites
	Model    *model.Model
	Emitted  []emit.File
	Warnings diag.List
}

// keptFor is how long an entry stays that is not written anew.
const keptFor = 30 * 24 * time.Hour

// Open finds the entry for the options in a folder; nil if such a run is
// not remembered, or there is no folder.
func Open(ctx context.Context, folder string, c gocmd.Command, options ...any) *Entry {
	if folder == "" {
		return nil
	}
	program := make(chan string, 1)
	go func() { program <- programHash() }()
	settings, ok := goSettings(ctx, c)
	self := <-program
	if !ok || self == "" {
		return nil
	}
	key, err := json.Marshal(append([]any{self, settings, goVariables(c), c.Dir, c.Tags}, options...))
	if err != nil {
		return nil
	}
	return &Entry{filepath.Join(folder, "plan", hash(key)+".json"), settings["GOWORK"]}
}

// goSettings returns everything that the go command is set up with, from the
// environment, its own file and its defaults.
func goSettings(ctx context.Context, c gocmd.Command) (settings map[string]string, ok bool) {
	out, err := c.Run(ctx, "env", "-json", "GOVERSION", "GOROOT", "GOOS", "GOARCH", "GO386", "GOAMD64", "GOARM", "GOARM64",
		"GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM", "GOFIPS140", "CGO_ENABLED", "GOEXPERIMENT", "GOFLAGS", "GOMOD",
		"GOWORK", "GO111MODULE", "GOMODCACHE", "GOTOOLCHAIN", "GOTOOLDIR")
	if err != nil || json.Unmarshal(out, &settings) != nil {
		return nil, false
	}
	flags := settings["GOFLAGS"]
	if strings.HasPrefix(settings["GOVERSION"], "devel") || strings.Contains(flags, "-overlay") || strings.Contains(flags, "-modfile") {
		return nil, false
	}
	return settings, true
}

// goVariables returns what the environment says to Go, such as GODEBUG: more than
// has an effect, but nothing that has one is left out.
func goVariables(c gocmd.Command) []string {
	return slices.DeleteFunc(c.Environ(), func(entry string) bool { return !strings.HasPrefix(entry, "GO") })
}

// programHash identifies this program by its content: a version does not tell
// two builds of a checkout apart. It returns "" if it cannot be read.
func programHash() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	content, err := os.ReadFile(self)
	if err != nil {
		return ""
	}
	return hash(content)
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// Recall returns the last run if nothing has changed since, or nil.
func (c *Entry) Recall(ctx context.Context) *Run {
	if c == nil {
		return nil
	}
	content, err := os.ReadFile(c.file)
	if err != nil {
		return nil
	}
	var last Run
	if json.Unmarshal(content, &last) != nil || last.Model == nil || len(last.Sites) == 0 || last.Module >= len(last.Modules) {
		return nil
	}
	if state, ok := stateOf(ctx, last.Roots); !ok || state != last.State {
		return nil
	}
	return &last
}

// A state is that of the files that a run depends on, at one time.
type state struct {
	roots []string // folders
	sum   string   // "" if it is not known
}

// StateOf returns the state of the files of modules.
func (c *Entry) StateOf(ctx context.Context, modules []*gocmd.Module) state {
	if c == nil {
		return state{}
	}
	roots, err := cacheRoots(modules, c.work)
	if err != nil {
		return state{}
	}
	sum, _ := stateOf(ctx, roots)
	return state{roots, sum}
}

// RememberIf remembers a run unless a file has changed since: it may or may not
// have been seen.
func (c *Entry) RememberIf(ctx context.Context, before state, run Run) {
	if before.sum == "" {
		return
	}
	if after, ok := stateOf(ctx, before.roots); ok && after == before.sum {
		run.Roots, run.State = before.roots, before.sum
		c.remember(run)
	}
}

// remember writes the entry, and removes old ones. It does not report a
// cache that cannot be written.
func (c *Entry) remember(run Run) {
	content, err := json.Marshal(run)
	if err != nil || os.MkdirAll(filepath.Dir(c.file), 0o777) != nil {
		return
	}
	temporary := fmt.Sprintf("%s.%d", c.file, os.Getpid())
	if os.WriteFile(temporary, content, 0o666) != nil || os.Rename(temporary, c.file) != nil {
		_ = os.Remove(temporary)
	}
	entries, _ := os.ReadDir(filepath.Dir(c.file))
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > keptFor {
			_ = os.Remove(filepath.Join(filepath.Dir(c.file), entry.Name()))
		}
	}
}

// cacheRoots returns the folders that packages may come from, besides the
// standard library and the module cache.
func cacheRoots(modules []*gocmd.Module, workFile string) ([]string, error) {
	var roots []string
	add := func(base string, replaces []*modfile.Replace) {
		for _, r := range replaces {
			if r.New.Version != "" {
				continue
			}
			dir := filepath.FromSlash(r.New.Path)
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(base, dir)
			}
			roots = append(roots, dir)
		}
	}
	for _, m := range modules {
		content, err := os.ReadFile(m.GoMod)
		if err != nil {
			return nil, err
		}
		file, err := modfile.Parse(m.GoMod, content, nil)
		if err != nil {
			return nil, err
		}
		roots = append(roots, m.Dir)
		add(filepath.Dir(m.GoMod), file.Replace)
	}
	if workFile != "" && workFile != "off" {
		content, err := os.ReadFile(workFile)
		if err != nil {
			return nil, err
		}
		file, err := modfile.ParseWork(workFile, content, nil)
		if err != nil {
			return nil, err
		}
		roots = append(roots, workFile, workFile+".sum", filepath.Join(filepath.Dir(workFile), "vendor"))
		add(filepath.Dir(workFile), file.Replace)
	}
	slices.Sort(roots)
	return slices.Compact(roots), nil
}

// errNotRemembered says that files depend on what is not among them.
var errNotRemembered = errors.New("not remembered")
