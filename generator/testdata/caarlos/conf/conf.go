// Package conf has a configuration struct that cgigen and caarlos0/env both load.
package conf

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

//cgigen:config
type Config struct {
	Text     string            `env:"TEXT" envDefault:"text"`
	Needed   string            `env:"NEEDED,required"`
	Filled   string            `env:"FILLED,notEmpty"`
	Both     string            `env:"BOTH,required,notEmpty" envDefault:"x"`
	Expanded string            `env:"EXPANDED,expand" envDefault:"<$TEXT$COUNT>"`
	Count    int8              `env:"COUNT"`
	Natural  uint              `env:"NATURAL" envDefault:"3"`
	Share    float64           `env:"SHARE"`
	On       bool              `env:"ON"`
	Timeout  time.Duration     `env:"TIMEOUT" envDefault:"5s"`
	Base     url.URL           `env:"BASE"`
	Link     *url.URL          `env:"LINK"`
	Level    slog.Level        `env:"LEVEL"`
	Address  netip.Addr        `env:"ADDRESS"`
	Limit    *int              `env:"LIMIT"`
	Zero     *int              `env:"ZERO,init"`
	Names    []string          `env:"NAMES"`
	Numbers  []int             `env:"NUMBERS" envSeparator:";"`
	Waits    []time.Duration   `env:"WAITS" envDefault:"1s,2s"`
	Labels   map[string]string `env:"LABELS"`
	Weights  map[string]int    `env:"WEIGHTS" envSeparator:";" envKeyValSeparator:"="`
	Gone     string            `env:"GONE,unset"`
	Ignored  string            `env:"-"`
	Store    Store             `envPrefix:"STORE_"`
	Replica  *Store            `envPrefix:"REPLICA_"`
	Mirror   *Store            `env:",init" envPrefix:"MIRROR_"`
	*Limits  `envPrefix:"MAX_"`
}

type Store struct {
	DSN   string `env:"DSN,required"`
	Size  int    `env:"SIZE" envDefault:"7"`
	Login *Login `envPrefix:"LOGIN_"`
	Cache *Login `env:",init" envPrefix:"CACHE_"`
}

type Login struct {
	User     string `env:"USER,notEmpty" envDefault:"anna"`
	Password string `env:"PASSWORD"`
}

type Limits struct {
	Files int `env:"FILES,required"`
}

//cgigen:handler GET /
func NewShow(c Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = json.NewEncoder(w).Encode(c) })
}
