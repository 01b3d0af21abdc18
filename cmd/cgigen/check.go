package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/model"
)

func (a *app) checkCommand() *cobra.Command {
	var flags generateFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [packages]",
		Short: "Check whether the programs are up to date",
		Long: `check compares the programs on disk with those that generate would write. If all
are up to date, it prints nothing and exits with 0. Otherwise it prints a unified
diff, names every stale, missing or orphaned program, and exits with 1. It never
writes a file.`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			if asJSON {
				return a.checkJSON(cmd.Context(), flags.options(patterns))
			}
			result, err := a.plan(cmd.Context(), flags.options(patterns))
			if err != nil {
				return err
			}
			return errors.Join(a.compare(result.Changes), orPending(result, nil))
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print mistakes and changes as a JSON object, instead of a diff")
	return cmd
}

func (a *app) checkJSON(ctx context.Context, options generator.Options) error {
	result, err := generator.Plan(ctx, options)
	if err := a.printFindings(result, orPending(result, err)); err != nil {
		return err
	}
	if len(result.Changes) > 0 {
		return errSaid
	}
	return nil
}

// compare shows the difference between the disk and the plan.
func (a *app) compare(changes []model.Change) error {
	for _, change := range changes {
		if err := a.compareOne(change); err != nil {
			return err
		}
	}
	if len(changes) == 0 {
		return nil
	}
	a.say("run cgigen generate with the same flags to update the programs")
	return errSaid
}

// compareOne prints a diff whose names patch(1) and git apply understand.
func (a *app) compareOne(change model.Change) error {
	path := shown(change.Path)
	old, new, state := diffName("a/"+path), diffName("b/"+path), "stale"
	switch change.Kind {
	case model.Created:
		old, state = "/dev/null", "missing"
	case model.Removed:
		new, state = "/dev/null", "orphaned"
	}
	a.say("%s is %s", path, state)
	_, err := a.stdout.Write(diff.Diff(old, change.Old, new, change.New))
	if err != nil {
		return fmt.Errorf("writing the diff: %w", err)
	}
	return nil
}

// diffName writes a name as git does: a tab ends one with a space, where patch(1)
// would cut it off, and one with quotes, backslashes or control characters stands
// in quotes.
func diffName(name string) string {
	const awkward = `"\`
	if strings.ContainsAny(name, awkward) || strings.ContainsFunc(name, unicode.IsControl) {
		return quoteBytes(name)
	}
	if strings.Contains(name, " ") {
		return name + "\t"
	}
	return name
}

// quoteBytes quotes as C does, with three octal digits where it has no letter.
func quoteBytes(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(name) {
		if letter := strings.IndexByte("\a\b\t\n\v\f\r\"\\", c); letter >= 0 {
			b.WriteString(`\` + `abtnvfr"\`[letter:letter+1])
		} else if c < ' ' || c >= 0x7f {
			fmt.Fprintf(&b, `\%03o`, c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
