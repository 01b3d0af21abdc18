// Command theirs loads the configuration by caarlos0/env.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/caarlos0/env/v11"

	"example.com/caarlos/conf"
)

func main() {
	c, err := env.ParseAs[conf.Config]()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(c); err != nil {
		panic(err)
	}
}
