// Package arguments cuts off the command line of a CGI program, which comes
// from the client: a query without "=" is split into words and passed as
// arguments (RFC 3875 §4.4), and flag code that reads them is a way in.
//
// It does its work when it is initialised, because flags may be parsed by the
// initialisation of other packages; importing nothing but os makes it one of
// the first. A program that calls flag.Parse in a package whose import path
// sorts before this one's, and that does not import net/http, can still see them.
package arguments

import "os"

func init() {
	if FromClient() {
		os.Args = os.Args[:min(1, len(os.Args)):min(1, len(os.Args))]
	}
}

// FromClient reports whether the environment describes a CGI request.
func FromClient() bool {
	return os.Getenv("GATEWAY_INTERFACE") != "" || os.Getenv("REQUEST_METHOD") != ""
}
