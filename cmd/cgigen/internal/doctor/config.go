package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

var keyPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// settings are the keys of a file with the lines that they stand in.
type settings struct {
	name   string
	values map[string]string
	lines  map[string]int
}

// checkConfig looks for values that are missing, and for keys that no program asks for.
func (t *tree) checkConfig() {
	site := t.readSettings(t.private("site.env"))
	own := map[string]settings{}
	for _, name := range t.programNames() {
		own[name] = t.readSettings(t.private(name + ".env"))
		t.checkKeys(own[name], name)
	}
	t.checkKeys(site, "")
	for _, v := range t.manifest.Config {
		t.checkRequired(v, site, own)
	}
	_, hasBase := site.values["CGIGEN_BASE"]
	if t.manifest.Layout == "cgi-bin" && t.manifest.Base != "" && !hasBase {
		t.add(Finding{"config-missing", Error, t.private("site.env"), "CGIGEN_BASE has no value",
			"programs in cgi-bin cannot see that the site lies below " + t.manifest.Base + ", and answer 404",
			"echo CGIGEN_BASE=" + t.manifest.Base + " >> " + quote(t.path(t.private("site.env")))})
	}
}

func (t *tree) programNames() []string {
	var names []string
	for _, p := range t.manifest.Programs {
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

// checkRequired looks for a value without a default in what each of its
// programs reads.
func (t *tree) checkRequired(v manifest.Value, site settings, own map[string]settings) {
	var lacking []string
	for _, program := range v.Programs {
		set := func(name string) bool { return site.has(name) || own[program].has(name) }
		if (v.Required || slices.ContainsFunc(v.With, set)) && !set(v.Name) {
			lacking = append(lacking, program)
		}
	}
	if len(lacking) == 0 {
		return
	}
	what := v.Name + " has neither a value nor a default"
	if !v.Required {
		what += ", and is required with " + strings.Join(v.With, ", ")
	}
	t.add(Finding{"config-missing", Error, t.private("site.env"), what,
		fmt.Sprintf("%s cannot start, and %s 500. Set the value in the file: suEXEC removes variables that the server sets", strings.Join(lacking, ", "), answers(lacking)),
		fmt.Sprintf("echo '%s=VALUE' >> %s && chmod 600 %[2]s", v.Name, quote(t.path(t.private("site.env"))))})
}

func answers(programs []string) string {
	if len(programs) == 1 {
		return "answers"
	}
	return "answer"
}

func (s settings) has(name string) bool {
	_, plain := s.values[name]
	_, file := s.values[name+"_FILE"]
	return plain || file
}

// checkKeys looks for keys that no program of the file asks for, and for files
// that values name. program is whose file it is; "" for that of all.
func (t *tree) checkKeys(s settings, program string) {
	var known []string
	for _, v := range t.manifest.Config {
		if program == "" || slices.Contains(v.Programs, program) {
			known = append(known, v.Name)
		}
	}
	for key, value := range s.values {
		where := fmt.Sprintf("%s:%d", s.name, s.lines[key])
		base := strings.TrimSuffix(key, "_FILE")
		if isBrokenPEM(value) {
			t.brokenPEM(where, key)
		}
		switch {
		case strings.HasPrefix(key, "CGIGEN_"), slices.Contains(known, key):
		case base != key && slices.Contains(known, base):
			t.checkNamed(where, key, value)
		case program != "":
			t.unknownOf(program, where, key, shownKey(key, value, known), known)
		default:
			t.add(Finding{"config-unknown", Warning, where, "no program asks for " + shownKey(key, value, known),
				"it is misspelt or left over; if it is misspelt, the setting keeps its default", "correct or remove the line" + nearest(key, known)})
		}
	}
}

// shownKey is a key as a finding may show it. One without a value may be the last
// line of a key in base64, unless a name is near.
func shownKey(key, value string, known []string) string {
	if strings.Trim(value, "=") == "" && nearest(key, known) == "" {
		return "the key of this line"
	}
	return key
}

// unknownOf names a key of a program's own file that it does not ask for,
// which the program refuses.
func (t *tree) unknownOf(program, where, key, shown string, known []string) {
	what, fix := "the program "+program+" does not know "+shown, "correct or remove the line"+nearest(key, known)
	i := slices.IndexFunc(t.manifest.Config, func(v manifest.Value) bool { return v.Name == key || v.Name+"_FILE" == key })
	if i >= 0 {
		others := t.manifest.Config[i].Programs
		what += ": it is a setting of " + strings.Join(others, ", ")
		fix = "move the line to " + t.private("site.env") + ", for all programs, or to " + t.private(others[0]+".env")
	}
	t.add(Finding{"config-unknown", Error, where, what, program + " answers 500: it refuses to start with an unknown key in its own file", fix})
}

// checkNamed looks for the file that a value names. It does not show the value,
// which may be the secret itself.
func (t *tree) checkNamed(where, key, value string) {
	file := value
	if !filepath.IsAbs(file) {
		file = filepath.Join(t.path(t.private("")), file)
	}
	if _, err := os.Stat(file); err != nil {
		t.add(Finding{"config-file-missing", Error, where, fmt.Sprintf("cannot find the file that %s names: %s", key, plain(err)),
			"programs answer 500: they cannot start without it",
			"write the value into the file that the line names (a relative path is below " + quote(t.path(t.private(""))) + "), and close it to others: chmod 600 FILE"})
	}
}

// isBrokenPEM reports whether a value is a key or a certificate whose lines were
// joined: a value ends on its line, and is used as it is written.
func isBrokenPEM(value string) bool { return strings.HasPrefix(value, "-----BEGIN ") }

func (t *tree) brokenPEM(where, key string) {
	file := strings.ToLower(key) + ".pem"
	t.add(Finding{"config-pem", Error, where, "the value of " + key + ` is a PEM text, but a value has one line: the other lines are lost, and \n stays two characters`,
		"programs that read it answer 500: they refuse to start",
		"write the text, with all its lines, to " + quote(t.path(t.private(file))) + ", chmod 600, and replace the line by " + key + "_FILE=" + file})
}

// readSettings reads KEY=value lines as the programs do.
func (t *tree) readSettings(name string) settings {
	s := settings{name: name, values: map[string]string{}, lines: map[string]int{}}
	data, err := os.ReadFile(t.path(name))
	if err != nil {
		if !os.IsNotExist(err) {
			t.unreadable(name, err)
		}
		return s
	}
	number := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key = withoutExport(strings.TrimSpace(key))
		_, twice := s.values[key]
		if ok && isBrokenPEM(strings.TrimLeft(value, " \t\"'")) && !isLiteral(strings.TrimSpace(value)) {
			t.brokenPEM(fmt.Sprintf("%s:%d", name, number), key)
			continue
		}
		if !ok || !keyPattern.MatchString(key) || twice || !isLiteral(strings.TrimSpace(value)) {
			t.add(Finding{"config-syntax", Error, fmt.Sprintf("%s:%d", name, number), "the line is not KEY=value, or repeats a key, or has a comment or an unpaired quote beside its value",
				"programs answer 500: they cannot read their settings", "correct the line; a comment begins with # and has a line of its own"})
			continue
		}
		s.values[key], s.lines[key] = unquoted(strings.TrimSpace(value)), number
	}
	return s
}

// withoutExport takes off the word that shells put before a key.
func withoutExport(key string) string {
	rest, ok := strings.CutPrefix(key, "export")
	if name := strings.TrimLeft(rest, " \t"); ok && name != rest {
		return name
	}
	return key
}

// unquoted takes the quotes off a literal value.
func unquoted(value string) string {
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return value
	}
	return value[1 : len(value)-1]
}

// isLiteral reports whether programs take a value: without a comment behind it,
// and with quotes around all of it or without quotes.
func isLiteral(value string) bool {
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return !strings.Contains(value, " #") && !strings.Contains(value, "\t#")
	}
	inner, closed := strings.CutSuffix(value[1:], value[:1])
	return closed && !strings.Contains(inner, value[:1])
}

// nearest names the known key that differs least, if it is near.
func nearest(key string, known []string) string {
	best, least := "", 4
	for _, k := range known {
		if d := distance(key, k); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; " + best + " is near"
}

// distance is the number of characters to insert, delete or replace.
func distance(a, b string) int {
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
