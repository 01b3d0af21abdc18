package generator

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A golden file is a module and, below want/, what comes of it: the errors,
// the warnings and the programs. Lines "key: value" of its comment are options.
const goldenFiles = "testdata/golden/*.txtar"

func TestGolden(t *testing.T) {
	var seen catalogue
	t.Run("case", func(t *testing.T) {
		for _, file := range goldens(t) {
			t.Run(caseName(file), func(t *testing.T) {
				t.Parallel()
				testGolden(t, file, &seen)
			})
		}
	})
	if !t.Failed() && !filtered() {
		seen.compare(t)
	}
}

// filtered tells whether -run has left out subtests.
func filtered() bool {
	return strings.Contains(flag.Lookup("test.run").Value.String(), "/")
}

func testGolden(t *testing.T, file string, seen *catalogue) {
	archive := readGolden(t, file)
	dir := t.TempDir()
	extract(t, dir, caseName(file), inputs(archive))
	before := snapshot(t, dir)
	got := outcome(t, goldenOptions(archive, dir), before, seen)
	if *update {
		archive.Files = append(inputs(archive), got...)
		writeFile(t, file, txtar.Format(archive))
		return
	}
	if diff := cmp.Diff(texts(wanted(archive)), texts(got)); diff != "" {
		t.Errorf("what comes of %s differs (-want +got):\n%s", file, diff)
	}
}

// What is accepted has to compile, on all systems for which it says so. One
// command does it for all goldens, because starting it is what takes time.
func TestGoldenProgramsCompile(t *testing.T) {
	dir := t.TempDir()
	work := "go 1.26.0\n\nreplace github.com/cgigen/cgigen => " + repository(t) + "\n"
	patterns := []string{"vet"}
	for _, file := range goldens(t) {
		archive, name := readGolden(t, file), caseName(file)
		if !slices.ContainsFunc(archive.Files, func(f txtar.File) bool { return strings.HasSuffix(f.Name, mainFile) && isWanted(f) }) {
			continue
		}
		extract(t, filepath.Join(dir, name), name, afterwards(archive))
		work += "\nuse ./" + name
		patterns = append(patterns, "./"+name+"/...")
	}
	writeFile(t, filepath.Join(dir, "go.work"), []byte(work+"\n"))
	vet := exec.Command("go", patterns...)
	vet.Dir, vet.Env = dir, append(goEnv(), "GOWORK=")
	if output, err := vet.CombinedOutput(); err != nil {
		t.Errorf("go vet of the accepted programs: %v\n%s", err, output)
	}
}

// A module with thirty different mistakes gets thirty errors in one run.
func TestThirtyMistakesAreReportedAtOnce(t *testing.T) {
	archive := readGolden(t, "testdata/golden/reject_thirty.txtar")
	dir := t.TempDir()
	extract(t, dir, "reject_thirty", inputs(archive))
	before := snapshot(t, dir)
	_, err := Generate(t.Context(), goldenOptions(archive, dir))
	var ds Diagnostics
	if !errors.As(err, &ds) {
		t.Fatalf("the error is no Diagnostics: %v", err)
	}
	messages := map[string]bool{}
	for _, d := range ds {
		messages[d.Message] = true
		if d.Position.Line == 0 || d.Position.Column == 0 {
			t.Errorf("without a position: %v", d)
		}
	}
	if len(ds) != 30 || len(messages) != 30 {
		t.Errorf("got %d errors, %d of them different, want 30:\n%v", len(ds), len(messages), err)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("files were written (-before +after):\n%s", diff)
	}
}

func goldens(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(goldenFiles)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", goldenFiles, err)
	}
	return files
}

func caseName(file string) string {
	return strings.TrimSuffix(filepath.Base(file), ".txtar")
}

func readGolden(t *testing.T, file string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func isWanted(f txtar.File) bool { return strings.HasPrefix(f.Name, "want/") }

func inputs(archive *txtar.Archive) []txtar.File {
	return slices.DeleteFunc(slices.Clone(archive.Files), isWanted)
}

func wanted(archive *txtar.Archive) []txtar.File {
	return slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool { return !isWanted(f) })
}

// afterwards gives the files that there are after generation.
func afterwards(archive *txtar.Archive) []txtar.File {
	var files []txtar.File
	expected := texts(wanted(archive))
	for _, f := range inputs(archive) {
		if _, removed := expected["want/removed/"+f.Name]; !removed {
			files = append(files, f)
		}
	}
	for _, f := range wanted(archive) {
		f.Name = strings.TrimPrefix(f.Name, "want/")
		if strings.HasSuffix(f.Name, ".go") && !strings.HasPrefix(f.Name, "removed/") {
			files = append(files, f)
		}
	}
	return files
}

func texts(files []txtar.File) map[string]string {
	texts := map[string]string{}
	for _, f := range files {
		texts[f.Name] = string(f.Data)
	}
	return texts
}

// extract writes a module, with a go.mod if it has none.
func extract(t *testing.T, dir, name string, files []txtar.File) {
	t.Helper()
	gomod := fmt.Sprintf("module example.com/%s\n\ngo 1.26.0\n\nrequire %s v0.0.0\n\nreplace %[2]s => %s\n", name, cgigenModule, repository(t))
	writeFile(t, filepath.Join(dir, "go.mod"), []byte(gomod))
	for _, f := range files {
		if target, link := strings.CutPrefix(string(f.Data), "symlink "); link {
			if err := os.Symlink(strings.TrimSpace(target), filepath.Join(dir, f.Name)); err != nil {
				t.Skipf("this system makes no symbolic links: %v", err)
			}
			continue
		}
		writeFile(t, filepath.Join(dir, f.Name), bytes.ReplaceAll(f.Data, []byte("$REPOSITORY"), []byte(repository(t))))
	}
}

func writeFile(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

func repository(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// goEnv keeps the go command of a test to the module that the test has made.
func goEnv() []string {
	return append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off", "GOTOOLCHAIN=local")
}

// goldenOptions reads the options in the comment of a golden file.
func goldenOptions(archive *txtar.Archive, dir string) Options {
	o := Options{Dir: dir, Env: goEnv(), Gateways: []string{"cgi"}}
	for line := range strings.Lines(string(archive.Comment)) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), ": "); key {
		case "patterns":
			o.Patterns = strings.Fields(value)
		case "output":
			o.Output = value
		case "dir":
			o.Dir = filepath.Join(dir, value)
		case "tags":
			o.Tags = value
		case "gateways": // that of the flag, or "by directive" for none
			o.Gateways = slices.DeleteFunc(strings.Split(value, ","), func(name string) bool { return name == "by directive" })
		}
	}
	return o
}

// outcome generates and gives errors, warnings and changed files as they stand
// in a golden file.
func outcome(t *testing.T, o Options, before map[string]string, seen *catalogue) []txtar.File {
	t.Helper()
	result, err := Generate(t.Context(), o)
	seen.add(t, result, err)
	var got []txtar.File
	if err != nil {
		got = append(got, wantFile("errors", err.Error()+"\n"))
	}
	if result != nil && len(result.Warnings) > 0 {
		got = append(got, wantFile("warnings", result.Warnings.Error()+"\n"))
	}
	after := snapshot(t, strings.TrimSuffix(o.Dir, "/sub"))
	for _, name := range sortedKeys(after) {
		if before[name] != after[name] {
			got = append(got, wantFile(name, after[name]))
		}
	}
	for _, name := range sortedKeys(before) {
		if _, there := after[name]; !there {
			got = append(got, wantFile("removed/"+name, ""))
		}
	}
	return got
}

func wantFile(name, content string) txtar.File {
	return txtar.File{Name: path.Join("want", name), Data: []byte(content)}
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// snapshot gives the content of all files below a folder.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		content, _ := os.ReadFile(name)
		files[filepath.ToSlash(rel)] = string(content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
