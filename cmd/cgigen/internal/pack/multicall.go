package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/model"
)

// A JoinMode selects what a joined program serves.
type JoinMode int

const (
	ByName    JoinMode = iota // what the program of the name would that it was started by
	AllRoutes                 // the routes of all programs
)

// A Joined program is made of several, in a layer over the files on disk that
// the go command is told of.
type Joined struct {
	Main    model.Main
	Overlay string // file for go build -overlay
	dir     string
}

// Remove removes the layer.
func (j *Joined) Remove() { os.RemoveAll(j.dir) }

// Join makes one program of the generated ones: each file as it is, but for the
// names of its functions, and a main that calls them.
func Join(name string, mode JoinMode, result *generator.Result) (*Joined, error) {
	layer, err := os.MkdirTemp("", "cgigen-join-")
	if err != nil {
		return nil, fmt.Errorf("joining the programs: %w", err)
	}
	first := result.Programs[0]
	for slices.ContainsFunc(result.Programs, func(p model.Main) bool { return p.Name == name }) {
		name += "-site"
	}
	j := &Joined{dir: layer, Overlay: filepath.Join(layer, "overlay.json")}
	j.Main = model.Main{Name: name, Dir: filepath.Join(filepath.Dir(first.Dir), name), ImportPath: path.Join(path.Dir(first.ImportPath), name)}
	if err := j.fill(mode, result); err != nil {
		j.Remove()
		return nil, fmt.Errorf("joining the programs: %w", err)
	}
	return j, nil
}

// fill writes the files of the layer.
func (j *Joined) fill(mode JoinMode, result *generator.Result) error {
	files := map[string][]byte{}
	var parts []*part
	for i, program := range result.Programs {
		source, err := sourceOf(program, result.Changes)
		if err != nil {
			return err
		}
		p, err := newPart(program.Name, i, source)
		if err != nil {
			return err
		}
		parts = append(parts, p)
		files[fmt.Sprintf("p%d.go", i)] = p.text
	}
	main := mainByName(parts)
	if mode == AllRoutes {
		main = mainOfAll(j.Main.Name, parts[0], len(parts))
	}
	text, err := format.Source([]byte(main))
	if err != nil {
		return err
	}
	files["main.go"] = text
	return j.write(files)
}

func (j *Joined) write(files map[string][]byte) error {
	replace := map[string]string{}
	for name, text := range files {
		actual := filepath.Join(j.dir, name)
		if err := os.WriteFile(actual, text, 0o600); err != nil {
			return err
		}
		replace[filepath.Join(j.Main.Dir, name)] = actual
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	return os.WriteFile(j.Overlay, text, 0o600)
}

// sourceOf returns the source of a generated program as it is on disk or would be.
func sourceOf(program model.Main, changes []model.Change) ([]byte, error) {
	file := filepath.Join(program.Dir, "main.go")
	for _, c := range changes {
		if c.Path == file && c.Kind != model.Removed {
			return c.New, nil
		}
	}
	return os.ReadFile(file)
}

// A part is the source of one program with names of its own.
type part struct {
	name     string // of the program
	suffix   string // of its functions
	text     []byte
	clause   *ast.Ident // the main of the package clause
	gateways []string   // as in "cgi.Gateway"
	imports  []string   // lines that import them and the runtime
}

// newPart renames the functions of a program.
func newPart(name string, index int, source []byte) (*part, error) {
	p := &part{name: name, suffix: "P" + strconv.Itoa(index)}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name+"/main.go", source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	renamed := map[string]bool{}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
			renamed[f.Name.Name] = true
		}
	}
	p.clause = file.Name
	if err := p.readMain(file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			ast.Inspect(s.X, func(x ast.Node) bool { p.rename(x, renamed); return true })
			return false
		}
		p.rename(n, renamed)
		return true
	})
	var out bytes.Buffer
	err = format.Node(&out, fset, file)
	p.text = out.Bytes()
	return p, err
}

func (p *part) rename(n ast.Node, names map[string]bool) {
	if id, ok := n.(*ast.Ident); ok && names[id.Name] && id != p.clause {
		id.Name += p.suffix
	}
}

// readMain reads the gateways from the call of runtime.Main.
func (p *part) readMain(file *ast.File) error {
	var call *ast.CallExpr
	ast.Inspect(file, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok && isRuntimeMain(c) {
			call = c
		}
		return true
	})
	if call == nil {
		return errors.New("the program does not call runtime.Main")
	}
	packages := []string{call.Fun.(*ast.SelectorExpr).X.(*ast.Ident).Name}
	for _, arg := range call.Args[2:] {
		if s, ok := arg.(*ast.SelectorExpr); ok {
			pkg := s.X.(*ast.Ident).Name
			p.gateways = append(p.gateways, pkg+"."+s.Sel.Name)
			packages = append(packages, pkg)
		}
	}
	for _, spec := range file.Imports {
		where, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		name := path.Base(where)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if slices.Contains(packages, name) {
			p.imports = append(p.imports, name+" "+spec.Path.Value)
		}
	}
	return nil
}

func isRuntimeMain(c *ast.CallExpr) bool {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != "Main" || len(c.Args) < 2 {
		return false
	}
	_, ok = s.X.(*ast.Ident)
	return ok
}

// mainByName is started by the name of one of the programs: that of the file
// that the web server starts, which no request chooses.
func mainByName(parts []*part) string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"os\"\n\t\"path/filepath\"\n\t\"strings\"\n)\n\n")
	b.WriteString("func main() {\n\tname, _, _ := strings.Cut(filepath.Base(os.Args[0]), \".\")\n\tswitch name {\n")
	for _, p := range parts {
		fmt.Fprintf(&b, "\tcase %q:\n\t\tmain%s()\n", p.name, p.suffix)
	}
	b.WriteString("\tdefault:\n\t\tos.Stderr.WriteString(\"cgigen: \" + name + \": this file holds no program of this name\\n\")\n\t\tos.Exit(2)\n\t}\n}\n")
	return b.String()
}

// mainOfAll builds all programs as one.
func mainOfAll(name string, first *part, count int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package main\n\nimport (\n\t\"context\"\n\n\t%s\n)\n\n", strings.Join(first.imports, "\n\t"))
	fmt.Fprintf(&b, "func main() { runtime.Main(%q, buildAll, %s) }\n\n", name, strings.Join(first.gateways, ", "))
	b.WriteString("func buildAll(ctx context.Context, app *runtime.App) error {\n")
	b.WriteString("\tfor _, build := range []func(context.Context, *runtime.App) error{")
	for i := range count {
		fmt.Fprintf(&b, "buildP%d, ", i)
	}
	b.WriteString("} {\n\t\tif err := build(ctx, app); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n\treturn nil\n}\n")
	return b.String()
}
