//go:build amd64 || arm64

package warm

// entered says how the program came in: 0 by Go's own entry, otherwise why Entry has
// gone on to it. It is written before Go's runtime starts.
var entered byte

// Entry is where a program begins that was linked with -E. It is never called.
func Entry()

func coldReason() string { return reason(entered) }
