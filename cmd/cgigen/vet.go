package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/vet"
)

func (a *app) vetCommand() *cobra.Command {
	var tags string
	var asJSON, fix, measure bool
	cmd := &cobra.Command{
		Use:   "vet [packages]",
		Short: "Report mistakes in directives and misuse in handlers",
		Long: `vet reports the mistakes that generate would report. It also reports code that
works in a server that keeps running, but not in a program that is started for
each request, such as state in variables. It exits with 1 if it finds anything.
It never writes a file, except with --fix.`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			if fix {
				if err := a.fix(cmd.Context(), patterns, tags); err != nil {
					return err
				}
			}
			return a.vet(cmd.Context(), generator.Options{Patterns: patterns, Tags: tags, KeepGateways: true, Cache: cacheDir()}, asJSON, measure)
		},
		ValidArgsFunction: completePackages,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the findings as a JSON object")
	cmd.Flags().BoolVar(&fix, "fix", false, "first fix what can be fixed with certainty")
	cmd.Flags().BoolVar(&measure, "measure", false, "also build the programs, and measure how long package initialisation takes")
	addTags(cmd, &tags)
	return cmd
}

// vet prints the mistakes and the misuse that it finds.
func (a *app) vet(ctx context.Context, options generator.Options, asJSON, measure bool) error {
	result, err := generator.Plan(ctx, options)
	var mistakes diag.List
	if err != nil && !errors.As(err, &mistakes) {
		return err
	}
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("finding the working directory: %w", err)
	}
	findings, err := vet.Run(ctx, vet.Options{Dir: dir, Patterns: options.Patterns, Tags: options.Tags})
	if err != nil {
		return err
	}
	if measure && len(mistakes) == 0 {
		if findings, err = a.measureInit(ctx, result, options.Tags, findings); err != nil {
			return err
		}
	}
	mistakes = append(mistakes, result.Pending...)
	if result.Model != nil {
		cgo, err := a.vetCgo(ctx, result, options.Tags)
		if err != nil {
			return err
		}
		mistakes = append(mistakes, cgo...)
	}
	for _, f := range findings {
		mistakes = append(mistakes, diag.Diagnostic{Position: f.Position, Code: f.Analyzer, Message: f.Message})
	}
	result.Changes = nil // vet does not report them
	if len(mistakes) > 0 {
		err = mistakes
	}
	if asJSON {
		return a.printFindings(result, err)
	}
	a.warn(result)
	return err
}

// vetCgo returns what programs lack because they are built without cgo.
func (a *app) vetCgo(ctx context.Context, result *generator.Result, tags string) (diag.List, error) {
	target, err := builder.DefaultTarget(ctx)
	if err != nil {
		return nil, err
	}
	warnings, mistakes, err := cgoFindings(ctx, result, target, tags)
	return append(mistakes, warnings...), err
}

// fix has the go command apply the suggested fixes, with this program as the
// tool that suggests them.
func (a *app) fix(ctx context.Context, patterns []string, tags string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	args := append([]string{"vet", "-vettool=" + self, "-cgigendirective=false", "-fix", "-tags=" + tags}, patterns...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = a.stderr, a.stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("running go vet: %w", err)
	}
	return nil // the later report has what it could not fix
}
