package directive

import "net/http"

//cgigen:hander GET /typo // want `unknown directive //cgigen:hander \(did you mean "handler"\?\)`
func Typo(w http.ResponseWriter, r *http.Request) {}

// cgigen:handler GET /space // want `is an ordinary comment, not a directive \(write //cgigen:handler GET /space`
func Space(w http.ResponseWriter, r *http.Request) {}

//cgigen:handler GET /blank // want `detached`

//cgigen:handler GET /lower
func lower(w http.ResponseWriter, r *http.Request) {} // want `lower is not exported`

//cgigen:handler GET /nothing
func NewNothing() error { return nil } // want `NewNothing returns error`

//cgigen:provide
func NewName() string { return "" } // want `NewName provides string, a type that says nothing about the value`

//cgigen:middleware
func Wrap() http.Handler { return nil } // want `Wrap returns http.Handler, which is not a middleware`

//cgigen:config prefix=SHOP_
type Config struct {
	Port int    `env:"PORT" envDefault:"eighty"` // want `envDefault of SHOP_PORT: "eighty" is not a whole number`
	Host string `env:"HOST"`
}

// Whether there is a provider only the module shows.
//
//cgigen:handler GET /fine
func NewFine(c Config, store *Store) (http.Handler, error) { return nil, nil }

type Store struct{}
