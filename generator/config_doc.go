package generator

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// A documentedConfig is a configuration struct with the programs that load it.
type documentedConfig struct {
	*Config
	programs []string
}

func (c documentedConfig) title() string {
	return c.Type.PackageName + "." + c.Type.Name
}

// documentedConfigs lists the configuration structs of all programs, sorted by
// package and name.
func documentedConfigs(m *Model) []documentedConfig {
	var configs []documentedConfig
	for _, p := range m.Programs {
		for _, c := range p.configs() {
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
	return configs
}

// EnvExample returns a file .env.example with all configuration values of a
// module and their defaults. Every line is a comment, so that a copy changes
// nothing before somebody has looked at it.
func EnvExample(m *Model) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Configuration of %s.
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
`, m.Module.Path)
	var names []string
	for _, c := range documentedConfigs(m) {
		fmt.Fprintf(&b, "\n# ---- %s, loaded by %s\n", c.title(), strings.Join(c.programs, ", "))
		for _, f := range c.Fields {
			if !slices.Contains(names, f.Name) { // once in the file is enough
				names = append(names, f.Name)
				b.WriteString(exampleLine(f))
			}
		}
	}
	return b.Bytes()
}

// exampleLine describes a value and shows how to set it.
func exampleLine(f ConfigField) string {
	lines := "\n"
	if f.Doc != "" {
		lines += "# " + oneLine(f.Doc) + "\n"
	}
	value, ok := quoteValue(f.Default)
	if !ok {
		lines += "# (the default does not fit on a line: a file that " + f.Name + fileSuffix + " names can hold such a value)\n"
	}
	words := append([]string{f.Type}, properties(f)...)
	mark := "# "
	if isRequired(f) {
		mark = "# REQUIRED "
		words = slices.DeleteFunc(words, func(word string) bool { return word == "required" })
	}
	return lines + mark + "(" + strings.Join(words, ", ") + ")\n#" + f.Name + "=" + value + "\n"
}

// quoteValue writes a value as the files of runtime/config take it.
func quoteValue(value string) (string, bool) {
	plain := !strings.ContainsAny(value, "\n\x00") && strings.TrimSpace(value) == value
	switch {
	case plain && !strings.HasPrefix(value, `"`) && !strings.HasPrefix(value, "'") && !strings.Contains(value, " #") && !strings.Contains(value, "\t#"):
		return value, true
	case strings.ContainsAny(value, "\n\x00"):
		return "", false
	case !strings.Contains(value, `"`):
		return `"` + value + `"`, true
	case !strings.Contains(value, "'"):
		return "'" + value + "'", true
	}
	return "", false
}

// isRequired reports whether a program cannot start unless somebody sets a value.
func isRequired(f ConfigField) bool {
	return f.Required && !f.HasDefault || f.NotEmpty && f.Default == ""
}

// properties are the options of a field in words.
func properties(f ConfigField) []string {
	var words []string
	for _, p := range []struct {
		holds bool
		word  string
	}{
		{isRequired(f), "required"},
		{f.NotEmpty, "not empty"},
		{f.File, "path of a file with the value"},
		{f.Expand, "$NAME stands for other values"},
		{f.Secret, "secret"},
		{f.Form == SliceForm && f.Separator != ",", "separated by " + visible(f.Separator)},
		{f.Form == MapForm, "key" + visible(f.KeyValSeparator) + "value" + visible(f.Separator) + "…"},
	} {
		if p.holds {
			words = append(words, p.word)
		}
	}
	return words
}

// visible shows a separator that is a space.
func visible(separator string) string {
	return strings.ReplaceAll(separator, " ", "␣")
}

// ConfigReference returns a Markdown table of all configuration values of a module.
func ConfigReference(m *Model) []byte {
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
func meaning(f ConfigField) string {
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
	return strings.Join(strings.Fields(text), " ")
}

// cell keeps a text within its cell of a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "`", "\\`").Replace(text)
}

// code writes a text as code, within its cell; "" stays empty.
func code(text string) string {
	if text == "" {
		return ""
	}
	fence := "`"
	if strings.Contains(text, "`") {
		fence = "``"
	}
	return fence + strings.NewReplacer("|", `\|`, "\n", " ").Replace(text) + fence
}
