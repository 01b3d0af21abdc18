//go:build warm

package main

import (
	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/warm"
)

// gateways are those of a site with warm=5s.
var gateways = []gateway.Gateway{cgi.Gateway, warm.Seconds(5)}
