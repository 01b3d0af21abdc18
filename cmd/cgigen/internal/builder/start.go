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

// ErrBusy reports that programs took longer to start than they worked, because
// others were at work: how long it takes cannot be told.
var ErrBusy = errors.New("the machine is too busy to tell how long a program takes to start")

// A start is one start of a program.
type start struct {
	wall time.Duration // from its beginning to its end
	work time.Duration // processor time of the program, by the operating system
}

// StartTime starts a program several times and returns the median time from its
// start to its end, or ErrBusy.
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
	all := make([]start, 0, starts)
	for range starts {
		one, err := startOnce(ctx, program)
		if err != nil {
			return 0, err
		}
		all = append(all, one)
	}
	took, ok := typical(all)
	if !ok {
		return 0, ErrBusy
	}
	return took, nil
}

// undisturbed reports whether a program had a processor whenever it wanted one. On
// an idle machine the time of a start is 1.07 times its processor time; a start
// that has to wait its turn once takes twice or three times as long.
func (s start) undisturbed() bool { return s.wall <= s.work+s.work/2 }

// typical returns the median of the undisturbed starts, if at least half of them
// are. A program that itself waits, for a file or a timer, never has one; then
// the starts have to agree: others' work never takes the same from each.
func typical(all []start) (time.Duration, bool) {
	var times, undisturbed []time.Duration
	for _, s := range all {
		times = append(times, s.wall)
		if s.undisturbed() {
			undisturbed = append(undisturbed, s.wall)
		}
	}
	slices.Sort(times)
	slices.Sort(undisturbed)
	switch agree := len(times) > 2 && times[len(times)-1] < times[0]+times[0]/4; {
	case len(undisturbed) > 0 && 2*len(undisturbed) >= len(all):
		return undisturbed[len(undisturbed)/2], true
	case len(undisturbed) == 0 && agree:
		return times[len(times)/2], true
	}
	return 0, false
}

// startOnce starts a program, whose exit code says that it was not asked anything.
func startOnce(ctx context.Context, program string) (start, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = []string{}
	begin := time.Now()
	err := cmd.Run()
	wall := time.Since(begin)
	var exit *exec.ExitError
	if err == nil || errors.As(err, &exit) && exit.Exited() && ctx.Err() == nil {
		return start{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, nil
	}
	return start{}, fmt.Errorf("starting %s: %w", program, err)
}
