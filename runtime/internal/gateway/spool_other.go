//go:build !unix

package gateway

// unlinks: an open file keeps its name until it is closed.
const unlinks = false

func ignoreFileSizeSignal() {}
