//go:build !linux

package daemon

// respectContainer: only Linux limits the processors of a container.
func respectContainer() {}
