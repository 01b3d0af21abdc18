package htaccess

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	block      = "# BEGIN cgigen shop\nRewriteEngine On\n# END cgigen shop\n"
	rules      = "# BEGIN WordPress\nRewriteRule . /index.php [L]\n# END WordPress\n"
	otherBlock = "# BEGIN cgigen blog\nRewriteRule ^b$ x\n# END cgigen blog\n"
)

func windows(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

func TestMerge(t *testing.T) {
	old := strings.ReplaceAll(block, "On", "Off\n# more")
	tests := []struct{ name, text, want string }{
		{"no file", "", block},
		{"at the end", "Options -Indexes\n", "Options -Indexes\n" + block},
		{"at the end, whose line end is missing", "Options -Indexes", "Options -Indexes\n" + strings.TrimSuffix(block, "\n")},
		{"before WordPress", "A\n" + rules + "B\n", "A\n" + block + rules + "B\n"},
		{"before WordPress in the first line", rules, block + rules},
		{"replaced", "A\n" + old + "B", "A\n" + block + "B"},
		{"replaced at the end, whose line end is missing", "A\n" + strings.TrimSuffix(old, "\n"), "A\n" + strings.TrimSuffix(block, "\n")},
		{"with Windows line ends", "A\r\nB\r\n", "A\r\nB\r\n" + windows(block)},
		{"with Windows line ends, the last one missing", "A\r\nB", "A\r\nB\r\n" + strings.TrimSuffix(windows(block), "\r\n")},
		{"replaced, with Windows line ends", windows("A\n" + old + "B\n"), windows("A\n" + block + "B\n")},
		{"moved before WordPress", rules + "A\n" + old, block + rules + "A\n"},
		{"beside another site", otherBlock, otherBlock + block},
		{"indented markers", "  # BEGIN cgigen shop \nx\n\t# END cgigen shop\nB\n", block + "B\n"},
		{"a longer name is another site", "# BEGIN cgigen shop-2\n# END cgigen shop-2\n", "# BEGIN cgigen shop-2\n# END cgigen shop-2\n" + block},
		{"not UTF-8", "\xff\xfe\x00\n", "\xff\xfe\x00\n" + block},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Merge([]byte(test.text), []byte(block), "shop")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			again, err := Merge(got, []byte(block), "shop")
			if err != nil || !bytes.Equal(again, got) {
				t.Errorf("merged again: %v\n%s", err, cmp.Diff(string(got), string(again)))
			}
		})
	}
}

func TestRemove(t *testing.T) {
	for _, text := range []string{"", "A\n", "A", "\n", windows("A\nB\n"), windows("A\nB"), rules, "A\n" + otherBlock + rules, "A\r"} {
		merged, err := Merge([]byte(text), []byte(block), "shop")
		if err != nil {
			t.Fatal(err)
		}
		got, err := Remove(merged, "shop")
		if err != nil || string(got) != text {
			t.Errorf("got %q, %v, want %q", got, err, text)
		}
	}
	if got, err := Remove([]byte(otherBlock), "shop"); err != nil || string(got) != otherBlock {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestBrokenMarkers(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no end", "A\n# BEGIN cgigen shop\nB\n", `line 2: "# BEGIN cgigen shop" has no "# END cgigen shop" after it`},
		{"no beginning", "# END cgigen shop\n", `line 1: "# END cgigen shop" has no "# BEGIN cgigen shop" before it`},
		{"two ends", block + "# END cgigen shop\n", `line 4: "# END cgigen shop" has no "# BEGIN cgigen shop" before it`},
		{"twice", block + block, `line 4: "# BEGIN cgigen shop" stands here again; the first is line 1`},
		{"another site within", "# BEGIN cgigen shop\n" + otherBlock + "# END cgigen shop\n", `line 2: "# BEGIN cgigen blog" stands within the block of shop, which would be replaced with it`},
		{"WordPress within", "# BEGIN cgigen shop\n" + rules + "# END cgigen shop\n", `line 2: "# BEGIN WordPress" stands within the block of shop, which would be replaced with it`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Merge([]byte(test.text), []byte(block), "shop")
			var marker *MarkerError
			if !errors.As(err, &marker) || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if got, err := Remove([]byte(test.text), "shop"); err == nil || string(got) != test.text {
				t.Errorf("removed: %q, %v", got, err)
			}
		})
	}
}

func TestBlockIsComparedWithUnixLineEnds(t *testing.T) {
	for _, text := range []string{block, windows("A\n" + block + "B\n"), "A\n" + strings.TrimSuffix(block, "\n"), windows("A\n") + strings.TrimSuffix(windows(block), "\r\n")} {
		if got, err := Block([]byte(text), "shop"); err != nil || string(got) != block {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	if got, err := Block([]byte("A\n"), "shop"); got != nil || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestWordPressIsSeen(t *testing.T) {
	for text, want := range map[string][2]bool{
		"": {}, rules: {true, false}, block + rules: {true, false}, rules + block: {true, true}, windows(rules + block): {true, true}, "x # BEGIN WordPress\n": {},
	} {
		if got := [2]bool{HasWordPress([]byte(text)), IsBehindWordPress([]byte(text), "shop")}; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// Whatever stands outside of the block stays as it is, byte for byte.
func FuzzMerge(f *testing.F) {
	for _, text := range []string{"", "A", "A\r", "A\r\n", rules, block, windows(block + rules), rules + block, otherBlock, "# BEGIN cgigen shop", "\x00\xff\n"} {
		f.Add([]byte(text), "RewriteRule ^a$ b\n")
	}
	f.Fuzz(func(t *testing.T, text []byte, rule string) {
		rule = strings.NewReplacer("\r", "", "BEGIN", "", "END", "").Replace(rule) + "\n"
		block := Wrap("shop", []byte(rule))
		merged, err := Merge(text, block, "shop")
		if err != nil {
			return
		}
		again, err := Merge(merged, block, "shop")
		if err != nil || !bytes.Equal(again, merged) {
			t.Errorf("merging again changes %q to %q, %v", merged, again, err)
		}
		outside, err := Remove(text, "shop")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Remove(merged, "shop"); err != nil || !bytes.Equal(got, outside) {
			t.Errorf("outside of the block %q became %q, %v", outside, got, err)
		}
		if got, err := Block(merged, "shop"); err != nil || strings.TrimRight(string(got), "\n") != strings.TrimRight(string(block), "\n") {
			t.Errorf("the block %q became %q, %v", block, got, err)
		}
		if IsBehindWordPress(merged, "shop") {
			t.Errorf("the block stands after WordPress's in %q", merged)
		}
	})
}
