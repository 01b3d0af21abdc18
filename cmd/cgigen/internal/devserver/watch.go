package devserver

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
	"github.com/cgigen/cgigen/generator"
)

// How long a change has to have been over before a build starts: editors
// write several files, and each of them in several steps.
const settleDelay = 60 * time.Millisecond

// watcher reports a change of a file that the programs are made from.
type watcher struct {
	changed chan string // a file that changed, when the changes are over
	dirty   func()      // called as soon as something changes
	log     *log
	root    string
	files   *fsnotify.Watcher
	done    chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	inputs  builder.Inputs
	ignored []string
	asking  bool            // the inputs of a build are being found out
	unsure  map[string]bool // files that changed meanwhile and could be among them
	failed  bool            // a folder could not be watched, and it has been said
}

// newWatcher watches the folder root and what lies below it. It is ended by stop.
func newWatcher(root string, dirty func(), l *log) (*watcher, error) {
	files, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching for changes: %w", err)
	}
	w := &watcher{
		changed: make(chan string, 1), dirty: dirty, log: l,
		root: root, files: files, done: make(chan struct{}),
	}
	w.addTree(root)
	go w.run()
	return w, nil
}

func (w *watcher) stop() {
	_ = w.files.Close() // it gives no error that matters at the end
	<-w.done
}

// run collects events until the watcher is closed.
func (w *watcher) run() {
	defer close(w.done)
	settled := time.NewTimer(0)
	<-settled.C
	defer settled.Stop()
	var last string
	for {
		select {
		case event, ok := <-w.files.Events:
			if !ok {
				return
			}
			if w.matters(event) {
				w.dirty()
				last = event.Name
				settled.Reset(settleDelay)
			}
		case err, ok := <-w.files.Errors:
			if ok {
				w.log.say("watching for changes: %v", err)
			}
		case <-settled.C:
			w.report(last)
		}
	}
}

// report hands on a change. If one is waiting there already, a build follows
// anyway.
func (w *watcher) report(name string) {
	if rel, err := filepath.Rel(w.root, name); err == nil && filepath.IsLocal(rel) {
		name = filepath.ToSlash(rel)
	}
	select {
	case w.changed <- name:
	default:
	}
}

// matters reports whether a build could come out differently after an event.
func (w *watcher) matters(event fsnotify.Event) bool {
	if event.Op == fsnotify.Chmod {
		return false
	}
	info, err := os.Lstat(event.Name)
	switch {
	case err != nil:
		return w.isInput(event.Name) || w.heldPackage(event.Name)
	case info.IsDir():
		// Files may have come into it before it was watched.
		return event.Has(fsnotify.Create) && !skip(event.Name) && w.addTree(event.Name)
	}
	return w.isInput(event.Name) && !isGenerated(event.Name)
}

// isInput reports whether builds look at a file of this name.
func (w *watcher) isInput(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, dir := range w.ignored {
		if isBelow(dir, name) {
			return false
		}
	}
	if isSource(name) || w.isEmbedded(name) {
		return true
	}
	if w.asking {
		w.unsure[name] = true
	}
	return false
}

func (w *watcher) isEmbedded(name string) bool {
	return slices.ContainsFunc(w.inputs.Embeds, func(e builder.Embed) bool { return e.Match(name) })
}

// heldPackage reports whether a folder that has gone held a package.
func (w *watcher) heldPackage(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.inputs.Dirs, func(dir string) bool { return isBelow(name, dir) })
}

// isBelow reports whether a path is dir or lies below it.
func isBelow(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// isSource reports whether the go command could look at a file of this name,
// or the generator: it finds misplaced directives in tests, too.
func isSource(name string) bool {
	base := filepath.Base(name)
	if generator.IsModuleFile(base) {
		return true
	}
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return false
	}
	switch filepath.Ext(base) {
	case ".go", ".s", ".h":
		return true
	}
	return false
}

// isGenerated recognises what cgigen itself has just written.
func isGenerated(name string) bool {
	content, err := os.ReadFile(name)
	return err == nil && generator.IsGenerated(content)
}

// ignore names folders whose changes do not matter.
func (w *watcher) ignore(dirs []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ignored = dirs
}

// ask tells that a build begins whose inputs follow will tell.
func (w *watcher) ask() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asking, w.unsure = true, map[string]bool{}
}

// follow watches what a build was made from, besides the tree below the root:
// folders of other modules, and embedded folders of any name. If something of
// it has changed since the build began, this is a change as any other.
func (w *watcher) follow(inputs builder.Inputs) {
	for _, dir := range inputs.Dirs {
		w.add(dir)
	}
	for _, embed := range inputs.Embeds {
		matches, _ := filepath.Glob(filepath.Join(embed.Dir, filepath.FromSlash(embed.Pattern)))
		for _, match := range matches {
			w.addEmbedded(match)
		}
	}
	w.mu.Lock()
	w.inputs, w.asking = inputs, false
	changed := slices.Sorted(maps.Keys(w.unsure))
	changed = slices.DeleteFunc(changed, func(name string) bool { return !w.isEmbedded(name) })
	w.mu.Unlock()
	if len(changed) > 0 {
		w.dirty()
		w.report(changed[0])
	}
}

// addEmbedded watches an embedded folder with all that is in it, or the folder
// of an embedded file.
func (w *watcher) addEmbedded(name string) {
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		w.add(filepath.Dir(name))
		return
	}
	_ = filepath.WalkDir(name, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			w.add(name)
		}
		return nil // a folder that cannot be read cannot be embedded either
	})
}

// addTree watches a folder and those below it, except for those in which the
// go command finds no packages. It reports whether there is any input in them.
func (w *watcher) addTree(dir string) (filled bool) {
	_ = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // a folder that has gone or is closed to us holds no source
		case !entry.IsDir():
			filled = filled || w.isInput(name) && !isGenerated(name)
		case name != dir && skip(name):
			return filepath.SkipDir
		default:
			w.add(name)
		}
		return nil
	})
	return filled
}

// skip reports whether a folder holds no source, or is edited by nobody.
func skip(dir string) bool {
	base := filepath.Base(dir)
	return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") ||
		base == "node_modules" || base == "vendor" || base == "testdata"
}

func (w *watcher) add(dir string) {
	err := w.files.Add(dir)
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fsnotify.ErrClosed) {
		return
	}
	w.mu.Lock()
	said := w.failed
	w.failed = true
	w.mu.Unlock()
	if !said {
		w.log.say("watching %s: %v; changes there are not noticed (on Linux, fs.inotify.max_user_watches may be too low)", dir, err)
	}
}
