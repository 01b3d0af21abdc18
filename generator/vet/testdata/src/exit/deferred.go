package exit

import (
	"net/http"
	"os"
)

type Late struct{}

func (*Late) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer os.Exit(2) // want `os.Exit in ServeHTTP skips clean-ups`
}
