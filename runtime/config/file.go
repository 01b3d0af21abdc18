package config

import (
	"strconv"
	"strings"
)

// A file is a configuration file that has been read. The doctor reads the same grammar
// by itself (cmd/cgigen/internal/doctor/config.go), because it reports every fault with
// its remedy; a test reads the same random files with both.
type file struct {
	path    string
	entries []entry        // by line
	index   map[string]int // the entry of each key, in a file with many
}

// manyLines is the number of lines from which a map is quicker than a search:
// making one is most of the cost of reading a small file.
const manyLines = 64

// fewLines is the least that there is room for. With less the entries would be
// an object of a size that is new to the process, which costs it page faults.
const fewLines = 16

// An entry is one KEY=value line.
type entry struct {
	key, value string
	line       int
}

// entry returns the line with the given key.
func (f *file) entry(key string) (entry, bool) {
	if f.index != nil {
		i, ok := f.index[key]
		if !ok {
			return entry{}, false
		}
		return f.entries[i], true
	}
	for i := range f.entries {
		if f.entries[i].key == key {
			return f.entries[i], true
		}
	}
	return entry{}, false
}

// A lineError is a line of a file that breaks the grammar. Its text never holds
// what stands there, which may be half a password.
type lineError struct {
	line int
	text string
}

// parseFile reads the grammar that the package documentation describes.
func parseFile(text string) (file, []lineError) {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.IndexByte(text, 0) >= 0 {
		return file{}, []lineError{{1, "holds a NUL byte: save the file as UTF-8 text"}}
	}
	lines := strings.Count(text, "\n") + 1
	f := file{entries: make([]entry, 0, max(lines, fewLines))}
	if lines >= manyLines {
		f.index = make(map[string]int, lines)
	}
	var errs []lineError
	for number := 1; text != ""; number++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if err := f.add(strings.TrimSpace(line), number); err != "" {
			errs = append(errs, lineError{number, err})
		}
	}
	return f, errs
}

// add keeps what a line without space around it sets. The error is "" if all is
// well.
func (f *file) add(line string, number int) (err string) {
	if line == "" || line[0] == '#' {
		return ""
	}
	key, value, err := parseLine(line)
	if first, twice := f.entry(key); twice {
		err = "sets the key of line " + strconv.Itoa(first.line) + " again"
	}
	if err != "" {
		return err
	}
	if f.index != nil {
		f.index[key] = len(f.entries)
	}
	f.entries = append(f.entries, entry{key, value, number})
	return ""
}

// parseLine splits a line without space around it. The error is "" if all is well.
func parseLine(line string) (key, value, err string) {
	key, value, ok := strings.Cut(line, "=")
	if !ok {
		return "", "", "is neither KEY=value nor a comment that begins with #"
	}
	key = strings.TrimSpace(key)
	if rest, ok := strings.CutPrefix(key, "export"); ok && strings.TrimLeft(rest, " \t") != rest {
		key = strings.TrimLeft(rest, " \t")
	}
	if !validKey(key) {
		return "", "", "has a key that is not made of letters, digits and underscores"
	}
	value, err = literal(key, strings.TrimSpace(value))
	return key, value, err
}

// literal takes the quotes off the value of a key.
func literal(key, value string) (text, err string) {
	if value == "" || value[0] != '"' && value[0] != '\'' {
		if strings.Contains(value, " #") || strings.Contains(value, "\t#") {
			return "", `holds " #": put a comment on a line of its own, or a value with # in quotes`
		}
		return value, ""
	}
	quote := value[:1]
	inner, closed := strings.CutSuffix(value[1:], quote)
	_, after, _ := strings.Cut(value[1:], quote)
	switch {
	case strings.HasPrefix(strings.TrimLeft(after, " \t"), "#"):
		return "", "has a comment behind its value: put it on a line of its own"
	case !closed:
		return "", "begins a value with a quote and does not end with it: a value ends on its line; " +
			"a longer one goes to a file that " + key + fileSuffix + " names"
	case strings.Contains(inner, quote):
		return "", "has a quote within quotes of the same kind: use the other kind around the value"
	}
	return inner, ""
}

func validKey(key string) bool {
	for i := range len(key) {
		switch c := key[i]; {
		case c == '_', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', i > 0 && '0' <= c && c <= '9':
		default:
			return false
		}
	}
	return key != ""
}
