package suite

import (
	"fmt"
	"slices"
	"strings"
)

// Difference is how the answer of a server has to differ from that of net/http.Server, and why.
type Difference struct {
	Servers []string // none means every server but Web
	But     []string // none of these, although they are among the servers or their kin
	Mounts  []string // none means every way of mounting
	Cases   []string // names, or beginnings of names that end in *

	// Change is the difference: lines that the right answer has and this one lacks, after a -, and lines that it has
	// instead, after a +. A * stands for any text. What depends on chance has a ? before it.
	Change []string

	// Own is a status instead of Change: the server answers by itself, and nothing else is compared.
	Own int

	// Hangs, instead of Change: nothing arrives before the handler has ended.
	Hangs bool

	Reason string
}

// covers reports whether the difference is about a case at a target.
func (d Difference) covers(t Target, name string) bool {
	return (d.Servers == nil && t.Server != Web || slices.Contains(d.Servers, t.Server) || slices.Contains(d.Servers, kin(t.Server))) &&
		!slices.Contains(d.But, t.Server) &&
		(d.Mounts == nil || slices.Contains(d.Mounts, t.Mount)) &&
		slices.ContainsFunc(d.Cases, func(pattern string) bool { return Matches(pattern, name) })
}

// Web is no gateway: the program is the server itself.
const Web = "web"

// kin names the same web server with another way of running programs: its differences hold too.
func kin(server string) string {
	switch server {
	case "nginx-fastcgi", "nginx-scgi":
		return "nginx-fcgiwrap"
	case "apache-fcgid", "apache-proxy-fcgi", "apache-proxy-scgi":
		return "apache-cgid"
	case "lighttpd-fastcgi", "lighttpd-scgi":
		return "lighttpd"
	case "caddy-fastcgi":
		return "caddy-fcgiwrap"
	}
	return ""
}

// Check compares an answer with the right one, except for what the differences allow, and demands that these are there.
// It returns what is wrong, nothing if all is well.
func Check(t Target, c Case, right, answer Answer, differences []Difference) []string {
	var allowed []string
	for _, d := range differences {
		if !d.covers(t, c.Name) {
			continue
		}
		if d.Own != 0 {
			return checkOwn(d.Own, answer)
		}
		if d.Hangs {
			return checkHang(answer)
		}
		allowed = append(allowed, d.Change...)
	}
	var wrong []string
	for _, line := range Diff(right, answer) {
		i := slices.IndexFunc(allowed, func(pattern string) bool { return Matches(strings.TrimPrefix(pattern, "?"), line) })
		if i < 0 {
			wrong = append(wrong, line)
			continue
		}
		allowed = slices.Delete(allowed, i, i+1)
	}
	for _, line := range allowed {
		if !strings.HasPrefix(line, "?") {
			wrong = append(wrong, "no longer differs: "+line)
		}
	}
	return wrong
}

func checkOwn(status int, answer Answer) []string {
	if answer.status == status {
		return nil
	}
	return []string{fmt.Sprintf("the server's own status is %d, not %d", answer.status, status)}
}

func checkHang(answer Answer) []string {
	if strings.HasSuffix(answer.failure, "deadline") {
		return nil
	}
	return []string{"no longer hangs"}
}

// Hangs reports whether a case is known to hang at a target.
func Hangs(t Target, c Case, differences []Difference) bool {
	return slices.ContainsFunc(differences, func(d Difference) bool { return d.Hangs && d.covers(t, c.Name) })
}

// Matches reports whether a text has a form in which * stands for any text.
func Matches(pattern, text string) bool {
	first, rest, found := strings.Cut(pattern, "*")
	text, ok := strings.CutPrefix(text, first)
	if !ok || !found {
		return ok && text == ""
	}
	for i := range len(text) + 1 {
		if Matches(rest, text[i:]) {
			return true
		}
	}
	return false
}
