package directive

import (
	"testing"

	"github.com/cgigen/cgigen/generator/diag"
)

func TestNearestName(t *testing.T) {
	for word, want := range map[string]string{
		"hander": "handler", "handelr": "handler", "Handler": "handler", "handlers": "handler",
		"provider": "provide", "conf": "config", "cofnig": "config", "midleware": "middleware",
		"x": "", "banana": "", "": "",
	} {
		if got := diag.Nearest(word, DirectiveNames()); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

// A directive stands on the first line of a comment: what a block comment says below it
// is text.
func TestNearMissesStandOnTheFirstLine(t *testing.T) {
	for comment, want := range map[string]bool{
		"cgigen:handler GET /\n*/": true, " cgigen:handler GET /\n*/": true, "\ncgigen:handler GET /\n*/": false, "text\ncgigen:handler GET /\n*/": false,
	} {
		if got := beginsMiss([]byte("/*"), []byte(comment)); got != want {
			t.Errorf("%q: %t, want %t", comment, got, want)
		}
	}
}
