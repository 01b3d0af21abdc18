package config

import (
	"strconv"
	"strings"
)

// A problem is one thing that is wrong with the configuration.
type problem struct {
	subject string // the value, the file, or the line of a file
	text    string
	missing bool // of a value: the sources are worth showing
}

// loadError holds all problems of a program's configuration.
type loadError struct {
	problems []problem
	sources  string
}

// Error returns "configuration:" and a line for each problem, and for missing
// values one more with the places where they were looked for.
func (e *loadError) Error() string {
	var b strings.Builder
	b.WriteString("configuration:")
	missing := false
	for _, p := range e.problems {
		b.WriteString("\n\t" + p.subject + ": " + p.text)
		missing = missing || p.missing
	}
	if missing {
		b.WriteString("\n\tvalues are looked for in " + e.sources)
	}
	return b.String()
}

func (v *Values) add(p problem) { v.problems = append(v.problems, p) }

// invalid records a value that its parser does not take. Which part of it is
// meant may be said by element; text is that part, or all of the value.
//
// Neither the value nor the parser's own error is shown: what cannot be parsed
// can be anything, a password on the wrong line as well, and errors repeat it in
// ways that nobody can foresee. The source says where to look.
func (v *Values) invalid(at *Var, f *found, element, text string, err error) {
	why, ours := err.(reason)
	if !ours {
		why = notValid
	}
	if strings.TrimSpace(text) != text {
		why += " (space around it is part of it)"
	}
	v.add(problem{subject: subject(at), text: element + f.from.value() + " " + string(why)})
}

// subject names a value and its field.
func subject(at *Var) string {
	return at.Name + " (field " + at.Field + ")"
}

// element names a part of a slice or a map.
func element(i, n int) string {
	return "element " + strconv.Itoa(i+1) + " of " + strconv.Itoa(n) + " in "
}

// sources names the places where values are looked for.
func (v *Values) sources() string {
	v.open()
	switch {
	case v.dir == "" && v.blind:
		return "the environment"
	case v.dir == "":
		return "the environment; no folder " + folderName + " was found above the program"
	}
	text := "the environment"
	for _, path := range v.candidates() {
		text += ", " + path
		if !v.has(path) {
			text += " (no such file)"
		}
	}
	return text
}

func (v *Values) has(path string) bool {
	for i := range v.files {
		if v.files[i].path == path {
			return true
		}
	}
	return false
}

// unknownKeys reports the keys of private/<program>.env that nothing asked for.
// What stands in site.env may be for another program.
func (v *Values) unknownKeys() []problem {
	if len(v.files) == 0 || v.program == "site" || v.files[0].path != v.candidates()[0] {
		return nil
	}
	var problems []problem
	for _, e := range v.files[0].entries {
		if v.knows(e.key) {
			continue
		}
		problems = append(problems, problem{subject: v.files[0].path + ":" + strconv.Itoa(e.line), text: v.unknown(e)})
	}
	return problems
}

// unknown says that nothing asked for the key of a line. What has no value may
// be the last line of a key in base64, whose end looks like KEY=, and is not
// repeated unless a name is near.
func (v *Values) unknown(e entry) string {
	near := v.nearest(e.key)
	switch {
	case near == "" && strings.Trim(e.value, "=") == "":
		return "no field of the program has the name that stands here"
	case strings.HasPrefix(e.key, settingPrefix):
		return "no setting is called " + e.key + didYouMean(near)
	}
	return "no field of the program is called " + e.key + didYouMean(near)
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "; did you mean " + name + "?"
}

func (v *Values) knows(key string) bool {
	if strings.HasPrefix(key, settingPrefix) && v.settings == nil {
		return true
	}
	base, _ := strings.CutSuffix(key, fileSuffix)
	for i := range v.seen {
		if name := v.seen[i].name; name == key || name == base {
			return true
		}
	}
	for _, name := range v.settings {
		if name == key {
			return true
		}
	}
	return false
}

// nearest returns the known name that differs least from key, if it differs by
// no more than a third. The generator has a search of its own (generator/diag/nearest.go):
// sharing it would make it part of what this package promises to programs.
func (v *Values) nearest(key string) string {
	best, least := "", len(key)/3+1
	for i := range v.seen {
		if d := distance(key, v.seen[i].name); d < least {
			best, least = v.seen[i].name, d
		}
	}
	for _, name := range v.settings {
		if d := distance(key, name); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace, without regard
// to case, to make b of a.
func distance(a, b string) int {
	a, b = strings.ToUpper(a), strings.ToUpper(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
