// Package vet finds what works in a server that keeps running, and not in a
// program that a web server starts for each request.
//
// The analyzers look at packages with //cgigen: directives: at the functions
// with directives, at everything there that looks like a handler, and at what
// these call in the same package. With their flag -all they look at any
// package; cgigen vet does so for the packages that handlers are made from.
//
//	cgigendirective   mistakes in directives, as far as the package alone shows them
//	cgigenstdout      writes to standard output, which is not the response
//	cgigenexit        ends the process: os.Exit, log.Fatal
//	cgigenargs        reads the command line, which a program of the web has not
//	cgigengoroutine   starts a goroutine that nobody waits for
//	cgigenhijack      takes over the connection, of which there is none
//	cgigenlisten      listens on a port
//	cgigenstate       keeps state in a variable, which the next request does not see
//	cgigeninit        does heavy work when the package is initialised
//
// They run in cgigen vet; with the go command,
//
//	go vet -vettool=$(go tool -n cgigen) ./...
//
// and in golangci-lint, through the package vet/golangci.
package vet

import "golang.org/x/tools/go/analysis"

// Analyzers returns all analyzers.
func Analyzers() []*analysis.Analyzer { return append(misuse(nil), directiveAnalyzer()) }

// misuse returns those that look into functions. They know what methods of other
// packages keep.
func misuse(known keepers) []*analysis.Analyzer {
	return []*analysis.Analyzer{
		stdoutAnalyzer(), exitAnalyzer(), argsAnalyzer(), goroutineAnalyzer(),
		hijackAnalyzer(), listenAnalyzer(), stateAnalyzer(known), initAnalyzer(),
	}
}

const documentation = "https://github.com/cgigen/cgigen/blob/main/docs/reference/vet.md#"

// newAnalyzer makes an analyzer that looks at the functions of a package that
// answer requests or are called before.
func newAnalyzer(name, doc string, check func(*pass)) *analysis.Analyzer {
	a := &analysis.Analyzer{Name: name, Doc: doc, URL: documentation + name}
	all := a.Flags.Bool("all", false, "look at packages without //cgigen: directives, too")
	a.Run = func(p *analysis.Pass) (any, error) {
		if scope := newScope(p, *all); scope != nil {
			check(&pass{p, scope})
		}
		return nil, nil
	}
	return a
}

// A pass is one analyzer looking at one package.
type pass struct {
	*analysis.Pass
	*scope
}
