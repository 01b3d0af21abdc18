package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/vet"
)

func (a *app) vetCommand() *cobra.Command {
	var tags string
	var asJSON, fix, measure bool
	cmd := &cobra.Command{
		Use:   "vet [packages]",
		Short: "Report mistakes, and misuse inside handlers",
		Long: `vet reports what generate would report, and what works in a server that keeps
running but not in a program that a web server starts for each request, such as
state in variables. It writes no file, except with --fix. It exits with 1 if it
finds anything.`,
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
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	cmd.Flags().BoolVar(&fix, "fix", false, "first mend what can be mended with certainty")
	cmd.Flags().BoolVar(&measure, "measure", false, "build the programs, and measure what package initialisation costs")
	addTags(cmd, &tags)
	return cmd
}

// vet prints the mistakes and the misuse that it finds.
func (a *app) vet(ctx context.Context, options generator.Options, asJSON, measure bool) error {
	result, err := generator.Plan(ctx, options)
	var mistakes generator.Diagnostics
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
	for _, f := range findings {
		mistakes = append(mistakes, generator.Diagnostic{Position: f.Position, Code: f.Analyzer, Message: f.Message})
	}
	result.Changes = nil // vet has nothing to say about them
	if len(mistakes) > 0 {
		err = mistakes
	}
	if asJSON {
		return a.printFindings(result, err)
	}
	a.warn(result)
	return err
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
	return nil // what it could not mend is reported afterwards
}
