package config

import "testing"

func TestMisspeltSettingsAreNamedWithTheNearest(t *testing.T) {
	v := Open("x", "CGIGEN_FINISH_TIMEOUT", "CGIGEN_BASE")
	for name, want := range map[string]string{
		"CGIGEN_FINSH_TIMEOUT":  "the environment: no setting is called CGIGEN_FINSH_TIMEOUT; did you mean CGIGEN_FINISH_TIMEOUT?",
		"CGIGEN_COLOUR":         "the environment: no setting is called CGIGEN_COLOUR",
		"CGIGEN_FINISH_TIMEOUT": "", "CGIGEN_BASE_FILE": "", "CGIGEN_CACHE": "", "CGIGEN_HEADER_BUFFER": "", "CGIGEN_DEPLOY_PASSWORD_FILE": "",
	} {
		if got := v.Misspelt(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := Open("x").Misspelt("CGIGEN_ANY"); got != "" {
		t.Errorf("where settings are unknown: %q", got)
	}
}
