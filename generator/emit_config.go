package generator

import (
	"strings"

	"github.com/dave/jennifer/jen"
)

// configPath is the import path of the package that loads configuration.
const configPath = runtimePath + "/config"

// emitLoader writes
//
//	// loadUsersConfig fills a users.Config from its defaults, the site's files and the environment.
//	func loadUsersConfig(v *config.Values) users.Config {
//		var c users.Config
//		config.Allocate(&c.DB)
//		…
//		return c
//	}
func emitLoader(name string, c Config) *jen.Statement {
	what := c.Type.PackageName + "." + c.Type.Name
	return jen.Commentf("%s fills a %s from its defaults, the site's files and the environment.", name, what).Line().
		Func().Id(name).Params(jen.Id("v").Op("*").Qual(configPath, "Values")).Qual(c.Type.Package, c.Type.Name).
		BlockFunc(func(g *jen.Group) {
			g.Var().Id("c").Qual(c.Type.Package, c.Type.Name)
			for _, path := range c.Allocs {
				g.Qual(configPath, "Allocate").Call(jen.Op("&").Add(emitField(path)))
			}
			for _, field := range c.Fields {
				g.Add(emitLoad(field))
			}
			g.Return(jen.Id("c"))
		})
}

// emitField writes
//
//	c.DB.Host
func emitField(path []string) *jen.Statement {
	s := jen.Id("c")
	for _, name := range path {
		s.Dot(name)
	}
	return s
}

// emitLoad writes one of
//
//	config.Load(v, &c.Timeout, config.Duration, config.Var{…})
//	config.LoadPointer(v, &c.Limit, config.Int, config.Var{…})
//	config.LoadSlice(v, &c.Hosts, config.String, config.Var{…})
//	config.LoadMap(v, &c.Weights, config.String, config.Int, config.Var{…})
func emitLoad(f ConfigField) *jen.Statement {
	load := map[FieldForm]string{ScalarForm: "Load", PointerForm: "LoadPointer", SliceForm: "LoadSlice", MapForm: "LoadMap"}
	return jen.Qual(configPath, load[f.Form]).CallFunc(func(g *jen.Group) {
		g.Id("v")
		g.Op("&").Add(emitField(f.Path))
		if f.Form == MapForm {
			g.Qual(configPath, f.KeyParser)
		}
		g.Qual(configPath, f.Parser)
		g.Add(emitVar(f))
	})
}

// emitVar writes
//
//	config.Var{Name: "APP_DSN", Field: "DSN", Default: "x", Options: config.NotEmpty | config.Secret}
func emitVar(f ConfigField) *jen.Statement {
	return jen.Qual(configPath, "Var").ValuesFunc(func(g *jen.Group) {
		text := func(key, value string) {
			if value != "" {
				g.Id(key).Op(":").Lit(value)
			}
		}
		text("Name", f.Name)
		text("Field", strings.Join(f.Path, "."))
		text("Default", f.Default)
		text("Separator", f.Separator)
		text("KeyValSeparator", f.KeyValSeparator)
		if options := emitOptions(f); options != nil {
			g.Id("Options").Op(":").Add(options)
		}
	})
}

// emitOptions writes
//
//	config.Required | config.Secret
//
// It is nil for a field without options. A field with a default is never
// missing, so that nothing requires it.
func emitOptions(f ConfigField) *jen.Statement {
	var options *jen.Statement
	for _, o := range []struct {
		name string
		set  bool
	}{
		{"Required", f.Required && !f.HasDefault},
		{"NotEmpty", f.NotEmpty},
		{"File", f.File},
		{"Expand", f.Expand},
		{"Unset", f.Unset},
		{"Secret", f.Secret},
	} {
		switch {
		case !o.set:
		case options == nil:
			options = jen.Qual(configPath, o.name)
		default:
			options.Op("|").Qual(configPath, o.name)
		}
	}
	return options
}
