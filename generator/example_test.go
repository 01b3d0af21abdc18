package generator_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cgigen/cgigen/generator"
)

// A command of one's own generates the programs of a module, and says what it
// did.
func ExampleGenerate() {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	root, err := filepath.Abs("..")
	if err != nil {
		fmt.Println(err)
		return
	}
	files := map[string]string{
		"go.mod": "module example.com/shop\n\ngo 1.26.0\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => " + filepath.ToSlash(root) + "\n",
		"hello.go": `package shop

import "net/http"

//cgigen:handler GET /hello
func Hello(w http.ResponseWriter, r *http.Request) {}
`,
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			fmt.Println(err)
			return
		}
	}
	result, err := generator.Generate(context.Background(), generator.Options{Dir: dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")})
	if err != nil {
		fmt.Println(err) // all mistakes, each with its position
		return
	}
	for _, change := range result.Changes {
		path, _ := filepath.Rel(dir, change.Path)
		fmt.Println(change.Kind, filepath.ToSlash(path))
	}
	for _, program := range result.Model.Programs {
		fmt.Println(program.Name, program.Routes[0].Pattern)
	}
	// Output:
	// created cgi-bin/hello/main.go
	// hello GET /hello
}
