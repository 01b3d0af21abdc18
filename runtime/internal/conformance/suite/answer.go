package suite

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Answer is what came back for a case.
type Answer struct {
	interim []interim
	status  int
	header  http.Header
	body    []byte
	trailer http.Header
	failure string   // how the exchange failed, if it did
	journal []string // what the handler said about it
}

type interim struct {
	code   int
	header http.Header
}

// Status returns the status code, 0 if there was no response.
func (a Answer) Status() int { return a.status }

// Failed says how the exchange failed; it is empty if it did not.
func (a Answer) Failed() string { return a.failure }

// Lines returns the answer as text, in an order of its own, so that answers can be compared.
func (a Answer) Lines() []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, i := range a.interim {
		add("interim %d", i.code)
		lines = append(lines, fieldLines("interim ", i.header)...)
	}
	add("status %d", a.status)
	lines = append(lines, fieldLines("", a.header)...)
	lines = append(lines, a.bodyLines()...)
	lines = append(lines, fieldLines("trailer ", a.trailer)...)
	if a.failure != "" {
		add("failure: %s", a.failure)
	}
	for _, line := range a.journal {
		add("journal: %s", line)
	}
	return lines
}

// fieldLines returns the fields of a header, sorted by name.
func fieldLines(word string, h http.Header) []string {
	var lines []string
	for name, values := range h {
		for _, v := range values {
			if len(v) > 500 {
				v = fmt.Sprintf("%d bytes", len(v))
			}
			lines = append(lines, fmt.Sprintf("%s%s: %s", word, name, v))
		}
	}
	slices.Sort(lines)
	return lines
}

func (a Answer) bodyLines() []string {
	switch {
	case len(a.body) == 0:
		return nil
	case len(a.body) > 16000 || !isText(a.body):
		return []string{"body: " + summary(a.body)}
	}
	lines := strings.SplitAfter(string(a.body), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	for i, line := range lines {
		text, ended := strings.CutSuffix(line, "\n")
		lines[i] = "body: " + text
		if !ended {
			lines[i] += `\`
		}
	}
	return lines
}

// ownFields are of the server or of the connection, and no handler's concern.
var ownFields = []string{"Date", "Server", "Connection", "Keep-Alive", "Transfer-Encoding"}

// random finds what is chosen by chance: the boundary of several ranges, and the number of a request that failed.
func random() *regexp.Regexp { return regexp.MustCompile(`[0-9a-f]{60}|\brequest [0-9a-f]{16}\b`) }

// normalize takes out what differs from one run to the next, and the prefix under which the program is mounted.
func (a *Answer) normalize(t Target, c Case) {
	for _, name := range ownFields {
		if !slices.Contains(c.Keep, name) {
			a.header.Del(name)
		}
	}
	random := random()
	for _, values := range a.header {
		for i, v := range values {
			values[i] = random.ReplaceAllString(v, "RANDOM")
		}
	}
	a.body = random.ReplaceAll(a.body, []byte("RANDOM"))
	if t.Prefix != "" {
		a.withoutPrefix(t.Prefix, c.IsSite())
	}
	a.replaceBody(strings.Replace(string(a.body), "\nbelow "+strconv.Quote(t.Prefix)+"\n", "\nbelow "+strconv.Quote(Mounted)+"\n", 1))
}

// withoutPrefix takes the prefix from where a handler has to see it: the request target, and links. The redirects of a
// site stay below the prefix.
func (a *Answer) withoutPrefix(prefix string, site bool) {
	for i, v := range a.header["Location"] {
		a.header["Location"][i] = strings.Replace(v, prefix, "", 1)
		if site && !strings.Contains(v, prefix+"/") {
			a.header["Location"][i] = "outside of the site: " + v
		}
	}
	body := string(a.body)
	for _, before := range []string{`uri "`, `uri "http://` + defaultHost, `href="`} {
		body = strings.Replace(body, before+prefix, before, 1)
	}
	a.replaceBody(body)
}

// replaceBody keeps a length that counts the body right.
func (a *Answer) replaceBody(body string) {
	if a.counted() {
		a.header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	a.body = []byte(body)
}

// Diff returns what the answer lacks of the right one, marked with -, and what it has beyond, marked with +.
func Diff(right, answer Answer) []string {
	want, have := right.Lines(), answer.Lines()
	var diff []string
	for _, line := range want {
		if i := slices.Index(have, line); i >= 0 {
			have = slices.Delete(have, i, i+1)
		} else {
			diff = append(diff, "-"+line)
		}
	}
	for _, line := range have {
		diff = append(diff, "+"+line)
	}
	if right.counted() && answer.counted() && !bytes.Equal(right.body, answer.body) {
		diff = slices.DeleteFunc(diff, func(line string) bool { return strings.HasPrefix(line[1:], "Content-Length: ") })
	}
	return diff
}

// counted reports whether the length of the body is declared as it is; that of another body is no difference of its own.
func (a Answer) counted() bool {
	return len(a.body) > 0 && a.header.Get("Content-Length") == strconv.Itoa(len(a.body))
}
