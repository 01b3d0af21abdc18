package cgi

import "os"

// An input is standard input, moved away from descriptor 0.
type input struct {
	*os.File
	pollable bool
}

// An output is standard output, moved away from descriptor 1.
type output struct {
	*os.File
	pollable bool
}

// Flush does nothing: a write leaves at once.
func (*output) Flush() error { return nil }
