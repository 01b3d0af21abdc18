package generator

import (
	"cmp"
	"slices"
	"strings"
)

// A plannedProgram is the functions that make one program, before anything is
// known of their types.
type plannedProgram struct {
	name      string
	group     bool // binary=
	functions []*annotation
}

// programOf gives the name of the program of a function, and whether it is a
// group's. name= and binary= belong to the program: they may stand on any of
// its lines, have to agree, and exclude each other.
func (a *annotation) programOf(r *reporter) (name text, group, ok bool) {
	for _, line := range a.handlers {
		for _, given := range []text{line.name, line.binary} {
			isGroup := given == line.binary
			switch {
			case !given.given():
			case !name.given():
				name, group = given, isGroup
			case group != isGroup:
				r.errorf(given.pos, "name-and-binary", "name= and binary= exclude each other").Hint = "name= names a program of one function, binary= one of several"
				return name, group, false
			case name.value != given.value:
				d := r.errorf(given.pos, "name-disagrees", "%s belongs to a program that is called %q", a.fn.Name.Name, name.value)
				d.Hint = "all lines of one function make one program: give the name once"
				d.Related = []Related{{r.at(name.pos), "the other name is given here"}}
				return name, group, false
			}
		}
	}
	if name.given() {
		return name, group, true
	}
	return a.defaultName(r)
}

// defaultName names a program after its function.
func (a *annotation) defaultName(r *reporter) (name text, group, ok bool) {
	name = text{programName(a.fn.Name.Name, a.source.ast.Name.Name), a.pos}
	if !a.fn.Name.IsExported() {
		return name, false, false // reported as such
	}
	if !validName.MatchString(name.value) || ignoredFolder(name.value) {
		r.errorf(a.pos, "program-name", "no program can be called %q, after %s", name.value, a.fn.Name.Name).Hint = "name it with name="
		return name, false, false
	}
	if len(name.value) > maxProgramName {
		r.errorf(a.pos, "program-name", tooLong, len(name.value), maxProgramName).Hint = "shorten it with name=" + shortened(name.value)
		return name, false, false
	}
	return name, false, true
}

// groupPrograms sorts functions into programs, by name. It reports what is
// wrong with the names of chosen functions, and programs of one name if one of
// them is chosen. Functions with unsound directives are left out.
func groupPrograms(functions []*annotation, chosen func(*annotation) bool, r *reporter) []*plannedProgram {
	silent := &reporter{positions: r.positions}
	byName := map[string]*plannedProgram{}
	var programs []*plannedProgram
	for _, a := range functions {
		reporter := silent
		if chosen(a) {
			reporter = r
		}
		name, group, ok := a.programOf(reporter)
		if !ok || a.unsound {
			continue
		}
		p := byName[name.value]
		switch {
		case p == nil:
			p = &plannedProgram{name: name.value, group: group}
			byName[name.value] = p
			programs = append(programs, p)
		case !p.group || !group:
			if chosen(a) || slices.ContainsFunc(p.functions, chosen) {
				reportSameName(p, a, name, r)
			}
			continue
		}
		p.functions = append(p.functions, a)
	}
	slices.SortFunc(programs, func(a, b *plannedProgram) int { return strings.Compare(a.name, b.name) })
	return programs
}

func reportSameName(p *plannedProgram, a *annotation, name text, r *reporter) {
	d := r.errorf(cmp.Or(name.pos, a.pos), "same-program", "two programs are called %q", p.name)
	d.Hint = "name one of them with name=, or put both into one program with binary=" + p.name + " on each"
	first := p.functions[0]
	d.Related = []Related{{r.at(first.fn.Name.Pos()), "the other one is that of " + first.fn.Name.Name}}
}
