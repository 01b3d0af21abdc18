// Package explain says what a program is wired from: as text, as JSON, and as
// a picture.
package explain

import (
	"github.com/cgigen/cgigen/generator"
)

// A Program is what is made in a program, in order. Its keys in JSON are fixed.
type Program struct {
	Name     string   `json:"name"`
	Site     string   `json:"site,omitempty"` // of several
	Packages []string `json:"packages"`       // of its handlers
	Routes   []Route  `json:"routes"`
	Steps    []Step   `json:"steps"` // in the order in which they are carried out
}

// A Route is a pattern and who answers it.
type Route struct {
	Pattern    string   `json:"pattern"`
	Strip      string   `json:"strip,omitempty"`
	Middleware []string `json:"middleware"` // names, outermost first
	Wraps      []int    `json:"wraps"`      // the steps that make them
	Handler    int      `json:"handler"`    // the step that makes the handler
	File       string   `json:"file"`       // of the directive, relative to the module
	Line       int      `json:"line"`
}

// A Step makes one value.
type Step struct {
	Kind     string   `json:"kind"` // config, provider, middleware or handler
	Function string   `json:"function"`
	Package  string   `json:"package"` // import path
	Type     string   `json:"type,omitempty"`
	When     string   `json:"when"` // start (before the first byte), "first use", or request for plain functions
	Fails    bool     `json:"fails"`
	Cleanup  bool     `json:"cleanup"`
	Context  bool     `json:"context"` // takes the context.Context
	Logger   bool     `json:"logger"`  // takes the *slog.Logger
	Uses     []Use    `json:"uses"`
	Config   []Config `json:"config,omitempty"`
	File     string   `json:"file"` // of the declaration, relative to the module
	Line     int      `json:"line"`
}

// A Use is the value of another step that a step takes.
type Use struct {
	Step int  `json:"step"`
	Lazy bool `json:"lazy"` // as a function that gives it
}

// A Config is a field of a configuration struct.
type Config struct {
	Name     string `json:"name"`
	Default  string `json:"default,omitempty"`
	Required bool   `json:"required"`
	Secret   bool   `json:"secret"`
}

// Title is the program's name, below that of its site if there are several.
func (p Program) Title() string {
	if p.Site == "" {
		return p.Name
	}
	return p.Site + "/" + p.Name
}

// Of explains a program of a model.
func Of(p generator.Program) Program {
	e := Program{Name: p.Name, Packages: p.Packages, Routes: []Route{}, Steps: []Step{}}
	for _, r := range p.Routes {
		e.Routes = append(e.Routes, Route{
			Pattern: r.Pattern, Strip: r.Strip, Middleware: append([]string{}, r.Use...), Wraps: append([]int{}, r.Wrap...),
			Handler: r.Step, File: r.Position.Filename, Line: r.Position.Line,
		})
	}
	for _, s := range p.Steps {
		e.Steps = append(e.Steps, stepOf(s))
	}
	e.hideSecrets()
	return e
}

// hideSecrets hides the defaults of secrets. A name that one field calls secret is
// secret for all.
func (p Program) hideSecrets() {
	secret := map[string]bool{}
	for _, s := range p.Steps {
		for _, c := range s.Config {
			secret[c.Name] = secret[c.Name] || c.Secret
		}
	}
	for _, s := range p.Steps {
		for i := range s.Config {
			c := &s.Config[i]
			c.Secret = secret[c.Name]
			if c.Secret && c.Default != "" {
				c.Default = "***"
			}
		}
	}
}

func stepOf(s generator.Step) Step {
	symbol := s.Func
	if s.Config != nil {
		symbol = s.Config.Type
	}
	e := Step{
		Kind: kindOf(s.Kind), Function: symbol.PackageName + "." + symbol.Name, Package: symbol.Package, Type: s.Type, When: whenOf(s),
		Fails: s.Result.Error, Cleanup: s.Result.Cleanup != generator.NoCleanup, Uses: []Use{},
		File: s.Position.Filename, Line: s.Position.Line,
	}
	for _, a := range s.Args {
		switch a.Kind {
		case generator.ContextArg:
			e.Context = true
		case generator.LoggerArg:
			e.Logger = true
		case generator.StepArg:
			e.Uses = append(e.Uses, Use{a.Step, a.Lazy})
		}
	}
	if s.Config != nil {
		for _, f := range s.Config.Fields {
			e.Config = append(e.Config, Config{Name: f.Name, Default: f.Default, Required: f.IsRequired(), Secret: f.Secret})
		}
	}
	return e
}

func kindOf(k generator.StepKind) string {
	switch k {
	case generator.LoadConfig:
		return "config"
	case generator.CallProvider:
		return "provider"
	case generator.CallMiddleware, generator.PlainMiddleware:
		return "middleware"
	}
	return "handler"
}

func whenOf(s generator.Step) string {
	switch {
	case s.Kind == generator.PlainHandler || s.Kind == generator.PlainMiddleware:
		return "request"
	case s.Lazy:
		return "first use"
	}
	return "start"
}

// Opened gives the providers that a program calls at a time, "start" or
// "first use".
func (p Program) Opened(when string) []string {
	var names []string
	for _, s := range p.Steps {
		if s.Kind == "provider" && s.When == when {
			names = append(names, s.Function)
		}
	}
	return names
}
