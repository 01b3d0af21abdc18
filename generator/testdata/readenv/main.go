// Command readenv loads the names of its arguments as a generated program does
// and prints them as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/cgigen/cgigen/runtime/config"
)

func main() {
	v := config.Open("readenv")
	values := map[string]string{}
	for _, name := range os.Args[1:] {
		text := ""
		config.Load(v, &text, config.String, config.Var{Name: name, Field: name})
		values[name] = text
	}
	err := v.Err()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(values)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
