package config

import (
	"os"
	"strconv"
	"strings"
)

// fileSuffix makes NAME_FILE of NAME.
const fileSuffix = "_FILE"

// settingPrefix begins the names of the runtime's own settings.
const settingPrefix = "CGIGEN_"

// origin says where a value was found.
type origin struct {
	kind originKind
	name string // fromNamedFile: the variable that named the file
	path string // fromFile, fromNamedFile
	line int    // fromFile
}

type originKind uint8

const (
	fromDefault originKind = iota
	fromFile
	fromEnvironment
	fromNamedFile
)

func (o origin) String() string {
	switch o.kind {
	case fromFile:
		return o.path + ":" + strconv.Itoa(o.line)
	case fromEnvironment:
		return "the environment"
	case fromNamedFile:
		return o.path + " (" + o.name + ")"
	default:
		return "the default"
	}
}

// found is a value that is ready to be parsed.
type found struct {
	text   string
	from   origin
	shown  string // the value before anything was inserted into it, for errors
	secret bool   // errors must not show it
}

// find returns the value to parse for at. Without one, ok is false and what is
// wrong with that has been recorded.
func (v *Values) find(at *Var) (result found, ok bool) {
	if at.Options&Unset != 0 {
		v.unset = append(v.unset, at.Name)
	}
	text, from, exists, ok := v.source(at)
	if !ok {
		v.see(at.Name, "")
		return found{}, false
	}
	if text == "" && at.Default != "" {
		text, from, exists = at.Default, origin{}, true
	}
	result = found{text: text, from: from, shown: text, secret: at.Options&Secret != 0 || from.kind == fromNamedFile}
	if at.Options&Expand != 0 && from.kind != fromNamedFile {
		result.text = os.Expand(text, v.reference)
	}
	v.see(at.Name, result.text)
	if v.missing(at, result, exists) || result.text == "" {
		return found{}, false
	}
	if at.Options&File != 0 {
		return v.fileOf(at, at.Name, result.text)
	}
	return result, true
}

// source returns the value of the strongest source that names at, without its
// default. It is not ok if a NAME_FILE cannot be read.
func (v *Values) source(at *Var) (text string, from origin, exists, ok bool) {
	if at.Options&File == 0 {
		name := at.Name + fileSuffix
		if path, _, _ := v.lookup(name); path != "" {
			f, ok := v.fileOf(at, name, path)
			return f.text, f.from, true, ok
		}
	}
	text, from, exists = v.lookup(at.Name)
	return text, from, exists, true
}

// missing records that a required value is not there, or that a value is empty
// that must not be.
func (v *Values) missing(at *Var, f found, exists bool) bool {
	switch {
	case !exists && at.Options&(Required|NotEmpty) != 0:
		if !v.blind {
			v.add(problem{subject: subject(at), text: "required, but not set", missing: true})
		}
	case f.text == "" && at.Options&NotEmpty != 0:
		v.add(problem{subject: subject(at), text: "empty in " + f.from.String() + ", but must not be"})
	default:
		return false
	}
	return true
}

// lookup returns the value of a name in the environment or in the files.
func (v *Values) lookup(name string) (text string, from origin, ok bool) {
	if text, ok := os.LookupEnv(name); ok {
		return text, origin{kind: fromEnvironment}, true
	}
	v.open()
	for i := range v.files {
		if e, ok := v.files[i].entry(name); ok {
			return e.value, origin{kind: fromFile, path: v.files[i].path, line: e.line}, true
		}
	}
	return "", origin{}, false
}

// reference returns the value that stands for a name in a value to expand.
func (v *Values) reference(name string) string {
	for i := range v.seen {
		if v.seen[i].name == name && v.seen[i].value != "" {
			return v.seen[i].value
		}
	}
	text, _, _ := v.lookup(name)
	return text
}

// see remembers a name that the program asked for, and its value.
func (v *Values) see(name, value string) {
	if v.seen == nil {
		v.seen = make([]loaded, 0, 16)
	}
	v.seen = append(v.seen, loaded{name, value})
}

// fileOf returns the content of the file at path, which the variable name named.
func (v *Values) fileOf(at *Var, name, path string) (found, bool) {
	full, err := v.resolve(path)
	var text string
	if err == nil {
		text, err = readNamed(full)
	}
	if err != nil {
		v.add(problem{subject: subject(at), text: "cannot read the file that " + name + " names: " + err.Error()})
		return found{}, false
	}
	if line, ok := strings.CutSuffix(text, "\n"); ok {
		text = strings.TrimSuffix(line, "\r")
	}
	return found{text: text, from: origin{kind: fromNamedFile, path: full, name: name}, secret: true}, true
}
