package emit

import (
	"cmp"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/cgigen/cgigen/generator/internal/naming"
	"github.com/cgigen/cgigen/generator/model"
)

// names are the names of everything that the source of a program mentions: all
// of them different from each other, from Go's own and from the fixed ones of
// the program, so that nothing hides anything.
type names struct {
	packages []importedPackage
	values   []string // by step: the local variable, "" for a plain handler
	lazies   []string // by step: the function that returns the value of a lazy one
	cleanups []string // by step: the local variable of its clean-up
	loaders  []string // by step: the function that loads a configuration struct
	logger   string   // the local variable of a logger that several calls share
}

// An importedPackage is a package with its own name and the one it has in the
// program.
type importedPackage struct {
	path, own, name string
}

// fixedNames are those that emit functions write down.
func fixedNames() []string {
	return []string{"main", "build", "init", "ctx", "app", "err", "v", "c", "_"}
}

// nameProgram returns the same names for the same program.
func nameProgram(p model.Program, chosen []model.Gateway, warm int) names {
	taken := map[string]bool{}
	for _, name := range slices.Concat(fixedNames(), naming.Predeclared()) {
		taken[name] = true
	}
	n := names{packages: importsOf(p, chosen, warm)}
	for i, pkg := range n.packages {
		n.packages[i].name = unique(pkg.own, taken)
	}
	if loggerUses(p) > 1 {
		n.logger = unique("log", taken)
	}
	several := callsOf(p) > 1
	for _, s := range p.Steps {
		n.nameStep(s, several, taken)
	}
	return n
}

// nameStep adds the names of what a step makes.
func (n *names) nameStep(s model.Step, several bool, taken map[string]bool) {
	var value, lazy, cleanup, loader string
	switch {
	case s.Kind == model.LoadConfig:
		value = unique(s.Config.Type.PackageName+naming.UpperFirst(s.Config.Type.Name), taken)
		loader = unique("load"+naming.UpperFirst(value), taken)
	case s.Kind.Calls():
		value = firstFree(valueNames(s, several), taken)
		if s.Lazy {
			lazy = unique(lazyName(value, s), taken)
		}
		if s.Result.Cleanup != model.NoCleanup {
			cleanup = unique(cleanupName(value, several), taken)
		}
	}
	n.values, n.lazies = append(n.values, value), append(n.lazies, lazy)
	n.cleanups, n.loaders = append(n.cleanups, cleanup), append(n.loaders, loader)
}

// importsOf lists what a program may import: our own packages first, so that
// they keep their names, then the user's, sorted.
func importsOf(p model.Program, chosen []model.Gateway, warm int) []importedPackage {
	ours := []importedPackage{
		{path: "context", own: "context"},
		{path: model.RuntimePath, own: "runtime"},
	}
	if needsFmt(p) {
		ours = append(ours, importedPackage{path: "fmt", own: "fmt"})
	}
	if needsHTTP(p) {
		ours = append(ours, importedPackage{path: "net/http", own: "http"})
	}
	if loggerUses(p) > 0 {
		ours = append(ours, importedPackage{path: model.LoggerPath, own: "logger"})
	}
	for _, gw := range chosen {
		ours = append(ours, importedPackage{path: gw.ImportPath(), own: gw.Pkg})
	}
	if warm > 0 {
		ours = append(ours, importedPackage{path: model.WarmPath, own: "warm"})
	}
	var users []importedPackage
	for _, s := range p.Steps {
		symbol := s.Func
		if s.Kind == model.LoadConfig {
			symbol = s.Config.Type
			ours = append(ours, importedPackage{path: ConfigPath, own: "config"})
		}
		users = append(users, importedPackage{path: symbol.Package, own: symbol.PackageName})
		if s.Expr == nil {
			continue
		}
		for _, part := range s.Expr.Parts {
			if part.Symbol.Package != "" {
				users = append(users, importedPackage{path: part.Symbol.Package, own: part.Symbol.PackageName})
			}
		}
	}
	slices.SortFunc(users, func(a, b importedPackage) int { return strings.Compare(a.path, b.path) })
	all := append(ours, slices.Compact(users)...)
	return slices.CompactFunc(all, func(a, b importedPackage) bool { return a.path == b.path })
}

func needsFmt(p model.Program) bool {
	return slices.ContainsFunc(p.Steps, func(s model.Step) bool { return s.Result.Error })
}

func needsHTTP(p model.Program) bool {
	return slices.ContainsFunc(p.Steps, func(s model.Step) bool { return s.Kind == model.PlainHandler }) ||
		slices.ContainsFunc(p.Routes, func(r model.Route) bool { return r.Strip != "" })
}

// loggerUses counts the calls that take the logger.
func loggerUses(p model.Program) int {
	uses := 0
	for _, s := range p.Steps {
		if slices.ContainsFunc(s.Args, func(a model.Arg) bool { return a.Kind == model.LoggerArg }) {
			uses++
		}
	}
	return uses
}

// callsOf counts the steps that call a function.
func callsOf(p model.Program) int {
	calls := 0
	for _, s := range p.Steps {
		if s.Kind.Calls() {
			calls++
		}
	}
	return calls
}

// valueNames are the names that fit a value, the best one first: "handler" if a
// program calls one function; otherwise what the function says that it makes,
// userList for NewUserList; and for a provider that says what it does, such as
// Open, the name of the type, db for *sql.DB.
func valueNames(s model.Step, several bool) []string {
	if s.Kind == model.CallHandler && !several {
		return []string{"handler"}
	}
	name := naming.LowerFirst(cmp.Or(naming.WithoutNew(s.Func.Name), s.Func.PackageName))
	switch made := naming.TypeName(s.Type); {
	case s.Kind == model.CallHandler && !strings.HasSuffix(name, "Handler"):
		return []string{name + "Handler"}
	case s.Kind == model.CallProvider && made != "" && (naming.WithoutNew(s.Func.Name) == "" || !strings.HasPrefix(s.Func.Name, "New")):
		return []string{naming.LowerFirst(made), s.Func.PackageName + naming.UpperFirst(made)}
	case s.Kind == model.CallProvider:
		return []string{name, s.Func.PackageName + naming.UpperFirst(name)}
	case s.Kind == model.CallMiddleware:
		return []string{name, name + "Middleware"}
	}
	return []string{name}
}

// lazyName returns the name of the function that returns a value: lazyDB for db.
func lazyName(value string, s model.Step) string {
	if made := naming.TypeName(s.Type); strings.EqualFold(made, value) {
		return "lazy" + naming.UpperFirst(made)
	}
	return "lazy" + naming.UpperFirst(value)
}

// firstFree takes the first name that is not taken, or a variant of the first.
func firstFree(candidates []string, taken map[string]bool) string {
	for _, name := range candidates {
		if !taken[name] && !token.IsKeyword(name) {
			return unique(name, taken)
		}
	}
	return unique(candidates[0], taken)
}

func cleanupName(value string, several bool) string {
	if !several {
		return "cleanup"
	}
	return value + "Cleanup"
}

// unique makes a name different from those that are taken, and takes it.
func unique(name string, taken map[string]bool) string {
	result := name
	for i := 2; taken[result] || token.IsKeyword(result); i++ {
		result = name + strconv.Itoa(i)
	}
	taken[result] = true
	return result
}

// registerImports gives jennifer the name of each package, which it would guess
// otherwise. The name is written out where the path does not show it.
func (n names) registerImports(f *jen.File) {
	for _, pkg := range n.packages {
		if pkg.name != pkg.own || pkg.own != visibleName(pkg.path) {
			f.ImportAlias(pkg.path, pkg.name)
		} else {
			f.ImportName(pkg.path, pkg.name)
		}
	}
}

// visibleName is the name that a reader of an import path expects: its last
// element, or the one before a major version.
func visibleName(importPath string) string {
	base := path.Base(importPath)
	if digits, ok := strings.CutPrefix(base, "v"); ok && digits != "" && strings.Trim(digits, "0123456789") == "" {
		return path.Base(path.Dir(importPath))
	}
	return base
}
