package builder

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// startPatience is how long a program may take to find out that nobody asks
// it anything.
const startPatience = 5 * time.Second

// RunsHere reports whether programs for the target can be started on this machine.
func (t Target) RunsHere() bool { return t.OS == runtime.GOOS && t.Arch == runtime.GOARCH }

// StartTime starts a program several times and gives the median time from its
// start to its end.
//
// It is started without a request, a socket or any variable in its environment.
// Go's runtime starts, packages are initialised, and the program finds out that
// there is nothing to answer: no constructor is called, no configuration is
// read. This is what a request costs before the first line of a constructor.
func StartTime(ctx context.Context, program string, starts int) (time.Duration, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return 0, fmt.Errorf("starting %s: %w", program, err)
	}
	// The first start brings the file into memory.
	if _, err := startOnce(ctx, program); err != nil {
		return 0, err
	}
	times := make([]time.Duration, 0, starts)
	for range starts {
		took, err := startOnce(ctx, program)
		if err != nil {
			return 0, err
		}
		times = append(times, took)
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// startOnce starts a program, whose exit code says that it was not asked anything.
func startOnce(ctx context.Context, program string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = []string{}
	begin := time.Now()
	err := cmd.Run()
	took := time.Since(begin)
	var exit *exec.ExitError
	if err == nil || errors.As(err, &exit) && exit.Exited() && ctx.Err() == nil {
		return took, nil
	}
	return 0, fmt.Errorf("starting %s: %w", program, err)
}
