//go:build !linux

package doctor

// isNoexec reports whether programs may not be run from a folder. It is known
// on Linux alone.
func isNoexec(string) bool { return false }
