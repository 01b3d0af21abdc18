package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cgigen/cgigen/runtime/config"
)

// The code that cgigen writes for
//
//	//cgigen:config prefix=SHOP_
//	type Config struct {
//		Title   string        `env:"TITLE" envDefault:"Shop"`
//		Timeout time.Duration `env:"TIMEOUT" envDefault:"5s"`
//	}
func ExampleLoad() {
	os.Setenv("SHOP_TIMEOUT", "30s")
	defer os.Unsetenv("SHOP_TIMEOUT")
	var c struct {
		Title   string
		Timeout time.Duration
	}
	v := config.Open("shop")
	config.Load(v, &c.Title, config.String, config.Var{Name: "SHOP_TITLE", Field: "Title", Default: "Shop"})
	config.Load(v, &c.Timeout, config.Duration, config.Var{Name: "SHOP_TIMEOUT", Field: "Timeout", Default: "5s"})
	if err := v.Err(); err != nil {
		fmt.Println(err) // all problems, each with name, field and source
		return
	}
	fmt.Println(c.Title, c.Timeout)
	// Output: Shop 30s
}

// A handler's data lies outside the document root, whatever the host calls it.
func ExamplePrivateDir() {
	dir := config.PrivateDir()
	if dir == "" {
		fmt.Println("there is no folder private beside or above the program")
		return
	}
	fmt.Println(filepath.Join(dir, "visits.txt"))
}
