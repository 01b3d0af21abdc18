package builder

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/model"
)

// A workshop is a module with a copy of the runtime's variable, two programs, and
// two packages that they are made from.
type workshop struct{ dir string }

func newWorkshop(t *testing.T) workshop {
	t.Helper()
	w := workshop{t.TempDir()}
	w.write(t, "go.mod", "module github.com/cgigen/cgigen\n\ngo 1.24\n")
	w.write(t, "runtime/build.go", "package runtime\n\nvar linkedBuild string\n\nfunc Build() string { return linkedBuild }\n")
	w.write(t, "far/far.go", "package far\n\nfunc Word() string { return \"far\" }\n")
	w.write(t, "near/near.go", "package near\n\nimport \"github.com/cgigen/cgigen/far\"\n\n//go:noinline\nfunc Word() string { return far.Word() }\n")
	w.write(t, "near/text.txt", "text")
	w.write(t, "a/main.go", "package main\n\nimport (\n\t\"github.com/cgigen/cgigen/near\"\n\t\"github.com/cgigen/cgigen/runtime\"\n)\n\nfunc main() { println(near.Word(), runtime.Build()) }\n")
	w.write(t, "b/v2/main.go", "package main\n\nimport \"github.com/cgigen/cgigen/runtime\"\n\nfunc main() { println(\"b\", runtime.Build()) }\n")
	return w
}

func (w workshop) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// build returns the hash of each program, which the program itself shows.
func (w workshop) build(t *testing.T, change func(*Options)) map[string]string {
	t.Helper()
	t.Chdir(w.dir)
	o := Options{
		Programs: []model.Main{{Name: "a", Dir: filepath.Join(w.dir, "a")}, {Name: "v2", Dir: filepath.Join(w.dir, "b", "v2")}},
		Dir:      t.TempDir(), Identify: true,
	}
	var err error
	if o.Target, err = DefaultTarget(t.Context()); err != nil {
		t.Fatal(err)
	}
	own := o.Target
	if change != nil {
		change(&o)
	}
	programs, err := Build(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]string{}
	for _, p := range programs {
		hashes[p.Name] = p.Build
		if o.Target != own {
			continue
		}
		out, err := exec.Command(p.Path).CombinedOutput()
		if fields := strings.Fields(string(out)); err != nil || len(fields) != 2 || fields[1] != p.Build {
			t.Errorf("%s says %q, %v; want %s", p.Name, out, err, p.Build)
		}
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(p.Build) {
			t.Errorf("%s: hash %q", p.Name, p.Build)
		}
	}
	return hashes
}

func TestTheHashOfAProgramIsThatOfItsInputs(t *testing.T) {
	first := newWorkshop(t)
	original := first.build(t, nil)
	t.Run("the same source elsewhere", func(t *testing.T) {
		if diff := cmp.Diff(original, newWorkshop(t).build(t, nil)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
	for _, test := range []struct {
		name      string
		edit      func(t *testing.T, w workshop)
		change    func(*Options)
		differing string // names of the programs
	}{
		{"with a comment in another package", func(t *testing.T, w workshop) { w.write(t, "c/c.go", "package c\n") }, nil, ""},
		{"with a package changed that is needed by another", func(t *testing.T, w workshop) {
			w.write(t, "far/far.go", "package far\n\nfunc Word() string { return \"FAR\" }\n")
		}, nil, "a"},
		{"with the program changed", func(t *testing.T, w workshop) {
			w.write(t, "b/v2/main.go", "package main\n\nimport \"github.com/cgigen/cgigen/runtime\"\n\nfunc main() { println(\"c\", runtime.Build()) }\n")
		}, nil, "v2"},
		{"with a tag", func(t *testing.T, w workshop) {
			w.write(t, "far/tagged.go", "//go:build extra\n\npackage far\n\nvar X = 1\n")
		}, func(o *Options) { o.Tags = "extra" }, "a v2"},
		{"with other linker flags", nil, func(o *Options) { o.Link = "-X=github.com/cgigen/cgigen/far.nothing=x" }, "a v2"},
		{"for another target", nil, func(o *Options) { o.Target = Target{"linux", "riscv64"} }, "a v2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorkshop(t)
			if test.edit != nil {
				test.edit(t, w)
			}
			var differing []string
			built := w.build(t, test.change)
			for _, name := range []string{"a", "v2"} {
				if built[name] != original[name] {
					differing = append(differing, name)
				}
			}
			if got := strings.Join(differing, " "); got != test.differing {
				t.Errorf("other hashes: %q, want %q", got, test.differing)
			}
		})
	}
}

// What is not to be identified is not, and a program that does not compile is the compiler's to report.
func TestABuildThatFailsIsReportedOnce(t *testing.T) {
	w := newWorkshop(t)
	w.write(t, "far/far.go", "package far\n\nfunc Word() string { return 1 }\n")
	t.Chdir(w.dir)
	target, err := DefaultTarget(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = Build(t.Context(), Options{Programs: []model.Main{{Name: "a", Dir: filepath.Join(w.dir, "a")}}, Dir: t.TempDir(), Target: target, Identify: true})
	if err == nil || strings.Count(err.Error(), "far.go:3:") != 1 {
		t.Errorf("got %v", err)
	}
}
