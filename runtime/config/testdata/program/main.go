// Command program loads its configuration as a generated program does. It prints
// what it got, or, to standard error, what is wrong.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/cgigen/cgigen/runtime/config"
)

type settings struct {
	DSN     string
	Timeout time.Duration
	Hosts   []string
	DB      *database
	Zone    *time.Location
}

type database struct {
	Password string
	Limit    int
}

func main() {
	v := config.Open("user")
	c := loadSettings(v)
	if err := v.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(c.DSN, c.Timeout, c.Hosts, c.DB.Password, c.DB.Limit)
}

func loadSettings(v *config.Values) settings {
	var c settings
	config.Allocate(&c.DB)
	config.Load(v, &c.DSN, config.String, config.Var{Name: "APP_DSN", Field: "DSN", Options: config.Required | config.Secret})
	config.Load(v, &c.Timeout, config.Duration, config.Var{Name: "APP_TIMEOUT", Field: "Timeout", Default: "5s"})
	config.LoadSlice(v, &c.Hosts, config.String, config.Var{Name: "APP_HOSTS", Field: "Hosts", Separator: ","})
	config.Load(v, &c.DB.Password, config.String, config.Var{Name: "APP_DB_PASSWORD", Field: "DB.Password", Options: config.Secret | config.NotEmpty})
	config.Load(v, &c.DB.Limit, config.Int, config.Var{Name: "APP_DB_LIMIT", Field: "DB.Limit", Default: "10"})
	config.LoadPointer(v, &c.Zone, config.Location, config.Var{Name: "APP_ZONE", Field: "Zone"})
	return c
}
