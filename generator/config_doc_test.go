package generator

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// documentedModel has two programs that share a configuration struct, and two
// structs that share a name.
func documentedModel() *Model {
	users := &Config{
		Type: Symbol{Package: "example.com/shop/users", PackageName: "users", Name: "Config"},
		Fields: []ConfigField{
			{Name: "APP_DSN", Type: "string", Required: true, Secret: true, Doc: "database\n\taddress | `path`"},
			{Name: "APP_TIMEOUT", Type: "time.Duration", Default: "5s", HasDefault: true, Required: true},
			{Name: "APP_TITLE", Type: "string", Default: ` a "title" #1`, HasDefault: true},
			{Name: "APP_TEXT", Type: "string", Default: "two\nlines", HasDefault: true},
			{Name: "APP_HOSTS", Type: "[]string", Form: SliceForm, Separator: " ", NotEmpty: true},
			{Name: "APP_LIMITS", Type: "map[string]int", Form: MapForm, Separator: ",", KeyValSeparator: ":", Expand: true},
		},
	}
	mail := &Config{
		Type: Symbol{Package: "example.com/shop/mail", PackageName: "mail", Name: "Config"},
		Fields: []ConfigField{
			{Name: "MAIL_KEY", Type: "string", File: true},
			{Name: "APP_TIMEOUT", Type: "time.Duration", Default: "5s", HasDefault: true, Required: true},
		},
	}
	return &Model{
		Module: Module{Path: "example.com/shop"},
		Programs: []Program{
			{Name: "send", Steps: []Step{{Kind: LoadConfig, Config: mail}}},
			{Name: "user", Steps: []Step{{Kind: LoadConfig, Config: users}, {Kind: CallHandler}}},
			{Name: "user-list", Steps: []Step{{Kind: LoadConfig, Config: users}}},
		},
	}
}

func TestEnvExampleShowsEveryNameOnce(t *testing.T) {
	want := `# Configuration of example.com/shop.
#
# Copy what you need to private/site.env, for all programs, or to
# private/<program>.env, for one of them, and close the file: chmod 600. Take
# the # away from what you set. What is REQUIRED has no default: programs that
# read it answer 500 until it has a value.
#
# Values are taken as they stand: no variables, no escapes. Space around key and
# value, quotes around a value ('...' or "...") and the word export before a key
# are not part of it. Comments have lines of their own: outside quotes, a space
# and # in a value are an error.

# ---- mail.Config, loaded by send

# (string, path of a file with the value)
#MAIL_KEY=

# (time.Duration)
#APP_TIMEOUT=5s

# ---- users.Config, loaded by user, user-list

# database address | ` + "`path`" + `
# REQUIRED (string, secret)
#APP_DSN=

# (string)
#APP_TITLE=' a "title" #1'

# (the default does not fit on a line: a file that APP_TEXT_FILE names can hold such a value)
# (string)
#APP_TEXT=

# REQUIRED ([]string, not empty, separated by ␣)
#APP_HOSTS=

# (map[string]int, $NAME stands for other values, key:value,…)
#APP_LIMITS=
`
	if diff := cmp.Diff(want, string(EnvExample(documentedModel()))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestConfigReferenceIsATable(t *testing.T) {
	want := "| name | type | default | meaning | programs |\n|---|---|---|---|---|\n" +
		"| `MAIL_KEY` | `string` |  | path of a file with the value | send |\n" +
		"| `APP_TIMEOUT` | `time.Duration` | `5s` |  | send, user, user-list |\n" +
		"| `APP_DSN` | `string` |  | database address \\| \\`path\\` (required, secret) | user, user-list |\n" +
		"| `APP_TITLE` | `string` | <code>&#32;a&#32;&#34;title&#34;&#32;&#35;1</code> |  | user, user-list |\n" +
		"| `APP_TEXT` | `string` | <code>two&#92;nlines</code> |  | user, user-list |\n" +
		"| `APP_HOSTS` | `[]string` |  | required, not empty, separated by ␣ | user, user-list |\n" +
		"| `APP_LIMITS` | `map[string]int` |  | \\$NAME stands for other values, key:value,… | user, user-list |\n"
	if diff := cmp.Diff(want, string(ConfigReference(documentedModel()))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSecretsAreKnownByTheirNames(t *testing.T) {
	for name, want := range map[string]bool{
		"DB_PASSWORD": true, "DBPASSWORD": true, "API_KEY": true, "APIKEY": true, "DSN": true, "APP_DSN_RO": true, "ACCESSTOKENS": true,
		"MONKEY": false, "KEYBOARD": false, "COMPASS": false, "DATABASE_URL": false, "PASSAGE": false,
	} {
		if got := looksSecret(name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func TestStructTagsAreTakenApart(t *testing.T) {
	tests := []struct {
		tag        string
		pairs      []tagPair
		wellFormed bool
	}{
		{"", nil, true},
		{`env:"A"`, []tagPair{{"env", "A"}}, true},
		{`  env:"A,required"  doc:"a \"b\" c" `, []tagPair{{"env", "A,required"}, {"doc", `a "b" c`}}, true},
		{`env:"A"doc:"b"`, nil, false},
		{`env:"A" envDefault=5`, []tagPair{{"env", "A"}}, false},
		{`env: "A"`, nil, false},
		{`env:"A`, nil, false},
		{`A`, nil, false},
		{`:"A"`, nil, false},
	}
	for _, test := range tests {
		pairs, wellFormed := splitTag(test.tag)
		if diff := cmp.Diff(test.pairs, pairs, cmp.AllowUnexported(tagPair{})); diff != "" || wellFormed != test.wellFormed {
			t.Errorf("%s: well-formed %v, -want +got:\n%s", test.tag, wellFormed, diff)
		}
	}
}
