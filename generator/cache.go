package generator

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
)

// A cache remembers what the last run with the same options found, so that an
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
type cache struct {
	file string // of this key
	work string // the go.work file, if any
}

// A remembered is what the cache has of a run without mistakes.
type remembered struct {
	Roots    []string // folders whose files are the state
	State    string
	Modules  []*module
	Module   int // index in Modules
	Sites    []*site
	Outputs  []string
	Live     []string // folders of all programs of the sites
	Model    *Model
	Emitted  []emitted
	Warnings Diagnostics
}

// keptFor is how long an entry stays that is not written anew.
const keptFor = 30 * 24 * time.Hour

// openCache finds the entry for the options; nil if such a run is not
// remembered.
func openCache(ctx context.Context, o Options) *cache {
	if o.Cache == "" {
		return nil
	}
	program := make(chan string, 1)
	go func() { program <- programHash() }()
	settings, ok := goSettings(ctx, o)
	self := <-program
	if !ok || self == "" {
		return nil
	}
	key, err := json.Marshal([]any{self, settings, goVariables(o), o.Dir, o.Patterns, o.Output, o.Gateways, o.Site, o.Tags})
	if err != nil {
		return nil
	}
	return &cache{filepath.Join(o.Cache, "plan", hash(key)+".json"), settings["GOWORK"]}
}

// goSettings gives everything that the go command is set up with, from the
// environment, its own file and its defaults.
func goSettings(ctx context.Context, o Options) (settings map[string]string, ok bool) {
	out, err := goCommand(ctx, o, "env", "-json", "GOVERSION", "GOROOT", "GOOS", "GOARCH", "GO386", "GOAMD64", "GOARM", "GOARM64",
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

// goVariables gives what the environment says to Go, such as GODEBUG: more than
// has an effect, but nothing that has one is left out.
func goVariables(o Options) []string {
	return slices.DeleteFunc(o.environ(), func(entry string) bool { return !strings.HasPrefix(entry, "GO") })
}

// programHash identifies this program by its content: a version does not tell
// two builds of a checkout apart. It gives "" if it cannot be read.
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

// recall gives the last run if nothing has changed since, or nil.
func (c *cache) recall(ctx context.Context) *remembered {
	content, err := os.ReadFile(c.file)
	if err != nil {
		return nil
	}
	var last remembered
	if json.Unmarshal(content, &last) != nil || last.Model == nil || last.Module >= len(last.Modules) {
		return nil
	}
	if state, ok := stateOf(ctx, last.Roots); !ok || state != last.State {
		return nil
	}
	return &last
}

// remember writes the entry, and removes old ones. A cache that cannot be
// written is no reason to complain.
func (c *cache) remember(run remembered) {
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

// cacheRoots gives the folders that packages may come from, besides the
// standard library and the module cache.
func cacheRoots(modules []*module, workFile string) ([]string, error) {
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
