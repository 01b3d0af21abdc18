package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"go/token"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/model"
	"github.com/cgigen/cgigen/generator/vet"
)

// worthSaying is the cost of a package's initialisation that is reported: a
// request takes a few milliseconds in all.
const worthSaying = 100 * time.Microsecond

// measureInit prints how long package initialisation takes in each program, adds it to
// the findings about it, and reports packages of the module that take long
// without a finding.
func (a *app) measureInit(ctx context.Context, result *generator.Result, tags string, findings []vet.Finding) ([]vet.Finding, error) {
	if slices.ContainsFunc(result.Changes, func(c model.Change) bool { return c.Kind != model.Removed }) {
		return nil, usageError{"--measure needs programs that are up to date: run cgigen generate first"}
	}
	costs, totals, err := initCosts(ctx, result.Programs, tags)
	if err != nil {
		return nil, err
	}
	for i, p := range result.Programs {
		a.say("%s: package initialisation takes %v of each request", p.Name, totals[i].Round(time.Microsecond))
	}
	told := map[string]bool{}
	for i, f := range findings {
		if cost, ok := costs[f.Package]; ok && f.Analyzer == "cgigeninit" {
			findings[i].Message += fmt.Sprintf(" (the package takes %v)", cost)
			told[f.Package] = true
		}
	}
	var others []string
	for pkg, cost := range costs {
		if cost >= worthSaying && !told[pkg] && (pkg == result.Model.Module.Path || strings.HasPrefix(pkg, result.Model.Module.Path+"/")) {
			others = append(others, pkg)
		}
	}
	slices.Sort(others)
	for _, pkg := range others {
		findings = append(findings, vet.Finding{
			Position: token.Position{}, Analyzer: "cgigeninit", Package: pkg,
			Message: fmt.Sprintf("the initialisation of %s takes %v of every request", pkg, costs[pkg]),
		})
	}
	return findings, nil
}

// initCosts builds the programs, starts each without a request, and returns the
// longest initialisation of every package, and that of each program.
func initCosts(ctx context.Context, programs []model.Main, tags string) (costs map[string]time.Duration, totals []time.Duration, err error) {
	dir, err := os.MkdirTemp("", "cgigen-vet-")
	if err != nil {
		return nil, nil, fmt.Errorf("making a folder for the build: %w", err)
	}
	defer os.RemoveAll(dir)
	target, err := builder.DefaultTarget(ctx)
	if err != nil {
		return nil, nil, err
	}
	built, err := builder.Build(ctx, builder.Options{Programs: programs, Dir: dir, Target: target, Tags: tags})
	if err != nil {
		return nil, nil, err
	}
	costs = map[string]time.Duration{}
	for _, p := range built {
		var stderr bytes.Buffer
		cmd := exec.CommandContext(ctx, p.Path)
		cmd.Env = []string{"GODEBUG=inittrace=1"}
		cmd.Stderr = &stderr
		_ = cmd.Run() // without a request it says so, and fails
		totals = append(totals, readInitTrace(stderr.Bytes(), costs))
	}
	return costs, totals, nil
}

// initTrace is a line of GODEBUG=inittrace=1, see package runtime.
var initTrace = regexp.MustCompile(`^init (\S+) @\S+ ms, (\S+) ms clock,`)

// readInitTrace notes what packages take, if it is more than is known, and gives
// the sum.
func readInitTrace(trace []byte, costs map[string]time.Duration) (total time.Duration) {
	lines := bufio.NewScanner(bytes.NewReader(trace))
	for lines.Scan() {
		m := initTrace.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		if ms, err := strconv.ParseFloat(m[2], 64); err == nil {
			cost := time.Duration(ms * float64(time.Millisecond))
			costs[m[1]], total = max(costs[m[1]], cost), total+cost
		}
	}
	return total
}
