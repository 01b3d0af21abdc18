// Package logger makes the *slog.Logger that constructors can ask for. It is a
// package of its own, so that a program without one does not start log/slog.
package logger

import (
	"io"
	"log/slog"

	"github.com/cgigen/cgigen/runtime"
)

// New returns a logger that writes text to standard error, which web servers
// add to their error log, and names the program in each line. What is logged
// with the context of a request (InfoContext and its siblings) goes to where the
// web server collects what is about that request: over FastCGI, its STDERR
// stream. Its level is the
// setting CGIGEN_LOG_LEVEL; an invalid one is logged and taken for info. With
// CGIGEN_LOG_FORMAT=json it writes a JSON object a line.
func New(app *runtime.App) *slog.Logger {
	var level slog.Level
	var invalid error
	text, ok := app.Config().Setting("CGIGEN_LOG_LEVEL")
	if ok {
		invalid = level.UnmarshalText([]byte(text))
	}
	options := &slog.HandlerOptions{Level: level}
	format, _ := app.Config().Setting("CGIGEN_LOG_FORMAT")
	log := slog.New(newHandler(func(w io.Writer) slog.Handler {
		if format == "json" {
			return slog.NewJSONHandler(w, options)
		}
		return slog.NewTextHandler(w, options)
	})).With("program", app.Name())
	if invalid != nil {
		log.Warn("CGIGEN_LOG_LEVEL is none of debug, info, warn and error", "value", text)
	}
	return log
}
