package routers_test

import (
	"fmt"
	"net/http"

	"example.com/routers/chi"
	"example.com/routers/echo"
	"example.com/routers/gin"
	"example.com/routers/gorilla"
	"example.com/routers/plain"
	"example.com/routers/servemux"
	"example.com/routers/stripped"
)

// A program is a generated one, its handler as net/http would run it, and the
// answers in which routers differ.
type program struct {
	name    string
	pattern string
	handler http.Handler

	json     string // content type of JSON
	newline  string // what follows JSON
	missing  answer // to a path without a route
	refused  answer // to a method without a route, on a path that has one
	chatters bool   // writes to standard output
}

// An answer is what a client sees of a response.
type answer struct {
	status      int
	contentType string
	body        string
}

func (a answer) String() string { return fmt.Sprintf("%d %q %.200q", a.status, a.contentType, a.body) }

const text = "text/plain; charset=utf-8"

func programs() []program {
	missing := answer{404, text, "404 page not found\n"}
	notAllowed := answer{405, text, "Method Not Allowed\n"}
	bare := program{json: "application/json", newline: "\n", missing: missing, refused: answer{status: 405}}
	return []program{
		bare.named("chi", "/chi/", chi.New()),
		{
			name: "gin", pattern: "/gin/{path...}", handler: gin.New(),
			json:     "application/json; charset=utf-8",
			missing:  answer{404, "text/plain", "404 page not found"},
			refused:  answer{405, "text/plain", "405 method not allowed"},
			chatters: true,
		},
		{
			name: "echo", pattern: "/echo/", handler: echo.New(),
			json: "application/json", newline: "\n",
			missing: answer{404, "application/json", `{"message":"Not Found"}` + "\n"},
			refused: answer{405, "application/json", `{"message":"Method Not Allowed"}` + "\n"},
		},
		bare.named("gorilla", "/gorilla/{path...}", gorilla.New()),
		bare.refusing(notAllowed).named("servemux", "/servemux/", servemux.New()),
		bare.refusing(notAllowed).named("plain", "/plain/{path...}", http.HandlerFunc(plain.Handler)),
		bare.named("stripped", "/stripped/", http.StripPrefix("/stripped", stripped.New())),
	}
}

func (p program) named(name, pattern string, h http.Handler) program {
	p.name, p.pattern, p.handler = name, pattern, h
	return p
}

func (p program) refusing(a answer) program {
	p.refused = a
	return p
}
