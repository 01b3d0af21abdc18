package envconfig

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/model"
	"github.com/cgigen/cgigen/runtime/config"
)

// envName is what the files of runtime/config take as a key.
var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func validEnvName(name string) bool { return envName.MatchString(name) }

// refusal says why a name must not be that of a configuration value, because it
// means something to a server or to the runtime; otherwise it is "". In CGI the
// environment comes from the client as well: a request header sets HTTP_NAME, and
// nothing distinguishes it from a variable that the owner of the site has set.
func refusal(name string) string {
	name = strings.ToUpper(name)
	switch {
	case strings.HasPrefix(name, "HTTP_"):
		return "a request header can set it"
	case config.IsRequestVariable(name):
		return "it belongs to the request"
	case name == "PORT", hasAnyPrefix(name, "LISTEN_", "FCGI_"):
		return "it chooses a gateway"
	case strings.HasPrefix(name, "CGIGEN_"):
		return "it is a setting of the runtime"
	}
	return ""
}

func hasAnyPrefix(name string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// looksSecret reports names whose values errors do not show, unless the tag has
// secret:"false". A word too many costs a look into a file, one too few a
// password in a log.
func looksSecret(name string) bool {
	name = strings.ToUpper(name)
	for _, part := range []string{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	for word := range strings.SplitSeq(name, "_") {
		if slices.Contains([]string{"KEY", "KEYS", "APIKEY", "PASS", "PWD", "PW", "DSN"}, word) {
			return true
		}
	}
	return false
}

// holdsPassword reports texts with a password in the place where URLs have it.
func holdsPassword(text string) bool {
	_, rest, _ := strings.Cut(text, "://")
	user, _, found := strings.Cut(rest, "@")
	return found && strings.Contains(user, ":")
}

// checkNames reports names that a program must not have, or not twice.
func (r *configReader) checkNames() {
	for _, f := range r.config.Fields {
		if !validEnvName(f.Name) {
			r.problems.Add(f.Position, "config-name", "the name %s begins with a digit", f.Name).Hint = "write a prefix: //cgigen:config prefix=APP_"
		}
		if why := refusal(f.Name); why != "" {
			r.problems.Add(f.Position, "config-name-refused", "the name %s is refused: %s", f.Name, why).Hint = "choose another name, for example with //cgigen:config prefix=APP_"
		}
	}
	for i, f := range r.config.Fields {
		for _, other := range r.config.Fields[:i] {
			if other.Name == f.Name {
				d := r.problems.Add(f.Position, "config-name-twice", "a second field is called %s", f.Name)
				d.Hint = "give it a name of its own, or its struct an envPrefix"
				d.Related = []diag.Related{{Position: other.Position, Message: "the first one is here"}}
				break
			}
		}
	}
	r.problems = append(r.problems, fileNames(r.config.Fields)...)
}

// fileNames reports a name that is that of another value's file.
func fileNames(fields []model.ConfigField) diag.List {
	var ds diag.List
	for _, f := range fields {
		base, ok := strings.CutSuffix(f.Name, model.FileSuffix)
		if !ok {
			continue
		}
		i := slices.IndexFunc(fields, func(other model.ConfigField) bool { return other.Name == base })
		if i >= 0 {
			d := ds.Add(f.Position, "config-name-file", "%s names the file that holds %s", f.Name, base)
			d.Hint = "rename one of the fields: every value NAME can also come from the file that NAME_FILE names"
			d.Related = []diag.Related{{Position: fields[i].Position, Message: base + " is here"}}
		}
	}
	return ds
}

// ConfigConflicts reports what is wrong with the configuration structs of one
// program taken together: one name with two meanings.
func ConfigConflicts(configs []*model.Config) diag.List {
	var ds diag.List
	var fields []model.ConfigField
	for _, c := range configs {
		for _, f := range c.Fields {
			i := slices.IndexFunc(fields, func(other model.ConfigField) bool { return other.Name == f.Name })
			if i >= 0 && !sameMeaning(fields[i], f) {
				d := ds.Add(f.Position, "config-name-meanings", "%s has another meaning in the same program", f.Name)
				d.Hint = "give both fields the same type, default and options, or one of them another name"
				d.Related = []diag.Related{{Position: fields[i].Position, Message: "the other one is here"}}
			}
		}
		fields = append(fields, c.Fields...)
	}
	return append(ds, fileNames(fields)...)
}

// sameMeaning reports whether one value can serve two fields.
func sameMeaning(a, b model.ConfigField) bool {
	return a.Type == b.Type && a.Default == b.Default && a.HasDefault == b.HasDefault &&
		a.Separator == b.Separator && a.KeyValSeparator == b.KeyValSeparator &&
		a.Required == b.Required && a.NotEmpty == b.NotEmpty && a.File == b.File && a.Expand == b.Expand
}
