package exit

import (
	"log"
	"net/http"
	"os"
)

type Page struct{}

func (*Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != "GET" {
		os.Exit(1) // want `os.Exit in ServeHTTP skips clean-ups .*answer with http.Error`
	}
}

//cgigen:handler GET /
func NewPage() (*Page, error) {
	err := open()
	if err != nil {
		log.Fatal(err) // want `log.Fatal in NewPage skips clean-ups .*return the error`
	}
	if err != nil {
		log.Fatalf("opening: %v", err) // want `log.Fatalf in NewPage`
	}
	return &Page{}, nil
}

func open() error { return nil }
