package site

import (
	"net/http"
	"regexp"
	"strconv"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/scan"
)

// A registered is a pattern that a mux has taken, and whose it is.
type registered struct {
	owner   *scan.Annotation
	pattern directive.Text
}

// CheckConflicts registers all patterns of a site in a real ServeMux, in the
// order of the source, and reports those that it does not take. It does not
// report a conflict between two functions that are not chosen.
func CheckConflicts(functions []*scan.Annotation, chosen func(*scan.Annotation) bool, r *diag.Reporter) {
	taken := map[string]registered{}
	mux := http.NewServeMux()
	for _, a := range functions {
		for _, line := range a.Handlers {
			err := directive.Register(mux, line.Pattern.Value)
			if err == nil {
				taken[line.Pattern.Value] = registered{a, line.Pattern}
				continue
			}
			pattern, why := explainConflict(err)
			if other, ok := taken[pattern]; ok && (chosen(a) || chosen(other.owner)) {
				d := r.Errorf(line.Pattern.Pos, "pattern-conflict", "pattern %q conflicts with %q: %s", line.Pattern.Value, pattern, why)
				d.Hint = "give one of them another method, path or host, so that every request belongs to one of them"
				d.Related = []diag.Related{{Position: r.At(other.pattern.Pos), Message: "the other pattern is that of " + other.owner.Fn.Name.Name}}
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
