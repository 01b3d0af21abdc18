package vet_test

import (
	"fmt"

	"github.com/cgigen/cgigen/generator/vet"
)

// A vettool of one's own runs the analyzers beside others:
// unitchecker.Main(append(vet.Analyzers(), …)...).
func ExampleAnalyzers() {
	for _, a := range vet.Analyzers()[:2] {
		fmt.Println(a.Name)
	}
	// Output:
	// cgigenstdout
	// cgigenexit
}
