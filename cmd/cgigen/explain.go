package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/explain"
	"github.com/cgigen/cgigen/generator/model"
)

func (a *app) explainCommand() *cobra.Command {
	var format, tags, site string
	formats := []string{"text", "json", "dot", "mermaid", "svg"}
	cmd := &cobra.Command{
		Use:   "explain [NAME...]",
		Short: "Show how programs are assembled",
		Long: `explain NAME lists the values that a program makes before it can answer, in order,
each with its function, position and configuration. It also lists the values that
are made only at their first use, and the clean-ups.

Without a name, explain prints a table of all programs, with what each opens
before the first byte of a response.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			if !slices.Contains(formats, format) {
				return usageError{fmt.Sprintf("unknown format %q: the formats are %s", format, strings.Join(formats, ", "))}
			}
			if len(names) != 1 && picture(format) {
				return usageError{"--format " + format + " is for one program: name it"}
			}
			result, err := a.plan(cmd.Context(), generator.Options{Tags: tags, Site: site})
			if err != nil {
				return err
			}
			programs, err := explained(result.Model, names)
			if err != nil {
				return err
			}
			if len(programs) > 1 && picture(format) {
				return usageError{fmt.Sprintf("several sites have a program %q: choose one with --site", names[0])}
			}
			return printExplained(a.stdout, programs, format, len(names) == 0)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "print as `FORMAT`: "+strings.Join(formats, ", "))
	cmd.Flags().StringVar(&site, "site", "", "use only the site `NAME`, where the module has several")
	addTags(cmd, &tags)
	must(cmd.RegisterFlagCompletionFunc("site", cobra.NoFileCompletions))
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

// picture reports whether a format shows a single program.
func picture(format string) bool { return format == "svg" || format == "dot" || format == "mermaid" }

// explained returns the explanations of the named programs of all sites, or of
// all programs.
func explained(m *model.Model, names []string) ([]explain.Program, error) {
	programs := []explain.Program{}
	var all []string
	add := func(p model.Program) {
		explained := explain.Of(p)
		if len(m.Sites) > 1 {
			explained.Site = m.SiteOf(p).Name
		}
		programs = append(programs, explained)
	}
	for _, p := range m.Programs {
		all = append(all, p.Name)
		if len(names) == 0 {
			add(p)
		}
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			text := fmt.Sprintf("there is no program %q", name)
			if near := diag.Nearest(name, all); near != "" {
				return nil, usageError{text + fmt.Sprintf("; did you mean %q?", near)}
			}
			return nil, usageError{text + "; cgigen routes shows all"}
		}
		for _, p := range m.Programs {
			if p.Name == name {
				add(p)
			}
		}
	}
	return programs, nil
}

func printExplained(w io.Writer, programs []explain.Program, format string, table bool) error {
	switch format {
	case "json":
		return printJSON(w, programs)
	case "dot":
		_, err := io.WriteString(w, programs[0].Dot())
		return err
	case "mermaid":
		_, err := io.WriteString(w, programs[0].Mermaid())
		return err
	case "svg":
		_, err := io.WriteString(w, programs[0].SVG())
		return err
	}
	if table {
		return printOpened(w, programs)
	}
	for i, p := range programs {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if _, err := io.WriteString(w, p.Text()); err != nil {
			return err
		}
	}
	return nil
}

// printOpened prints what every program opens: with CGI, what stands in the
// first column is paid for by every request.
func printOpened(w io.Writer, programs []explain.Program) error {
	if len(programs) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROGRAM\tBEFORE THE FIRST BYTE\tAT THE FIRST USE")
	for _, p := range programs {
		fmt.Fprintf(table, "%s\t%s\t%s\n", p.Title(), listed(p.Opened("start")), listed(p.Opened("first use")))
	}
	return table.Flush()
}

func listed(names []string) string {
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ", ")
}
