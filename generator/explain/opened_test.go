package explain

import (
	"slices"
	"testing"
)

func TestOpenedListsTheProvidersOfATime(t *testing.T) {
	p := Program{Steps: []Step{
		{Kind: "config", Function: "site.Config"},
		{Kind: "provider", Function: "db.Open", When: "start"},
		{Kind: "provider", Function: "mail.Dial", When: "first use"},
		{Kind: "handler", Function: "users.New", When: "start"},
		{Kind: "provider", Function: "cache.New", When: "start"},
	}}
	for when, want := range map[string][]string{"start": {"db.Open", "cache.New"}, "first use": {"mail.Dial"}, "never": nil} {
		if got := p.Opened(when); !slices.Equal(got, want) {
			t.Errorf("at %s: %q, want %q", when, got, want)
		}
	}
}
