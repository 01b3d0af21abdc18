package generator

import (
	"net/http"
	"regexp"
	"strconv"
)

// A registered is a pattern that a mux has taken, and whose it is.
type registered struct {
	owner   *annotation
	pattern text
}

// checkConflicts registers all patterns of a site in a real ServeMux, in the
// order of the source, and reports those that it does not take. A conflict
// between two functions that are not chosen is none of this run's business.
func checkConflicts(functions []*annotation, chosen func(*annotation) bool, r *reporter) {
	taken := map[string]registered{}
	mux := http.NewServeMux()
	for _, a := range functions {
		for _, line := range a.handlers {
			err := register(mux, line.pattern.value)
			if err == nil {
				taken[line.pattern.value] = registered{a, line.pattern}
				continue
			}
			pattern, why := explainConflict(err)
			if other, ok := taken[pattern]; ok && (chosen(a) || chosen(other.owner)) {
				d := r.errorf(line.pattern.pos, "pattern-conflict", "pattern %q conflicts with %q: %s", line.pattern.value, pattern, why)
				d.Hint = "give one of them another method, path or host, so that every request belongs to one of them"
				d.Related = []Related{{r.at(other.pattern.pos), "the other pattern is that of " + other.owner.fn.Name.Name}}
			}
		}
	}
}

// conflicting is the other pattern and the explanation in what ServeMux says.
var conflicting = regexp.MustCompile(`(?s) conflicts with pattern ("(?:[^"\\]|\\.)*") \(registered at [^\n]*\):\n(.*)$`)

func explainConflict(err error) (pattern, why string) {
	m := conflicting.FindStringSubmatch(err.Error())
	if m == nil {
		return "", ""
	}
	pattern, _ = strconv.Unquote(m[1])
	return pattern, m[2]
}
