package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/diag"
)

// usageError is a command line that cannot be carried out as it stands.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

var (
	// errSaid ends the program with code 1 after everything has been said.
	errSaid = errors.New("")
	// errInterrupted stands for any error after a signal.
	errInterrupted = errors.New("interrupted")
)

// say writes one message to standard error: prefixed, lower case, no full stop.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.stderr, "cgigen: "+format+"\n", args...)
}

// report prints an error, and returns the exit code that belongs to it.
func (a *app) report(err error) int {
	if err == nil {
		return exitOK
	}
	if text := describe(err); text != "" {
		fmt.Fprintln(a.stderr, text)
	}
	if isUsage(err) {
		return exitUsage
	}
	return exitError
}

// isUsage reports whether the command line is wrong, and not the source.
func isUsage(err error) bool {
	var wrong usageError
	var wrongOptions *diag.UsageError
	return errors.As(err, &wrong) || errors.As(err, &wrongOptions)
}

// describe returns an error as it is shown. What has a position of its own, as
// editors understand it, stands without the prefix.
func describe(err error) string {
	var diagnostics diag.List
	var compile *builder.CompileError
	switch {
	case errors.As(err, &diagnostics):
		return describeDiagnostics(diagnostics)
	case errors.As(err, &compile):
		return compile.Output
	case errors.Is(err, errSaid):
		return ""
	}
	return "cgigen: " + err.Error()
}

func describeDiagnostics(diagnostics diag.List) string {
	var lines []string
	for _, d := range diagnostics {
		text := d.Error()
		if d.Position.Filename == "" {
			text = "cgigen: " + text
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// warn shows what does not keep the command from its work. There are warnings
// in a result that comes with an error, too.
func (a *app) warn(result *generator.Result) {
	if result == nil || len(result.Warnings) == 0 {
		return
	}
	var warnings diag.List
	for _, d := range result.Warnings {
		d.Message = "warning: " + d.Message
		warnings = append(warnings, d)
	}
	fmt.Fprintln(a.stderr, describeDiagnostics(warnings))
}

// shown makes a path relative to the working directory where that is shorter
// to read: below it.
func shown(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(rel) {
		return path
	}
	return filepath.ToSlash(rel)
}
