// Package configdoc describes the configuration of programs to people: as an example
// of the settings file ([EnvExample]) and as a table in Markdown ([ConfigReference]).
//
// It takes a model.Model and returns the text. Defaults of secrets appear in neither.
package configdoc

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cgigen/cgigen/generator/model"
)

// A documentedConfig is a configuration struct with the programs that load it.
type documentedConfig struct {
	*model.Config
	programs []string
}

func (c documentedConfig) title() string {
	return c.Type.PackageName + "." + c.Type.Name
}

// documentedConfigs lists the configuration structs of all programs, sorted by
// package and name.
func documentedConfigs(m *model.Model) []documentedConfig {
	var configs []documentedConfig
	for _, p := range m.Programs {
		for _, c := range p.Configs() {
			i := slices.IndexFunc(configs, func(known documentedConfig) bool { return known.Type == c.Type })
			if i < 0 {
				i = len(configs)
				configs = append(configs, documentedConfig{Config: c})
			}
			configs[i].programs = append(configs[i].programs, p.Name)
		}
	}
	slices.SortFunc(configs, func(a, b documentedConfig) int {
		return strings.Compare(a.Type.Package+"."+a.Type.Name, b.Type.Package+"."+b.Type.Name)
	})
	return withoutSecrets(configs)
}

// hidden stands for the default of a secret, which no document shows.
const hidden = "***"

// withoutSecrets hides the defaults of secrets. A name that one field calls
// secret is secret for all.
func withoutSecrets(configs []documentedConfig) []documentedConfig {
	secret := map[string]bool{}
	for _, c := range configs {
		for _, f := range c.Fields {
			secret[f.Name] = secret[f.Name] || f.Secret
		}
	}
	for i, c := range configs {
		fields := slices.Clone(c.Fields)
		for j := range fields {
			f := &fields[j]
			f.Secret = secret[f.Name]
			if f.Secret && f.Default != "" {
				f.Default = hidden
			}
		}
		shown := *c.Config
		shown.Fields = fields
		configs[i].Config = &shown
	}
	return configs
}

// EnvExample returns a file .env.example with all configuration values of a
// module and their defaults. Every line is a comment, so that a copy changes
// nothing before somebody has looked at it.
func EnvExample(m *model.Model) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Configuration of %s.
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
`, m.Module.Path)
	writeExamples(&b, m, quoteValue)
	return b.Bytes()
}

// ContainerEnvExample returns the same for docker, podman and kubectl, which take
// all that follows = literally, quotes too.
func ContainerEnvExample(m *model.Model) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Settings of %s in a container.
#
# Copy the lines that you need to a file site.env, and remove the # before every
# setting. A REQUIRED setting has no default: the program does not start until it
# has a value. docker run --env-file, podman run --env-file and kubectl create
# secret --from-env-file read the file, and take what follows = literally: no
# quotes, no comment behind a value. Instead of NAME=value, NAME_FILE=/path reads
# the value from a file, such as one of a mounted secret.
`, m.Module.Path)
	writeExamples(&b, m, literalValue)
	return b.Bytes()
}

// writeExamples writes every value once, with its description.
func writeExamples(b *bytes.Buffer, m *model.Model, quote func(string) (string, bool)) {
	var names []string
	for _, c := range documentedConfigs(m) {
		fmt.Fprintf(b, "\n# ---- %s, loaded by %s\n", c.title(), strings.Join(c.programs, ", "))
		for _, f := range c.Fields {
			if !slices.Contains(names, f.Name) { // once in the file is enough
				names = append(names, f.Name)
				b.WriteString(exampleLine(f, quote))
			}
		}
	}
}

// exampleLine describes a value and shows how to set it.
func exampleLine(f model.ConfigField, quote func(string) (string, bool)) string {
	lines := "\n"
	if f.Doc != "" {
		lines += "# " + oneLine(f.Doc) + "\n"
	}
	value, ok := quote(f.Default)
	switch {
	case f.Default == hidden && f.Secret:
		value = ""
		lines += "# (the default is secret and not shown)\n"
	case !ok:
		lines += "# (the default does not fit on a line; put such a value into a file, and name it with " + f.Name + model.FileSuffix + ")\n"
	}
	words := append([]string{f.Type}, properties(f)...)
	mark := "# "
	if f.IsRequired() {
		mark = "# REQUIRED "
		words = slices.DeleteFunc(words, func(word string) bool { return word == "required" })
	}
	return lines + mark + "(" + strings.Join(words, ", ") + ")\n#" + f.Name + "=" + value + "\n"
}

// quoteValue writes a value as the files of runtime/config take it. One with
// control characters, which other readers take for the end of a line, or which is
// no text, is not ok.
func quoteValue(value string) (string, bool) {
	isControl := func(r rune) bool { return r != '\t' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }
	plain := strings.TrimSpace(value) == value && !strings.ContainsAny(value[:min(len(value), 1)], "\"'`#") &&
		!strings.Contains(value, " #") && !strings.Contains(value, "\t#")
	switch {
	case strings.ContainsFunc(value, isControl), !utf8.ValidString(value):
		return "", false
	case plain:
		return value, true
	case !strings.Contains(value, `"`):
		return `"` + value + `"`, true
	case !strings.Contains(value, "'"):
		return "'" + value + "'", true
	}
	return "", false
}

// literalValue is a value that no reader changes: one line of text, without space
// around it.
func literalValue(value string) (string, bool) {
	ok := utf8.ValidString(value) && strings.TrimSpace(value) == value && !strings.ContainsFunc(value, unicode.IsControl)
	return value, ok
}

// properties are the options of a field in words.
func properties(f model.ConfigField) []string {
	var words []string
	for _, p := range []struct {
		holds bool
		word  string
	}{
		{f.IsRequired(), "required"},
		{f.NeedsValue() && f.Optional != "", "required if a value of " + f.Optional + " is set"},
		{f.NotEmpty, "not empty"},
		{f.File, "path of a file with the value"},
		{f.Expand, "$NAME stands for other values"},
		{f.Secret, "secret"},
		{f.Form == model.SliceForm && f.Separator != ",", "separated by " + visible(f.Separator)},
		{f.Form == model.MapForm, "key" + visible(f.KeyValSeparator) + "value" + visible(f.Separator) + "…"},
	} {
		if p.holds {
			words = append(words, p.word)
		}
	}
	return words
}

// visible shows a separator that is a space, or what cannot be seen.
func visible(separator string) string {
	return strings.ReplaceAll(printable(separator), " ", "␣")
}

// printable writes what cannot be printed, or ends a line for some reader, as Go
// does in a string.
func printable(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if unicode.IsPrint(r) && (r != utf8.RuneError || size > 1) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.Quote(text[:size]), `"`))
		}
		text = text[size:]
	}
	return b.String()
}

// ConfigReference returns a Markdown table of all configuration values of a module.
func ConfigReference(m *model.Model) []byte {
	var b bytes.Buffer
	b.WriteString("| name | type | default | meaning | programs |\n|---|---|---|---|---|\n")
	var rows []string
	for _, c := range documentedConfigs(m) {
		for _, f := range c.Fields {
			row := fmt.Sprintf("| `%s` | %s | %s | %s |", f.Name, code(f.Type), code(f.Default), cell(meaning(f)))
			if i := slices.IndexFunc(rows, func(r string) bool { return strings.HasPrefix(r, row) }); i >= 0 {
				rows[i] = strings.TrimSuffix(rows[i], " |") + ", " + strings.Join(c.programs, ", ") + " |"
				continue
			}
			rows = append(rows, row+" "+strings.Join(c.programs, ", ")+" |")
		}
	}
	for _, row := range rows {
		b.WriteString(row + "\n")
	}
	return b.Bytes()
}

// meaning is the documentation of a field and its options.
func meaning(f model.ConfigField) string {
	text := oneLine(f.Doc)
	if words := strings.Join(properties(f), ", "); words != "" && text != "" {
		text += " (" + words + ")"
	} else {
		text += words
	}
	return text
}

// oneLine joins the lines of a text.
func oneLine(text string) string {
	return printable(strings.Join(strings.Fields(text), " "))
}

// cell writes a text so that Markdown shows it as it is, within its cell.
func cell(text string) string {
	return strings.NewReplacer(
		"<", "&lt;", ">", "&gt;", "&", "&amp;", `\`, "&#92;", // a backslash before | would be read in two ways
		"|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "$", `\$`,
	).Replace(text)
}

// code writes a text as code, within its cell; "" stays empty. Backticks can hold
// no text with backticks or space at its ends, and in a table backslashes are read
// in two ways: such a text is HTML.
func code(text string) string {
	switch text = printable(text); {
	case text == "":
		return ""
	case strings.ContainsAny(text, "`\\|") || strings.TrimSpace(text) != text || strings.Contains(text, "  "):
		return "<code>" + entities(text) + "</code>"
	}
	return "`" + text + "`"
}

// entities writes what means something to Markdown, or to HTML, as numbers.
func entities(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf && (unicode.IsPunct(r) || unicode.IsSymbol(r) || r == ' ') {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
