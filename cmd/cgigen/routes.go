package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/model"
)

// A routeRow is one route as "routes --json" prints it. Its keys are fixed.
type routeRow struct {
	Pattern    string   `json:"pattern"`
	Method     string   `json:"method"`
	Host       string   `json:"host"`
	Path       string   `json:"path"`
	Site       string   `json:"site"`
	Program    string   `json:"program"`
	Package    string   `json:"package"`
	Function   string   `json:"function"`
	File       string   `json:"file"`
	Line       int      `json:"line"`
	Config     []string `json:"config"`
	Middleware []string `json:"middleware"`
}

func (a *app) routesCommand() *cobra.Command {
	var asJSON bool
	var tags string
	cmd := &cobra.Command{
		Use:   "routes [packages]",
		Short: "Print the route table",
		Long: `routes prints every route with its program, its function, and the file and line of
the function. File names are relative to the module. It never writes a file.`,
		ValidArgsFunction: completePackages,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			result, err := a.plan(cmd.Context(), generator.Options{Patterns: patterns, Tags: tags})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(a.stdout, routeRows(result.Model))
			}
			return printRoutes(a.stdout, routeRows(result.Model))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the routes as a JSON array of objects")
	addTags(cmd, &tags)
	return cmd
}

// routeRows returns the routes of all programs, by site, by path and then by pattern.
func routeRows(model *model.Model) []routeRow {
	rows := []routeRow{} // an empty table is [] in JSON, not null
	for _, program := range model.Programs {
		for _, route := range program.Routes {
			rows = append(rows, routeRow{
				Pattern:    route.Pattern,
				Method:     route.Method,
				Host:       route.Host,
				Path:       route.Path,
				Site:       model.SiteOf(program).Name,
				Program:    program.Name,
				Package:    route.Func.Package,
				Function:   route.Func.Name,
				File:       route.Position.Filename,
				Line:       route.Position.Line,
				Config:     configTypes(program.Steps, route.Step),
				Middleware: append([]string{}, route.Use...),
			})
		}
	}
	slices.SortFunc(rows, func(a, b routeRow) int {
		return cmp.Or(strings.Compare(a.Site, b.Site), strings.Compare(a.Host+a.Path+" "+a.Method, b.Host+b.Path+" "+b.Method))
	})
	return rows
}

// configTypes returns the configuration structs that a step is made from,
// directly or through other steps, as "import/path.Type".
func configTypes(steps []model.Step, root int) []string {
	types := []string{}
	seen := make([]bool, len(steps))
	var visit func(int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		if config := steps[i].Config; config != nil {
			types = append(types, config.Type.Package+"."+config.Type.Name)
		}
		for _, arg := range steps[i].Args {
			if arg.Kind == model.StepArg {
				visit(arg.Step)
			}
		}
	}
	visit(root)
	slices.Sort(types)
	return types
}

func printJSON(w io.Writer, value any) error {
	text, err := json.MarshalIndent(value, "", "\t")
	if err != nil {
		return fmt.Errorf("encoding JSON: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}

func printRoutes(w io.Writer, rows []routeRow) error {
	if len(rows) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	wrapped := slices.ContainsFunc(rows, func(r routeRow) bool { return len(r.Middleware) > 0 })
	several := slices.ContainsFunc(rows, func(r routeRow) bool { return r.Site != rows[0].Site })
	column := func(shown bool, text string) string {
		if !shown {
			return ""
		}
		return text + "\t"
	}
	fmt.Fprintln(table, column(several, "SITE")+"PATTERN\tPROGRAM\t"+column(wrapped, "MIDDLEWARE")+"FUNCTION\tPOSITION")
	for _, r := range rows {
		fmt.Fprintf(table, "%s%s\t%s\t%s%s.%s\t%s:%d\n", column(several, r.Site), r.Pattern, r.Program,
			column(wrapped, strings.Join(r.Middleware, ",")), r.Package, r.Function, r.File, r.Line)
	}
	return table.Flush()
}
