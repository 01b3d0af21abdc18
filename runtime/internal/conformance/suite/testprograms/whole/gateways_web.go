//go:build web

package main

import (
	"github.com/cgigen/cgigen/runtime/httpd"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// gateways is the one that needs no web server.
var gateways = []gateway.Gateway{httpd.Gateway}
