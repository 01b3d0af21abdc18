package config

import (
	"os"
	"path/filepath"
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

// value names the value that was found there, which errors do not show.
func (o origin) value() string {
	if o.kind == fromDefault {
		return "the default"
	}
	return "the value from " + o.String()
}

// found is a value that is ready to be parsed.
type found struct {
	text string
	from origin
}

// find fills f, which is zero, with the value to parse for at. Without one it is
// false, and what is wrong with that has been recorded.
//
// The files are opened here, also for a value that the environment has: what is
// wrong with them is said in any case. Further down the stack would have to grow
// for it, which costs more than reading them.
func (v *Values) find(at *Var, f *found) bool {
	v.open()
	if at.Options&Unset != 0 {
		v.unset = append(v.unset, at.Name)
	}
	exists, ok := v.source(at, f)
	if !ok {
		v.see(at.Name, "")
		return false
	}
	if f.text == "" && at.Default != "" {
		f.text, f.from, exists = at.Default, origin{}, true
	}
	if f.from.kind != fromNamedFile && v.brokenPEM(at, f) {
		v.see(at.Name, "")
		return false
	}
	if at.Options&Expand != 0 && f.from.kind != fromNamedFile {
		f.text = os.Expand(f.text, v.reference)
	}
	v.see(at.Name, f.text)
	if v.missing(at, f, exists) || f.text == "" {
		return false
	}
	if at.Options&File != 0 {
		return v.fileOf(at, at.Name, f)
	}
	return true
}

// source takes the value of the strongest source that names at, without its
// default. It is not ok if a NAME_FILE cannot be read.
func (v *Values) source(at *Var, f *found) (exists, ok bool) {
	if at.Options&File == 0 {
		name := at.Name + fileSuffix
		if v.lookup(name, f) && f.text != "" {
			return true, v.fileOf(at, name, f)
		}
		*f = found{}
	}
	return v.lookup(at.Name, f), true
}

// missing records that a required value is not there, or that a value is empty
// that must not be.
func (v *Values) missing(at *Var, f *found, exists bool) bool {
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

// lookup takes the value of a name from the environment or from the files.
func (v *Values) lookup(name string, f *found) bool {
	if text, ok := os.LookupEnv(name); ok {
		f.text, f.from = text, origin{kind: fromEnvironment}
		return true
	}
	v.open()
	for i := range v.files {
		if e, ok := v.files[i].entry(name); ok {
			f.text, f.from = e.value, origin{kind: fromFile, path: v.files[i].path, line: e.line}
			return true
		}
	}
	return false
}

// reference returns the value that stands for a name in a value to expand.
func (v *Values) reference(name string) string {
	for i := range v.seen {
		if v.seen[i].name == name && v.seen[i].value != "" {
			return v.seen[i].value
		}
	}
	var f found
	v.lookup(name, &f)
	return f.text
}

// see remembers a name that the program asked for, and its value.
func (v *Values) see(name, value string) {
	if v.seen == nil {
		v.seen = v.room[:0]
	}
	v.seen = append(v.seen, loaded{name, value})
}

// brokenPEM records that the value is a key or a certificate whose lines were
// put on one, mostly with \n between them: values are literal, and what is to
// decode it would find nothing and say little.
func (v *Values) brokenPEM(at *Var, f *found) bool {
	if !strings.HasPrefix(f.text, "-----BEGIN ") || strings.Contains(f.text, "\n") {
		return false
	}
	text := f.from.value() + " is a PEM text without its lines"
	if strings.Contains(f.text, `\n`) {
		text += `: \n in a value stays two characters`
	}
	name := at.Name + fileSuffix
	if at.Options&File != 0 {
		name = at.Name
	}
	v.add(problem{subject: subject(at), text: text + "; write the text to a file, and name that by " + name})
	return true
}

// fileOf takes the content of the file that the variable name, found in f,
// named. Errors do not repeat the path: it may be the secret itself, by mistake.
func (v *Values) fileOf(at *Var, name string, f *found) bool {
	full, err := v.resolve(f.text)
	v.named = append(v.named, full)
	var text string
	if err == nil {
		text, err = readNamed(full)
	}
	if err != nil {
		v.add(problem{subject: subject(at), text: "cannot read the file that " + name + " from " + f.from.String() + " names" + v.base(f.text) + ": " + err.Error()})
		return false
	}
	if line, ok := strings.CutSuffix(text, "\n"); ok {
		text = strings.TrimSuffix(line, "\r")
	}
	*f = found{text: text, from: origin{kind: fromNamedFile, path: full, name: name}}
	return true
}

// base says where a path begins that is not absolute.
func (v *Values) base(path string) string {
	if filepath.IsAbs(path) || v.dir == "" {
		return ""
	}
	return " in " + v.dir
}
