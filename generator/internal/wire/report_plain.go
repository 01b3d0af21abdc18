package wire

import (
	"go/types"
	"slices"

	"github.com/cgigen/cgigen/generator/internal/load"
)

// An almostPlain is what keeps a function from being a plain handler, and the
// remedy.
type almostPlain struct{ what, hint string }

// almostPlainOf recognises a function that was meant to be a plain handler: it
// takes a request and what to answer it with, and makes no handler.
func almostPlainOf(name string, sig *types.Signature) (almostPlain, bool) {
	params := slices.Collect(sig.Params().Variables())
	writer := slices.IndexFunc(params, func(v *types.Var) bool {
		return load.IsNamed(load.Dereferenced(v.Type()), "net/http", "ResponseWriter")
	})
	request := slices.IndexFunc(params, func(v *types.Var) bool { return load.IsNamed(load.Dereferenced(v.Type()), "net/http", "Request") })
	if writer < 0 || request < 0 {
		return almostPlain{}, false
	}
	const form = "func(w http.ResponseWriter, r *http.Request)"
	switch _, pointer := types.Unalias(params[request].Type()).(*types.Pointer); {
	case !pointer:
		return almostPlain{"takes http.Request without a star", "a handler is " + form}, true
	case !load.IsNamed(params[writer].Type(), "net/http", "ResponseWriter"):
		return almostPlain{"takes a pointer to http.ResponseWriter", "a handler is " + form}, true
	case len(params) > 2:
		other := slices.IndexFunc(params, func(v *types.Var) bool { return v != params[writer] && v != params[request] })
		return almostPlain{
			"takes " + load.ShortType(params[other].Type()) + " along with the request",
			"make it a constructor, which takes the one and returns what takes the other: " +
				"func New" + name + "(" + load.ShortType(params[other].Type()) + ") http.HandlerFunc",
		}, true
	case sig.Results().Len() > 0:
		return almostPlain{
			"returns " + load.DescribeResults(sig) + ", and nobody would look at it",
			"a handler returns nothing: answer with http.Error, and write what is to be seen to the http.ResponseWriter",
		}, true
	}
	return almostPlain{"takes the request before the http.ResponseWriter", "a handler is " + form}, true
}
