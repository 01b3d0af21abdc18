//go:build !web && !warm

package main

import (
	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/fastcgi"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/scgi"
)

// gateways are those of a program for which none was asked.
var gateways = []gateway.Gateway{cgi.Gateway, fastcgi.Gateway, scgi.Gateway}
