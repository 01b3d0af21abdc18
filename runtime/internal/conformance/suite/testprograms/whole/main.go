// Command whole serves applications that echo what they see, for the patterns in a file "patterns" beside the program,
// one a line: "/" alone without that file. A line "base /shop" is what //cgigen:site base=/shop makes of the program.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

func main() {
	runtime.Main("whole", build, gateways...)
}

// build wires the program.
func build(_ context.Context, app *runtime.App) error {
	lines, err := patterns()
	if err != nil {
		return err
	}
	for _, line := range lines {
		if base, ok := strings.CutPrefix(line, "base "); ok {
			app.Base(base)
			continue
		}
		app.Handle(line, http.HandlerFunc(answer))
	}
	return nil
}

// patterns reads the file beside the program.
func patterns() ([]string, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(exe), "patterns"))
	if errors.Is(err, fs.ErrNotExist) {
		return []string{"/"}, nil
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n"), err
}

// answer echoes the request, and the server's variables to who asks for them.
func answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery == "variables" { // a field would not pass every server
		for _, name := range []string{"SCRIPT_NAME", "PATH_INFO", "SCRIPT_FILENAME", "CONTEXT_PREFIX"} {
			fmt.Fprintf(w, "%s %q\n", name, runtime.Variable(r, name))
		}
		return
	}
	suite.Echo(runtime.Prefix).ServeHTTP(w, r)
}
