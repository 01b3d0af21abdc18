package suite

import "slices"

// Cases returns every case of the suite. The names are unique.
func Cases() []Case {
	return slices.Concat(targetCases(), queryCases(), methodCases(), fieldCases(), hostCases(), bodyCases(), unreadCases(),
		statusCases(), lengthCases(), headerCases(), redirectCases(), writerCases(), contentCases(), streamCases(),
		panicCases(), processCases())
}

// get is a plain request.
func get(name, path string) Case { return Case{Name: name, Path: path} }

// scriptCase is a request for which the handler takes steps.
func scriptCase(name string, steps ...string) Case { return Case{Name: name, Path: Script(steps...)} }
