package site

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/naming"
	"github.com/cgigen/cgigen/generator/internal/scan"
)

// A Group is the functions that make one program, before anything is
// known of their types.
type Group struct {
	Name      string
	group     bool // binary=
	Functions []*scan.Annotation
}

// programOf returns the name of the program of a function, and whether it is a
// group's. name= and binary= belong to the program: they may stand on any of
// its lines, have to agree, and exclude each other.
func programOf(a *scan.Annotation, r *diag.Reporter) (name directive.Text, group, ok bool) {
	for _, line := range a.Handlers {
		for _, given := range []directive.Text{line.Name, line.Binary} {
			isGroup := given == line.Binary
			switch {
			case !given.Given():
			case !name.Given():
				name, group = given, isGroup
			case group != isGroup:
				r.Errorf(given.Pos, "name-and-binary", "name= and binary= exclude each other").Hint = "name= names a program of one function, binary= one of several"
				return name, group, false
			case name.Value != given.Value:
				d := r.Errorf(given.Pos, "name-disagrees", "%s belongs to a program that is called %q", a.Fn.Name.Name, name.Value)
				d.Hint = "all lines of one function make one program: give the name once"
				d.Related = []diag.Related{{Position: r.At(name.Pos), Message: "the other name is given here"}}
				return name, group, false
			}
		}
	}
	if name.Given() {
		return name, group, true
	}
	return defaultName(a, r)
}

// defaultName names a program after its function.
func defaultName(a *scan.Annotation, r *diag.Reporter) (name directive.Text, group, ok bool) {
	name = directive.Text{Value: naming.ProgramName(a.Fn.Name.Name, a.Source.Ast.Name.Name), Pos: a.Pos}
	if !a.Fn.Name.IsExported() {
		return name, false, false // reported as such
	}
	if !naming.ValidName.MatchString(name.Value) || naming.IgnoredFolder(name.Value) {
		r.Errorf(a.Pos, "program-name", "cannot name a program %q after %s", name.Value, a.Fn.Name.Name).Hint = "name it with name="
		return name, false, false
	}
	if len(name.Value) > directive.MaxProgramName {
		r.Errorf(a.Pos, "program-name", directive.TooLong, len(name.Value), directive.MaxProgramName).Hint = "shorten it with name=" + directive.Shortened(name.Value)
		return name, false, false
	}
	return name, false, true
}

// Groups sorts functions into programs, by name. It reports what is
// wrong with the names of chosen functions, and programs of one name if one of
// them is chosen. Functions with unsound directives are left out.
func Groups(functions []*scan.Annotation, chosen func(*scan.Annotation) bool, r *diag.Reporter) []*Group {
	silent := &diag.Reporter{Positions: r.Positions}
	byName := map[string]*Group{}
	var programs []*Group
	for _, a := range functions {
		reporter := silent
		if chosen(a) {
			reporter = r
		}
		name, group, ok := programOf(a, reporter)
		if !ok || a.Unsound {
			continue
		}
		p := byName[name.Value]
		switch {
		case p == nil:
			p = &Group{Name: name.Value, group: group}
			byName[name.Value] = p
			programs = append(programs, p)
		case !p.group || !group:
			if chosen(a) || slices.ContainsFunc(p.Functions, chosen) {
				reportSameName(p, a, name, r)
			}
			continue
		}
		p.Functions = append(p.Functions, a)
	}
	slices.SortFunc(programs, func(a, b *Group) int { return strings.Compare(a.Name, b.Name) })
	return programs
}

func reportSameName(p *Group, a *scan.Annotation, name directive.Text, r *diag.Reporter) {
	d := r.Errorf(cmp.Or(name.Pos, a.Pos), "same-program", "two programs are called %q", p.Name)
	d.Hint = "name one of them with name=, or put both into one program with binary=" + p.Name + " on each"
	first := p.Functions[0]
	d.Related = []diag.Related{{Position: r.At(first.Fn.Name.Pos()), Message: "the other one is that of " + first.Fn.Name.Name}}
}
