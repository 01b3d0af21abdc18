//go:build web

package main

import (
	"github.com/cgigen/cgigen/runtime/gateway"
	"github.com/cgigen/cgigen/runtime/httpd"
)

// gateways is the one that needs no web server.
var gateways = []gateway.Gateway{httpd.Gateway}
