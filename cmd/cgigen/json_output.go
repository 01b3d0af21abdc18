package main

import (
	"errors"
	"go/token"

	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/diag"
)

// A findingsJSON is what generate, check and vet print with --json. Its keys
// are fixed: docs/reference/diagnostics.md.
type findingsJSON struct {
	Diagnostics []diagnosticJSON `json:"diagnostics"`
	Changes     []changeJSON     `json:"changes"`
}

type diagnosticJSON struct {
	placeJSON
	Severity string        `json:"severity"` // error or warning
	Code     string        `json:"code"`
	Message  string        `json:"message"`
	Hint     string        `json:"hint,omitempty"`
	Related  []relatedJSON `json:"related"`
}

type placeJSON struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

type relatedJSON struct {
	placeJSON
	Message string `json:"message"`
}

type changeJSON struct {
	Kind string `json:"kind"` // created, updated or removed
	File string `json:"file"`
}

// printFindings prints the outcome of a run as JSON. Mistakes in the source are
// then said; any other error is returned.
func (a *app) printFindings(result *generator.Result, err error) error {
	out := findingsJSON{Diagnostics: []diagnosticJSON{}, Changes: []changeJSON{}}
	var mistakes diag.List
	if errors.As(err, &mistakes) {
		out.add("error", mistakes)
		err = errSaid
	} else if err != nil {
		return err
	}
	if result != nil {
		out.add("warning", result.Warnings)
		for _, c := range result.Changes {
			out.Changes = append(out.Changes, changeJSON{c.Kind.String(), shown(c.Path)})
		}
	}
	return errors.Join(printJSON(a.stdout, out), err)
}

func (out *findingsJSON) add(severity string, diagnostics diag.List) {
	for _, d := range diagnostics {
		j := diagnosticJSON{place(d.Position), severity, d.Code, d.Message, d.Hint, []relatedJSON{}}
		for _, r := range d.Related {
			j.Related = append(j.Related, relatedJSON{place(r.Position), r.Message})
		}
		out.Diagnostics = append(out.Diagnostics, j)
	}
}

func place(at token.Position) placeJSON { return placeJSON{at.Filename, at.Line, at.Column} }
