package stdout

import (
	"fmt"
	"net/http"
	"os"
)

//cgigen:handler GET /
func Home(w http.ResponseWriter, r *http.Request) {
	fmt.Println("hello") // want `fmt.Println in Home writes to the log, not to the response`
	fmt.Fprintln(w, "hello")
	fmt.Fprintln(os.Stderr, "hello")
	help(w)
}

func help(w http.ResponseWriter) {
	fmt.Fprintln(os.Stdout, "hello") // want `os.Stdout in help \(called by Home\) is the log`
}

// Describe is for the command line alone.
func Describe() { fmt.Println("a package") }
