package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/model"
)

// generateFlags choose what is generated. The commands that generate share them,
// so that they agree when they are given the same.
type generateFlags struct {
	output   string
	gateways []string
	tags     string
	site     string
	warm     time.Duration
}

func (f *generateFlags) add(cmd *cobra.Command) {
	f.addWith(cmd, gatewaysHelp()+")")
	cmd.Flags().DurationVar(&f.warm, "warm", 0, "let CGI programs leave a worker behind, which ends after `TIME` without a request, such as 45s (default: warm= of //cgigen:site)")
}

// addFollowing adds the flags to a command that takes the gateways as they are.
func (f *generateFlags) addFollowing(cmd *cobra.Command) {
	f.addWith(cmd, followedHelp)
}

// followedHelp describes the flag --gateways of commands that do not choose.
const followedHelp = "fail unless the generated programs link exactly the gateways in `LIST`"

func (f *generateFlags) addWith(cmd *cobra.Command, gateways string) {
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "write the generated programs below `DIR` (default cgi-bin in the site's folder)")
	flags.StringSliceVar(&f.gateways, "gateways", nil, gateways)
	flags.StringVar(&f.site, "site", "", "use only the site `NAME`, where the module has several")
	addTags(cmd, &f.tags)
	must(cmd.RegisterFlagCompletionFunc("site", cobra.NoFileCompletions))
	must(cmd.MarkFlagDirname("output"))
	must(cmd.RegisterFlagCompletionFunc("gateways",
		cobra.FixedCompletions(model.Gateways(), cobra.ShellCompDirectiveNoFileComp)))
	cmd.ValidArgsFunction = completePackages
}

// gatewaysHelp describes the flag --gateways, up to its last parenthesis.
func gatewaysHelp() string {
	return "link the gateways in `LIST`: any of " + strings.Join(model.Gateways(), ", ") +
		", separated by commas (default: those of //cgigen:site, otherwise " + strings.Join(model.DefaultGateways(), ",")
}

func addTags(cmd *cobra.Command, tags *string) {
	cmd.Flags().StringVar(tags, "tags", "", "use the build tags in `LIST`, separated by commas")
}

// completePackages completes package patterns: they are folders.
func completePackages(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func (f *generateFlags) options(patterns []string) generator.Options {
	o := generator.Options{Patterns: patterns, Output: f.output, Gateways: f.gateways, Warm: int(f.warm / time.Second), Tags: f.tags, Site: f.site, Cache: cacheDir()}
	if len(patterns) == 0 {
		o.Patterns = wholeModule()
	}
	return o
}

// wholeModule is the pattern of all packages of the module if go generate runs
// the command, which it does in the folder of the file with the comment. It is
// nil otherwise: then ./... is what the user sees.
func wholeModule() []string {
	if os.Getenv("GOFILE") == "" || os.Getenv("GOPACKAGE") == "" {
		return nil
	}
	for up := "."; ; up = filepath.Join("..", up) {
		if _, err := os.Stat(filepath.Join(up, "go.mod")); err == nil {
			return []string{"./" + filepath.ToSlash(filepath.Join(up, "..."))}
		}
		if abs, err := filepath.Abs(up); err != nil || abs == filepath.Dir(abs) {
			return nil
		}
	}
}

// cacheDir is where runs are remembered: CGIGEN_CACHE, or a folder of the
// user's; "" with CGIGEN_CACHE=off.
func cacheDir() string {
	switch dir := os.Getenv("CGIGEN_CACHE"); {
	case dir == "off":
		return ""
	case dir != "":
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "cgigen")
}

func (a *app) generateCommand() *cobra.Command {
	var flags generateFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "generate [packages]",
		Short: "Write a program for every handler",
		Long: `generate writes DIR/<name>/main.go for every program, and lists the files that it
wrote or removed. It leaves files that are up to date untouched. It never
overwrites or removes a file that it did not write. If there is any mistake in
the source, it writes nothing.`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			if asJSON {
				result, err := generator.Generate(cmd.Context(), flags.options(patterns))
				return a.printFindings(result, orPending(result, err))
			}
			_, err := a.generate(cmd.Context(), flags.options(patterns))
			return err
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print mistakes and changes as a JSON object")
	return cmd
}

// generate generates, and prints what it changed.
func (a *app) generate(ctx context.Context, options generator.Options) (*generator.Result, error) {
	options.Cache = cacheDir()
	result, err := generator.Generate(ctx, options)
	a.warn(result)
	if err != nil {
		return nil, err
	}
	a.sayChanges(result.Changes)
	return result, orPending(result, nil)
}

// orPending returns what keeps the programs from being built, if there is no
// other error: programs that cannot be built are not a success.
func orPending(result *generator.Result, err error) error {
	if err == nil && len(result.Pending) > 0 {
		return result.Pending
	}
	return err
}

func (a *app) sayChanges(changes []model.Change) {
	for _, change := range changes {
		switch change.Kind {
		case model.Created, model.Updated:
			a.say("wrote %s", shown(change.Path))
		case model.Removed:
			a.say("removed %s", shown(change.Path))
		}
	}
}

// plan finds out what generate would do.
func (a *app) plan(ctx context.Context, options generator.Options) (*generator.Result, error) {
	options.Cache = cacheDir()
	result, err := generator.Plan(ctx, options)
	a.warn(result)
	return result, err
}
