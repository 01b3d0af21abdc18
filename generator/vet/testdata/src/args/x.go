package args

import (
	"flag"
	"net/http"
	"os"
)

//cgigen:provide
func NewName() *string {
	name := flag.String("name", "", "a name")
	flag.Parse() // want `flag.Parse in NewName finds no arguments`
	return name
}

//cgigen:handler GET /
func Home(w http.ResponseWriter, r *http.Request) {
	w.Write([]byte(os.Args[0]))
	w.Write([]byte(os.Args[1])) // want `os.Args in Home has no arguments`
	if len(os.Args) > 1 {       // want `os.Args in Home has no arguments`
		return
	}
	for _, arg := range os.Args { // want `os.Args in Home has no arguments`
		w.Write([]byte(arg))
	}
	if len(os.Args[0]) > 1 {
		return
	}
}
