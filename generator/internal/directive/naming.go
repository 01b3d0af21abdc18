package directive

import (
	"go/ast"
	"regexp"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/naming"
)

// MaxProgramName is how long a program's name may be. The longest path that holds
// it is that of a socket, /var/www/run/SITE/NAME.sock, which has 103 bytes on the
// BSDs; a site's name has up to 32, as that of a user.
const MaxProgramName = 50

const TooLong = "the name of the program has %d letters, and may have %d: its socket could not be opened"

// notInName is what separates the words of a name that is not valid.
var notInName = regexp.MustCompile(`[^a-z0-9-]+`)

const notAName = "%q is not a valid name of a %s: use lower-case letters, digits and hyphens"

// checkName reports a given name that is not valid, or that names a folder
// which the go command does not look into.
func checkName(name Text, what string, r *diag.Reporter) bool {
	switch {
	case !name.Given():
		return true
	case !naming.ValidName.MatchString(name.Value):
		r.Errorf(name.Pos, "invalid-name", notAName, name.Value, what).Hint = nameHint(name.Value)
	case what == "program" && naming.IgnoredFolder(name.Value):
		r.Errorf(name.Pos, "program-name", "cannot name a program %q: the go command does not look into folders of that name", name.Value).Hint = "choose another name, for example " + name.Value + "-page"
	case what == "program" && len(name.Value) > MaxProgramName:
		r.Errorf(name.Pos, "program-name", TooLong, len(name.Value), MaxProgramName).Hint = "for example " + Shortened(name.Value)
	default:
		return true
	}
	return false
}

// Shortened returns the first words of a name that is too long.
func Shortened(name string) string {
	short := name[:MaxProgramName/2]
	if i := strings.LastIndexByte(short, '-'); i > 0 {
		short = short[:i]
	}
	return strings.Trim(short, "-")
}

// nameHint returns a name that is nearly the given one. Programs are named
// without the ending that servers know them by.
func nameHint(name string) string {
	better := strings.TrimSuffix(strings.Trim(name, "\"'`"), ".cgi")
	better = strings.Trim(notInName.ReplaceAllString(naming.Kebab(better), "-"), "-")
	if better == "" {
		return "choose one, for example home"
	}
	return "for example " + better
}

func ExportHint(name string) string {
	if trimmed := strings.TrimLeft(name, "_"); trimmed != "" && ast.IsExported(strings.ToUpper(trimmed[:1])+trimmed[1:]) {
		return "rename it to " + strings.ToUpper(trimmed[:1]) + trimmed[1:]
	}
	return "give it a name that begins with a capital letter"
}
