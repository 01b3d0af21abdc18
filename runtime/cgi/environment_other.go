//go:build !linux

package cgi

// wholeEnvironment is nil where the system does not show it in a file.
func wholeEnvironment() []string { return nil }
