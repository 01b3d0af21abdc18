// Command nethttpcgi serves the suite's handler by net/http/cgi, for comparison.
package main

import (
	"log"
	"net/http"
	"net/http/cgi"
	"os"
	"strings"

	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

func main() {
	if err := cgi.Serve(http.HandlerFunc(serve)); err != nil {
		log.Fatal(err)
	}
}

// serve does what authors of such programs come to do, and what would otherwise make every answer differ: it sets
// RequestURI, makes the URL one in origin form, and takes the program's own name from the path.
func serve(w http.ResponseWriter, r *http.Request) {
	r.RequestURI = os.Getenv("REQUEST_URI")
	r.URL.Scheme, r.URL.Host = "", ""
	handler := suite.Handler()
	if name := os.Getenv("SCRIPT_NAME"); name != "" && strings.HasPrefix(r.URL.Path, name+"/") {
		handler = http.StripPrefix(name, handler)
	}
	handler.ServeHTTP(w, r)
}
