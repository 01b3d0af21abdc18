// Package model is what directives say, as plain data: validated, sorted and free
// of syntax trees and types.
//
// Package wire makes a [Model], and emit, configdoc, explain and the commands read
// it. A program that opens a database and serves one route is
//
//	Program{Name: "user", Steps: []Step{
//		{Kind: CallProvider, Func: Symbol{Package: "example.com/shop/store", Name: "Open"}},
//		{Kind: CallHandler, Func: Symbol{Package: "example.com/shop/users", Name: "NewUser"}, Args: []Arg{{Kind: StepArg, Step: 0}}},
//	}, Routes: []Route{{Pattern: "GET /users/{id}", Step: 1}}}
//
// Read model.go, then gateways.go (the ways in which servers run programs), base.go
// and change.go (files to write and to remove).
package model

import (
	"go/token"
	"strings"
)

// Configs returns the configuration structs of a program.
func (p Program) Configs() []*Config {
	var configs []*Config
	for _, s := range p.Steps {
		if s.Kind == LoadConfig {
			configs = append(configs, s.Config)
		}
	}
	return configs
}

// FileSuffix makes NAME_FILE of NAME.
const FileSuffix = "_FILE"

// A Model is what the directives of one module say: validated, sorted and free
// of go/types, so that emission is a pure function of it and cannot fail.
type Model struct {
	Module   Module
	Sites    []Site    // those that the packages are about, sorted by path
	Programs []Program // sorted by site and name
}

// SiteOf returns the site of a program: one URL space and one set of names.
func (m *Model) SiteOf(p Program) Site { return m.Sites[p.Site] }

// A Module is what the sites belong to.
type Module struct {
	Path string // module path
	Dir  string // absolute folder of its go.mod
}

// A Program is one main package to generate.
type Program struct {
	Name        string
	Site        int      // index in Model.Sites
	Packages    []string // import paths of its handlers, sorted: they stand in the header
	Constraints []string // build constraint expressions of its source files, all of which must hold; sorted, each once
	Steps       []Step   // in the order in which the program carries them out
	Routes      []Route  // sorted by file and line of their directives
}

// StepKind says what a Step does.
type StepKind int

const (
	LoadConfig      StepKind = iota // fill a configuration struct
	CallProvider                    // call a //cgigen:provide function
	CallMiddleware                  // call a constructor of a func(http.Handler) http.Handler
	PlainMiddleware                 // use a func(http.Handler) http.Handler as it is
	CallHandler                     // call a handler's constructor
	PlainHandler                    // use a func(http.ResponseWriter, *http.Request) as it is
)

// Calls recognizes the steps that call a function and keep what it returns.
func (k StepKind) Calls() bool {
	return k == CallProvider || k == CallMiddleware || k == CallHandler
}

// A Step makes one value of a generated program. Later steps and the routes
// refer to it by its index in Program.Steps.
type Step struct {
	Kind   StepKind
	Config *Config    // LoadConfig: what to load
	Func   Symbol     // otherwise: what to call or use
	Args   []Arg      // arguments of the call, in the order of the parameters
	Result CallResult // what the call returns besides its value

	Type     string         // of the value, as in source code: "*sql.DB"
	Lazy     bool           // CallProvider: called at the first use of the value, if at all
	Expr     *TypeExpr      // the type, where the program has to write it down
	Position token.Position // of the declaration; Filename is relative to the module
}

// A TypeExpr is a type as a program writes it.
type TypeExpr struct {
	Parts []TypePart
	Zero  string // its zero value: "nil", or "T{}" or "*new(T)" with T for the type
}

// A TypePart is a piece of a type: a name of a package, or what stands between
// such names.
type TypePart struct {
	Text   string
	Symbol Symbol
}

// A Symbol is a package-level declaration that a generated program names.
type Symbol struct {
	Package     string // import path
	PackageName string // the package's own name, which may differ from its folder
	Name        string
}

// ArgKind says where the argument of a call comes from.
type ArgKind int

const (
	ContextArg ArgKind = iota // the program's context.Context
	LoggerArg                 // the program's *slog.Logger
	StepArg                   // the value of an earlier step
)

// An Arg is one argument of a constructor's call.
type Arg struct {
	Kind    ArgKind
	Step    int  // StepArg: index in Program.Steps
	Pointer bool // the address of a configuration struct is wanted
	Lazy    bool // a function that gives the value is wanted
}

// Cleanup is the form of a constructor's clean-up result.
type Cleanup int

const (
	NoCleanup        Cleanup = iota
	CleanupFunc              // func()
	CleanupErrorFunc         // func() error
)

// A CallResult is what a constructor returns after its value.
type CallResult struct {
	Cleanup Cleanup
	Error   bool
}

// A Route is one //cgigen:handler line.
type Route struct {
	Pattern  string // net/http.ServeMux pattern
	Method   string // "" for any
	Host     string // "" for any
	Path     string
	Strip    string // prefix cut off before the handler sees the path; "" for none
	Step     int    // the step that makes the handler
	Func     Symbol
	Use      []string       // names of the middleware, outermost first, with that of the whole package
	Wrap     []int          // the steps that make the middleware, in the same order
	Position token.Position // of the directive; Filename is relative to the module
}

// A Config is a configuration struct with its fields flattened: nested structs
// are entered, in the order of the declaration.
type Config struct {
	Type     Symbol
	Fields   []ConfigField
	Pointers []ConfigPointer // to nested structs, outer before inner
}

// A ConfigPointer is a field that points at a nested struct.
type ConfigPointer struct {
	Path []string // selectors, as of a ConfigField
	Init bool     // allocated in any case, and not only if a value in it is set
}

// FieldForm is the shape of a configuration field around its scalar.
type FieldForm int

const (
	ScalarForm  FieldForm = iota // T
	PointerForm                  // *T, nil without a value
	SliceForm                    // []T
	MapForm                      // map[K]T
)

// A ConfigField is one leaf that has an environment name.
type ConfigField struct {
	Path                                            []string // selectors from the struct: ["DB", "Host"]
	Name                                            string   // with all prefixes
	Form                                            FieldForm
	Parser                                          string // function of runtime/config that parses T
	KeyParser                                       string // MapForm: the same for K
	Type                                            string // as written in the source, for the reference table
	Default                                         string
	HasDefault                                      bool
	Required, NotEmpty, File, Expand, Unset, Secret bool
	Init                                            bool   // PointerForm: points at a zero value if there is none
	Optional                                        string // the pointer that is nil while nothing in it is set, as "DB.Replica"; "" for none
	Separator, KeyValSeparator                      string
	Doc                                             string
	Position                                        token.Position
}

// IsRequired reports whether a program cannot start unless somebody sets the value.
func (f ConfigField) IsRequired() bool { return f.Optional == "" && f.NeedsValue() }

// NeedsValue reports whether the value is required once its struct is there.
func (f ConfigField) NeedsValue() bool {
	return f.Required && !f.HasDefault || f.NotEmpty && f.Default == ""
}

// RequiredWith lists the names whose values make that of a field required: those
// in the same struct behind a pointer. It is empty for a field that is required
// always, or never.
func (c Config) RequiredWith(f ConfigField) []string {
	if f.Optional == "" || !f.NeedsValue() {
		return nil
	}
	var names []string
	for _, other := range c.Fields {
		if other.Name != f.Name && strings.HasPrefix(strings.Join(other.Path, "."), f.Optional+".") {
			names = append(names, other.Name)
		}
	}
	return names
}

// A Site is what a //cgigen:site says, or what holds for a module without one.
type Site struct {
	Name     string   // as in //cgigen:site, or after the folder
	Dir      string   // absolute
	Path     string   // import path of Dir
	Base     string   // path that the site lies below; "" if it does not say
	Warm     int      // seconds that a worker of warm CGI waits for the next request; 0 without workers
	Data     string   // configuration variable of the folder that it keeps its files in; "" if it does not say
	Gateways []string // to link: those of a flag, of //cgigen:site, or the default
	Asked    []string // gateways that //cgigen:site names; none if it names none
	OutDir   string   // absolute folder of the programs
	OutPath  string   // import path of OutDir
	// Declared is the position of //cgigen:site, relative to the module; none
	// for a module without one.
	Declared token.Position
}

// IsDeclared reports whether a //cgigen:site makes the site.
func (s Site) IsDeclared() bool { return s.Declared.IsValid() }

// A Main is a generated program: what to build.
type Main struct {
	Name       string
	Dir        string // absolute
	ImportPath string
	Site       int      // index in Model.Sites
	Gateways   []string // names of the gateways that it links
	Warm       int      // as Site.Warm; 0 if it leaves no worker behind
}
