package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A command is what is measured.
type command struct {
	name string
	dir  string
	env  []string
	args []string
}

// A result is what one run of a command has cost.
type result struct {
	wall   time.Duration
	memory int64 // bytes that the largest of its processes had at its peak
}

// A median is the results of several runs, of which the middle counts.
type median []result

func (m median) wall() time.Duration {
	walls := make([]time.Duration, len(m))
	for i, r := range m {
		walls[i] = r.wall
	}
	slices.Sort(walls)
	return walls[len(walls)/2]
}

func (m median) memory() int64 {
	var peaks []int64
	for _, r := range m {
		peaks = append(peaks, r.memory)
	}
	slices.Sort(peaks)
	return peaks[len(peaks)/2]
}

// inTurn runs the commands one after the other, round by round, so that what
// else the machine does burdens all of them alike. A first round warms up.
func inTurn(ctx context.Context, commands []command, rounds int) ([]median, error) {
	results := make([]median, len(commands))
	for round := range rounds + 1 {
		for i, c := range commands {
			r, err := measure(ctx, c)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				results[i] = append(results[i], r)
			}
		}
	}
	return results, nil
}

// measure runs a command once.
func measure(ctx context.Context, c command) (result, error) {
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	cmd.Env = append(cmd.Env, c.env...)
	var said strings.Builder
	cmd.Stderr = &said
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return result{}, fmt.Errorf("%s: %w\n%s", strings.Join(c.args, " "), err, said.String())
	}
	return result{time.Since(start), peakMemory(cmd.ProcessState)}, nil
}
