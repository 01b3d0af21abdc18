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
