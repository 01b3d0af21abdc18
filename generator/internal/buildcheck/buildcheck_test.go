package buildcheck

import (
	"slices"
	"testing"

	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// A gateway that no site asks for need not be there, in a vendor folder for example.
func TestTheGatewaysOfTheSitesAreAskedForAlone(t *testing.T) {
	sites := []*site.Site{{Site: model.Site{Gateways: []string{"cgi"}}}, {Site: model.Site{Gateways: []string{"cgi", "scgi"}}}}
	got := runtimePackages(sites)
	for _, g := range model.GatewayTable() {
		if want := g.Name == "cgi" || g.Name == "scgi"; slices.Contains(got, g.ImportPath()) != want {
			t.Errorf("the gateway %s is asked for: %v, want %v", g.Name, !want, want)
		}
	}
}

// The hint is the command that the go command names, or the one that mends it.
func TestHintsAreCommandsToRun(t *testing.T) {
	for _, test := range []struct{ said, what, hint string }{
		{"go: updates to go.mod needed; to update it:\n\tgo mod tidy\n", "updates to go.mod needed", "go mod tidy"},
		{"no required module provides package example.com/x; to add it:\n\tgo get example.com/x", "no required module provides package example.com/x", "go get example.com/x"},
		{"missing go.sum entry for module example.com/x", "missing go.sum entry for module example.com/x", "go mod tidy"},
		{"go: inconsistent vendoring in /shop", "inconsistent vendoring in /shop", "go mod vendor"},
		{"go: example.com/x: replacement directory ../x does not exist", "example.com/x: replacement directory ../x does not exist", "correct the replace line of go.mod, or remove it"},
	} {
		if what, hint := moduleRemedy(test.said); what != test.what || hint != test.hint {
			t.Errorf("%q:\ngot  %q, %q\nwant %q, %q", test.said, what, hint, test.what, test.hint)
		}
	}
}
