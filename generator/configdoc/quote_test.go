package configdoc

import (
	"testing"
)

// The files of runtime/config take a value up to the end of its line, in quotes of one kind if it needs them (docs/config.md).
// A value that no line can hold is said to be none, and is not written in part.
func TestDefaultsAreWrittenAsProgramsReadThem(t *testing.T) {
	const none = "\x00"
	for value, want := range map[string]string{
		"": "", "plain": "plain", "two words": "two words", "ä": "ä", "a=b": "a=b", "$HOME": "$HOME", `back\slash`: `back\slash`, "#begin": `"#begin"`, "it's": "it's",
		" leading": `" leading"`, "trailing\t": "\"trailing\t\"", "a #comment": `"a #comment"`, "a\t#comment": "\"a\t#comment\"",
		`"quoted"`: `'"quoted"'`, "'quoted'": `"'quoted'"`, `say "x" `: `'say "x" '`,
		`"it's"`: none, `'say "x"'`: none, `it's "x" #1`: none, "two\nlines": none, "nul\x00": none,
	} {
		got, ok := quoteValue(value)
		if ok != (want != none) || ok && got != want || !ok && got != "" {
			t.Errorf("%q is written as %q, %v; want %q", value, got, ok, want)
		}
	}
}
