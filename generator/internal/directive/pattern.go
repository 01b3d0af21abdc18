package directive

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
)

// A route is a net/http.ServeMux pattern in its parts.
type route struct {
	Method string // "" for any
	Host   string // "" for any
	Path   string
}

// splitPattern checks a pattern as ServeMux does and takes it apart.
func splitPattern(pattern Text, r *diag.Reporter) (route, bool) {
	if err := Register(http.NewServeMux(), pattern.Value); err != nil {
		r.Errorf(pattern.Pos, "pattern", "pattern %q: %s", pattern.Value, muxReason(err)).
			Hint = patternHint(err)
		return route{}, false
	}
	var rt route
	rest := pattern.Value
	if i := strings.IndexAny(rest, " \t"); i >= 0 {
		rt.Method, rest = rest[:i], strings.TrimLeft(rest[i:], " \t")
	}
	slash := strings.IndexByte(rest, '/')
	rt.Host, rt.Path = rest[:slash], rest[slash:]
	return rt, checkMethod(pattern, rt.Method, r) && checkHost(pattern, rt, r) && checkSegments(pattern, rt.Path, r) &&
		checkMethodText(pattern, rt.Method, r) && checkPathText(pattern, rt.Path, r)
}

// patternHint returns the remedy for a pattern that ServeMux refuses.
func patternHint(err error) string {
	if strings.Contains(err.Error(), "bad wildcard name") {
		return "a wildcard is {name} or {name...}: what else its value has to be, the handler checks with r.PathValue"
	}
	return "a pattern is [METHOD ][HOST]/path, as for net/http.ServeMux: GET /users/{id}"
}

// Register adds a pattern to a mux. It returns as an error what ServeMux.Handle
// panics with.
func Register(mux *http.ServeMux, pattern string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	mux.Handle(pattern, http.NotFoundHandler())
	return nil
}

// muxReason takes the reason out of a message of ServeMux: what comes before
// it repeats the pattern.
func muxReason(err error) error {
	reason := regexp.MustCompile(`(?s)^parsing ".*": at offset \d+: (.*)$`).FindStringSubmatch(err.Error())
	if reason == nil {
		return errors.New(strings.TrimPrefix(err.Error(), "http: "))
	}
	return errors.New(reason[1])
}

// checkStrip reports a strip= that http.StripPrefix would not find in every
// path of the pattern, or that would leave a path without its slash.
func checkStrip(strip Text, path string, r *diag.Reporter) bool {
	if !strip.Given() {
		return true
	}
	prefix := strip.Value
	switch rest, ok := strings.CutPrefix(path, prefix); {
	case !strings.HasPrefix(prefix, "/"):
		r.Errorf(strip.Pos, "strip", "strip=%s does not begin with a slash", prefix).Hint = "strip=/" + prefix
	case strings.HasSuffix(prefix, "/"):
		r.Errorf(strip.Pos, "strip", "strip=%s would take the slash that the rest of the path begins with", prefix).Hint = "end it before the slash"
	case strings.Contains(prefix, "{"):
		r.Errorf(strip.Pos, "strip", "strip=%s has a wildcard, and only fixed text can be cut off", prefix).Hint = "end it before the first {"
	case !ok || rest != "" && rest[0] != '/':
		r.Errorf(strip.Pos, "strip", "strip=%s is not a prefix of the path %s", prefix, path).Hint = "strip= is cut off whole segments at the pattern's beginning"
	default:
		return true
	}
	return false
}
