package builder

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// BuildAll runs Build for several targets side by side, and returns the programs
// of each. The go commands share the cores: what one of them does alone, such
// as linking a single program, leaves room for the others. If one fails, the
// others are stopped. progress, if set, is called with the number of programs
// that are ready in all; by one goroutine at a time.
func BuildAll(ctx context.Context, jobs []Options, progress func(ready int)) ([][]Program, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cores := runtime.GOMAXPROCS(0)
	places := make(chan struct{}, cores)
	built := make([][]Program, len(jobs))
	count := newCount(len(jobs), progress)
	var all sync.WaitGroup
	for i, job := range jobs {
		job.Progress = count.of(i)
		if len(jobs) > 1 {
			job.Flags = append(slices.Clone(job.Flags), fmt.Sprintf("-p=%d", max(1, cores/len(jobs))))
		}
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			programs, err := Build(ctx, job)
			if err != nil {
				cancel(err) // the first one counts
			}
			built[i] = programs
		})
	}
	all.Wait()
	return built, context.Cause(ctx)
}

// A count adds up what several builds have ready.
type count struct {
	mu    sync.Mutex
	ready []int
	show  func(int)
}

func newCount(jobs int, show func(int)) *count { return &count{ready: make([]int, jobs), show: show} }

// of returns the function that the build i reports to.
func (c *count) of(i int) func(int) {
	if c.show == nil {
		return nil
	}
	return func(ready int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ready[i] = ready
		sum := 0
		for _, n := range c.ready {
			sum += n
		}
		c.show(sum)
	}
}
