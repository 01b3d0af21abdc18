package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// app is what every command needs: where it writes to.
type app struct {
	stdout io.Writer // what was asked for
	stderr io.Writer // everything else
}

func (a *app) rootCommand() *cobra.Command {
	var dir string
	root := &cobra.Command{
		Use:   "cgigen",
		Short: "Generate, build and serve CGI programs from annotated Go functions",
		Long: `cgigen generates CGI programs from Go functions that have //cgigen: directives.

Read the manual: go doc github.com/cgigen/cgigen/cmd/cgigen`,
		Version:       readVersion().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(a.stderr)
			_ = cmd.Usage() // it fails only if standard error does
			return usageError{"a command is missing"}
		},
		PersistentPreRunE: func(*cobra.Command, []string) error { return changeDir(dir) },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SuggestionsMinimumDistance = 2
	root.PersistentFlags().StringVarP(&dir, "chdir", "C", "", "change to `DIR` first, before reading anything")
	must(root.MarkPersistentFlagDirname("chdir"))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Sprintf("%s; see %s --help", err, cmd.CommandPath())}
	})
	root.AddCommand(a.generateCommand(), a.checkCommand(), a.routesCommand(), a.explainCommand(), a.vetCommand(), a.buildCommand(),
		a.serveCommand(), a.packageCommand(), a.doctorCommand(), a.initCommand(), a.versionCommand(), a.completionCommand())
	root.SetHelpCommand(a.helpCommand())
	return root
}

// knownCommand refuses unknown commands, and suggests similar ones.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("unknown command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usageError{text + "; did you mean " + strings.Join(near, " or ") + "?"}
	}
	return usageError{text + "; see cgigen help"}
}

// changeDir makes dir the working directory, as -C of the go command does.
// All paths, given and shown, are then relative to it.
func changeDir(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.Chdir(dir); err != nil {
		return usageError{"-C: " + err.Error()}
	}
	return nil
}

// arguments checks that there are from least to most arguments, and otherwise reports
// what is needed.
func arguments(least, most int, needed string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usageError{fmt.Sprintf("%s needs %s; see %s --help", cmd.Name(), needed, cmd.CommandPath())}
		case len(args) > most && most == 0:
			return usageError{fmt.Sprintf("%s takes no arguments, but got %q; see %s --help", cmd.Name(), args[0], cmd.CommandPath())}
		case len(args) > most:
			return usageError{fmt.Sprintf("%s takes %s, but got %q as well; see %s --help", cmd.Name(), needed, args[most], cmd.CommandPath())}
		}
		return nil
	}
}

// must is for declarations that can fail only by a mistake in this package.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
