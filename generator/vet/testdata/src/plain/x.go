// Package plain has no directive: it is no business of ours.
package plain

import (
	"fmt"
	"net/http"
	"os"
)

var visits int

func Home(w http.ResponseWriter, r *http.Request) {
	visits++
	fmt.Println("hello")
	os.Exit(1)
}
