package generator

import (
	"slices"
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
//		config.Load(v, &c.Title, …)
//		if v.Any("APP_DB_HOST", "APP_DB_USER") {
//			config.Allocate(&c.DB)
//			…
//		}
//		return c
//	}
func emitLoader(name string, c Config) *jen.Statement {
	what := c.Type.PackageName + "." + c.Type.Name
	return jen.Commentf("%s fills a %s from its defaults, the site's files and the environment.", name, what).Line().
		Func().Id(name).Params(jen.Id("v").Op("*").Qual(configPath, "Values")).Qual(c.Type.Package, c.Type.Name).
		BlockFunc(func(g *jen.Group) {
			g.Var().Id("c").Qual(c.Type.Package, c.Type.Name)
			emitFields(g, c.Pointers, c.Fields, 0)
			g.Return(jen.Id("c"))
		})
}

// emitFields loads fields that lie in a struct whose path has the given depth,
// and enters the structs behind pointers.
func emitFields(g *jen.Group, pointers []ConfigPointer, fields []ConfigField, depth int) {
	for len(fields) > 0 {
		p, run := behindPointer(pointers, fields, depth)
		if run == 0 {
			emitLeaf(g, fields[0])
			fields = fields[1:]
			continue
		}
		enter := func(g *jen.Group) {
			g.Add(emitAllocate(p.Path))
			emitFields(g, pointers, fields[:run], len(p.Path))
		}
		if p.Init {
			enter(g)
		} else {
			g.If(jen.Id("v").Dot("Any").CallFunc(func(g *jen.Group) { emitNames(g, fields[:run]) })).BlockFunc(enter)
		}
		fields = fields[run:]
	}
}

// behindPointer gives the outermost pointer, deeper than depth, that the first
// field lies behind, and the number of fields there.
func behindPointer(pointers []ConfigPointer, fields []ConfigField, depth int) (ConfigPointer, int) {
	for _, p := range pointers {
		run := 0
		for run < len(fields) && len(p.Path) > depth && isBelow(p.Path, fields[run].Path) {
			run++
		}
		if run > 0 {
			return p, run
		}
	}
	return ConfigPointer{}, 0
}

func isBelow(outer, path []string) bool {
	return len(path) > len(outer) && slices.Equal(outer, path[:len(outer)])
}

// emitNames writes the names of fields as arguments.
func emitNames(g *jen.Group, fields []ConfigField) {
	for _, f := range fields {
		g.Lit(f.Name)
	}
}

func emitLeaf(g *jen.Group, f ConfigField) {
	if f.Init {
		g.Add(emitAllocate(f.Path))
	}
	g.Add(emitLoad(f))
}

// emitAllocate writes
//
//	config.Allocate(&c.DB)
func emitAllocate(path []string) *jen.Statement {
	return jen.Qual(configPath, "Allocate").Call(jen.Op("&").Add(emitField(path)))
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
