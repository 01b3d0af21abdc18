package daemon

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// limits are the settings of a program that keeps running.
type limits struct {
	stream.Limits
	finish, stop time.Duration
	spools       int64 // bytes that the bodies of all requests may keep
}

// readLimits reads the settings. All that are invalid are reported.
func readLimits(p gateway.Program) (limits, error) {
	l := limits{Limits: stream.DefaultLimits(), finish: 10 * time.Second, stop: 5 * time.Second, spools: gateway.DefaultSpoolTotal}
	err := errors.Join(
		read(p, "HEADER_LIMIT", &l.Header, gateway.ParseSize),
		read(p, "HEADER_TIMEOUT", &l.HeaderTimeout, parseTime),
		read(p, "IDLE_TIMEOUT", &l.IdleTimeout, parseTime),
		read(p, "WRITE_TIMEOUT", &l.WriteTimeout, parseTime),
		read(p, "MAX_CONNECTIONS", &l.Connections, parseCount),
		read(p, "MAX_REQUESTS", &l.Requests, parseCount),
		read(p, "MAX_SHARING", &l.PerConnection, parseCount),
		read(p, "SPOOL_TOTAL", &l.spools, gateway.ParseSize),
		read(p, "FINISH_TIMEOUT", &l.finish, parseTime),
		read(p, "STOP_TIMEOUT", &l.stop, parseTime),
	)
	return l, err
}

// read parses a setting if it is there.
func read[T any](p gateway.Program, name string, to *T, parse func(string) (T, error)) error {
	text, ok := p.Setting(name)
	if !ok || text == "" {
		return nil
	}
	v, err := parse(text)
	if err != nil {
		return fmt.Errorf("CGIGEN_%s: %w", name, err)
	}
	*to = v
	return nil
}

// parseTime parses a time limit. 0 means no limit.
func parseTime(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if text == "0" {
		return 0, nil
	}
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no time, such as 30s or 5m", text)
	}
	return d, nil
}

// parseCount parses a number. 0 means no limit.
func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return n, nil
}

// reportMisspelt names variables that look like settings and are none.
func reportMisspelt(p gateway.Program) {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "CGIGEN_") {
			continue
		}
		if wrong := p.Misspelt(name); wrong != "" {
			fmt.Fprintf(os.Stderr, "cgigen: %s: %s\n", p.Name, wrong)
		}
	}
}
