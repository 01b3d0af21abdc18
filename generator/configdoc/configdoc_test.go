package configdoc

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/model"
)

// documentedModel has two programs that share a configuration struct, and two
// structs that share a name.
func documentedModel() *model.Model {
	users := &model.Config{
		Type: model.Symbol{Package: "example.com/shop/users", PackageName: "users", Name: "Config"},
		Fields: []model.ConfigField{
			{Name: "APP_DSN", Type: "string", Required: true, Secret: true, Doc: "database\n\taddress | `path`"},
			{Name: "APP_TIMEOUT", Type: "time.Duration", Default: "5s", HasDefault: true, Required: true},
			{Name: "APP_TITLE", Type: "string", Default: ` a "title" #1`, HasDefault: true},
			{Name: "APP_TEXT", Type: "string", Default: "two\nlines", HasDefault: true},
			{Name: "APP_HOSTS", Type: "[]string", Form: model.SliceForm, Separator: " ", NotEmpty: true},
			{Name: "APP_LIMITS", Type: "map[string]int", Form: model.MapForm, Separator: ",", KeyValSeparator: ":", Expand: true},
		},
	}
	mail := &model.Config{
		Type: model.Symbol{Package: "example.com/shop/mail", PackageName: "mail", Name: "Config"},
		Fields: []model.ConfigField{
			{Name: "MAIL_KEY", Type: "string", File: true},
			{Name: "APP_TIMEOUT", Type: "time.Duration", Default: "5s", HasDefault: true, Required: true},
		},
	}
	return &model.Model{
		Module: model.Module{Path: "example.com/shop"},
		Programs: []model.Program{
			{Name: "send", Steps: []model.Step{{Kind: model.LoadConfig, Config: mail}}},
			{Name: "user", Steps: []model.Step{{Kind: model.LoadConfig, Config: users}, {Kind: model.CallHandler}}},
			{Name: "user-list", Steps: []model.Step{{Kind: model.LoadConfig, Config: users}}},
		},
	}
}

func TestEnvExampleShowsEveryNameOnce(t *testing.T) {
	want := `# Configuration of example.com/shop.
#
# Copy the lines that you need to site.env beside this file, for all programs, or
# to <program>.env, for one program. Remove the # before every setting, and close
# the file to others: chmod 600. A REQUIRED setting has no default: programs that
# read it answer 500 until it has a value.
#
# Programs use a value exactly as it is written, without variables and escapes.
# They ignore space around key and value, quotes around a value ('...' or "..."),
# and the word export before a key. A comment has a line of its own: a space and #
# in a value without quotes are an error.

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

# (the default does not fit on a line; put such a value into a file, and name it with APP_TEXT_FILE)
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
