//go:build !unix

package cgi

import "os"

type (
	// An input has no limit for silence here: the system has none for its pipes.
	input struct {
		*os.File
		setting func(string) (string, bool)
		rest    chan struct{} // closed when the rest of a body has come that nobody waits for
	}
	output struct{ *os.File }
)

// isolate: where descriptors cannot be replaced, what writes to os.Stdout is
// led to standard error, and os.Stdin is empty. Code that keeps an older copy
// of the two is not stopped.
func isolate(bool) (*input, *output) {
	in, out := &input{File: os.Stdin}, &output{os.Stdout}
	os.Stdout = os.Stderr
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null
	}
	return in, out
}

// end lets the server see the end of the response.
func (out *output) end() { out.Close() }

// A logWriter is standard error.
type logWriter struct{}

func (logWriter) Write(p []byte) (int, error) { return os.Stderr.Write(p) }
