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
// meant may be said by element.
func (v *Values) invalid(at *Var, f *found, element string, err error) {
	text := element + showValue(f) + " from " + f.from.String()
	why, ours := err.(reason)
	switch {
	case ours:
		text += " " + string(why)
	case f.secret || f.shown != f.text || holdsPassword(f.text):
		text += " is not valid for its type"
	default:
		text += " is not valid: " + err.Error()
	}
	v.add(problem{subject: subject(at), text: text})
}

// subject names a value and its field.
func subject(at *Var) string {
	return at.Name + " (field " + at.Field + ")"
}

// element names a part of a slice or a map.
func element(i, n int) string {
	return "element " + strconv.Itoa(i+1) + " of " + strconv.Itoa(n) + " in "
}

// showValue quotes a value, unless it could be a secret.
func showValue(f *found) string {
	const limit = 80
	switch {
	case f.secret, holdsPassword(f.shown):
		return "a value (redacted)"
	case len(f.shown) > limit:
		return strconv.Quote(f.shown[:limit]) + "…"
	}
	return strconv.Quote(f.shown)
}

// holdsPassword reports whether a value looks like a URL with user information.
func holdsPassword(text string) bool {
	_, rest, ok := strings.Cut(text, "://")
	return ok && strings.Contains(rest, "@")
}

// sources names the places where values are looked for.
func (v *Values) sources() string {
	v.open()
	if v.dir == "" {
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
		text := "no field of the program is called " + e.key
		if strings.HasPrefix(e.key, settingPrefix) {
			text = "no setting is called " + e.key
		}
		if near := v.nearest(e.key); near != "" {
			text += "; did you mean " + near + "?"
		}
		problems = append(problems, problem{subject: v.files[0].path + ":" + strconv.Itoa(e.line), text: text})
	}
	return problems
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
// no more than a third.
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
