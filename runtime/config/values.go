package config

import (
	"os"
	"strings"
	"sync"
)

// Values are the configuration values of one program and the problems found in
// them. Only Setting is safe for concurrent use, once everything is loaded.
type Values struct {
	program  string
	settings []string // the CGIGEN_ names that exist; empty if unknown

	settingsMu sync.Mutex

	opened bool
	dir    string // the site's folder private, or ""
	files  []file // strongest first
	blind  bool   // a file could not be read or looked for: what is missing may stand there

	seen     []loaded   // one per Load
	room     [16]loaded // for what most programs load
	unset    []string   // names to remove from the environment
	named    []string   // files that variables named
	problems []problem
}

// loaded is a name that the program asked for, with the value it got.
type loaded struct {
	name, value string
}

// Options say how the value of a Var is treated; see the package documentation.
type Options uint8

const (
	Required Options = 1 << iota // no source and no default is an error
	NotEmpty                     // an empty value is an error
	File                         // the value is the path of a file with the value
	Expand                       // $NAME and ${NAME} stand for other values
	Unset                        // the name leaves the process environment
	Secret                       // the value is never shown; errors show no value of any variable
)

// A Var describes one configuration value.
type Var struct {
	Name            string // in the environment and in the files
	Field           string // path of the Go field, for errors
	Default         string // "" if there is no default
	Separator       string // between elements of a slice or a map; "" is ","
	KeyValSeparator string // between key and value in a map; "" is ":"
	Options         Options
}

// Open returns the values for the named program. Nothing is read before the
// first Load or Setting. If settings are given, they are the names of all
// CGIGEN_ settings that exist, and a key of private/<program>.env that begins
// with CGIGEN_ and is not in the list is an error.
func Open(program string, settings ...string) *Values {
	return &Values{program: program, settings: settings}
}

// Load finds the value that at describes and parses it into dst, which is left
// alone if there is no value. Problems are kept for [Values.Err].
func Load[T any](v *Values, dst *T, parse func(string, *T) error, at Var) {
	var f found
	if !v.find(&at, &f) {
		return
	}
	if err := parse(f.text, dst); err != nil {
		v.invalid(&at, &f, "", f.text, err)
	}
}

// LoadPointer is [Load] for a pointer, which is set to a new T if there is a
// value and left alone otherwise.
func LoadPointer[T any](v *Values, dst **T, parse func(string, *T) error, at Var) {
	var f found
	if !v.find(&at, &f) {
		return
	}
	value := new(T)
	if err := parse(f.text, value); err != nil {
		v.invalid(&at, &f, "", f.text, err)
		return
	}
	*dst = value
}

// LoadSlice is [Load] for a slice. The value is split at each at.Separator;
// space around the elements is part of them.
func LoadSlice[S ~[]E, E any](v *Values, dst *S, parse func(string, *E) error, at Var) {
	var f found
	if !v.find(&at, &f) {
		return
	}
	parts := strings.Split(f.text, either(at.Separator, ","))
	list := make(S, len(parts))
	for i, part := range parts {
		if err := parse(part, &list[i]); err != nil {
			v.invalid(&at, &f, element(i, len(parts)), part, err)
		}
	}
	*dst = list
}

// LoadMap is [Load] for a map. The value is split at each at.Separator, and each
// element at the first at.KeyValSeparator; a key may stand only once.
func LoadMap[M ~map[K]E, K comparable, E any](v *Values, dst *M, key func(string, *K) error, value func(string, *E) error, at Var) {
	var f found
	if !v.find(&at, &f) {
		return
	}
	parts := strings.Split(f.text, either(at.Separator, ","))
	m := make(M, len(parts))
	for i, part := range parts {
		if err := loadEntry(m, part, either(at.KeyValSeparator, ":"), key, value); err != nil {
			v.invalid(&at, &f, element(i, len(parts)), part, err)
		}
	}
	*dst = m
}

// loadEntry adds the key and value of one element to m.
func loadEntry[M ~map[K]E, K comparable, E any](m M, part, separator string, key func(string, *K) error, value func(string, *E) error) error {
	keyText, valueText, ok := strings.Cut(part, separator)
	if !ok {
		return reason("is not in the form key" + separator + "value")
	}
	var k K
	if err := key(keyText, &k); err != nil {
		return err
	}
	if _, twice := m[k]; twice {
		return reason("has a key that stands there twice")
	}
	var e E
	if err := value(valueText, &e); err != nil {
		return err
	}
	m[k] = e
	return nil
}

// Any reports whether a source gives one of the names a value that is not empty.
// A pointer to a nested struct is nil without: then nothing in it is loaded, and
// nothing in it is required.
func (v *Values) Any(names ...string) bool {
	v.open()
	for _, name := range names {
		var f found
		if v.lookup(name, &f) && f.text != "" || v.lookup(name+fileSuffix, &f) && f.text != "" {
			return true
		}
	}
	for _, name := range names {
		v.see(name, "") // known, though not loaded
	}
	return false
}

// Setting returns the setting of the runtime with the given name, which begins
// with CGIGEN_, from the environment or else from the files. Settings have no
// NAME_FILE. Problems with the files are kept for [Values.Err].
func (v *Values) Setting(name string) (value string, ok bool) {
	v.settingsMu.Lock()
	defer v.settingsMu.Unlock()
	var f found
	ok = v.lookup(name, &f)
	return f.text, ok
}

// Err returns all problems found so far as one error, or nil: values that are
// missing or cannot be parsed, files that are refused or cannot be read, and
// keys of private/<program>.env that nothing asked for. It is called once
// everything is loaded: it also removes the variables with the option unset from
// the process environment.
func (v *Values) Err() error {
	for _, name := range v.unset {
		_ = os.Unsetenv(name) // fails only for names that cannot be set
		_ = os.Unsetenv(name + fileSuffix)
	}
	v.unset = nil
	problems := append(v.problems[:len(v.problems):len(v.problems)], v.unknownKeys()...)
	if len(problems) == 0 {
		return nil
	}
	return &loadError{problems: problems, sources: v.sources()}
}

// either returns a separator, or the usual one.
func either(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// Allocate returns a pointer to a nested struct something to point at.
func Allocate[T any](dst **T) { *dst = new(T) }
