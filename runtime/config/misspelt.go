package config

import (
	"slices"
	"strings"
)

// others are variables that begin with CGIGEN_ and are no settings of programs: those of
// the command, of servers, and of other processes of the runtime.
func others() []string {
	return []string{"CGIGEN_CACHE", "CGIGEN_HEADER_BUFFER", "CGIGEN_WORKER"}
}

// Misspelt returns what is wrong with the name of an environment variable that begins
// with CGIGEN_ and is not a setting, with the nearest name; "" if nothing is.
func (v *Values) Misspelt(name string) string {
	base := strings.TrimSuffix(name, fileSuffix)
	if v.settings == nil || v.knows(name) || slices.Contains(v.settings, base) || slices.Contains(others(), name) || strings.HasPrefix(name, "CGIGEN_DEPLOY") {
		return ""
	}
	return "the environment: no setting is called " + name + didYouMean(v.nearest(name))
}
