// Command nethttpcgi serves the suite's handler by net/http/cgi, for comparison.
package main

import (
	"log"
	"net/http"
	"net/http/cgi"
	"os"
	"strings"

	"github.com/cgigen/cgigen/runtime/internal/suite"
)

func main() {
	// What every author of such a program comes to write: the program's own name is no part of the path.
	handler := suite.Handler()
	if name := os.Getenv("SCRIPT_NAME"); name != "" && strings.HasPrefix(os.Getenv("REQUEST_URI"), name+"/") {
		handler = http.StripPrefix(name, handler)
	}
	if err := cgi.Serve(handler); err != nil {
		log.Fatal(err)
	}
}
