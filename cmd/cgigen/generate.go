package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/generator"
)

// generateFlags say what is generated. The commands that generate share them,
// so that they agree when they are given the same.
type generateFlags struct {
	output   string
	gateways []string
	tags     string
}

func (f *generateFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "write the programs below `DIR` (default cgi-bin at the module's root)")
	flags.StringSliceVar(&f.gateways, "gateways", nil,
		"link these `LIST` of gateways (default "+strings.Join(generator.DefaultGateways(), ",")+")")
	addTags(cmd, &f.tags)
	must(cmd.MarkFlagDirname("output"))
	must(cmd.RegisterFlagCompletionFunc("gateways",
		cobra.FixedCompletions(generator.Gateways(), cobra.ShellCompDirectiveNoFileComp)))
	cmd.ValidArgsFunction = completePackages
}

func addTags(cmd *cobra.Command, tags *string) {
	cmd.Flags().StringVar(tags, "tags", "", "build tags, as a comma-separated `LIST`")
}

// completePackages completes package patterns: they are folders.
func completePackages(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func (f *generateFlags) options(patterns []string) generator.Options {
	return generator.Options{Patterns: patterns, Output: f.output, Gateways: f.gateways, Tags: f.tags}
}

func (a *app) generateCommand() *cobra.Command {
	var flags generateFlags
	cmd := &cobra.Command{
		Use:   "generate [packages]",
		Short: "Write the programs of the packages' handlers",
		Long: `generate writes DIR/<name>/main.go for every program, and says which files it
wrote or removed. Files that are up to date stay untouched; files that cgigen
did not write are never overwritten or removed. Nothing is written if there is
an error.`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			result, err := generator.Generate(cmd.Context(), flags.options(patterns))
			if err != nil {
				return err
			}
			a.tell(result)
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}

// tell shows the warnings and the changes of a generation.
func (a *app) tell(result *generator.Result) {
	a.warn(result.Warnings)
	for _, change := range result.Changes {
		switch change.Kind {
		case generator.Created, generator.Updated:
			a.say("wrote %s", shown(change.Path))
		case generator.Removed:
			a.say("removed %s", shown(change.Path))
		}
	}
}
