package model

import (
	"fmt"
	"slices"
	"strings"
)

// RuntimePath is the import path of the package that programs run by.
const RuntimePath = CgigenModule + "/runtime"

// LoggerPath is the import path of the package that makes loggers.
const LoggerPath = RuntimePath + "/logger"

// WarmPath is the import path of the package by which CGI programs leave a worker behind.
const WarmPath = RuntimePath + "/warm"

// A Gateway is a way in which a server can run a program. Its package in the
// runtime has a function Gateway, which programs hand to runtime.Main.
type Gateway struct {
	Name      string // as in --gateways
	Pkg       string // last element of its import path, and the package's name
	byDefault bool
}

// ImportPath returns the import path of the gateway's package.
func (g Gateway) ImportPath() string { return RuntimePath + "/" + g.Pkg }

// GatewayTable lists the gateways that exist, in the order in which programs
// name them. A new gateway is a new row.
func GatewayTable() []Gateway {
	return []Gateway{
		{Name: "cgi", Pkg: "cgi", byDefault: true},
		{Name: "fastcgi", Pkg: "fastcgi", byDefault: true},
		{Name: "scgi", Pkg: "scgi", byDefault: true},
		{Name: "http", Pkg: "httpd"},
	}
}

// Gateways returns the names that Options.Gateways takes.
func Gateways() []string {
	return GatewayNames(func(Gateway) bool { return true })
}

// DefaultGateways returns the gateways that are linked if none are named.
func DefaultGateways() []string {
	return GatewayNames(func(g Gateway) bool { return g.byDefault })
}

// GatewayNames returns the names of the gateways for which keep returns true.
func GatewayNames(keep func(Gateway) bool) []string {
	var names []string
	for _, g := range GatewayTable() {
		if keep(g) {
			names = append(names, g.Name)
		}
	}
	return names
}

// ParseGateways returns the named gateways in the order of Gateways, each once.
func ParseGateways(names []string) ([]string, error) {
	if _, err := ChosenGateways(names); err != nil {
		return nil, err
	}
	return SortedGateways(names), nil
}

// SortedGateways returns names in the order of the table, each once.
func SortedGateways(names []string) []string {
	return GatewayNames(func(g Gateway) bool { return slices.Contains(names, g.Name) })
}

// ChosenGateways returns the rows with the given names, each once, in the order
// of the table: the order of a flag does not change a program. None means the
// default.
func ChosenGateways(names []string) ([]Gateway, error) {
	if len(names) == 0 {
		names = DefaultGateways()
	}
	for _, name := range names {
		if !slices.Contains(Gateways(), name) {
			return nil, fmt.Errorf("unknown gateway %q: there is %s", name, strings.Join(Gateways(), ", "))
		}
	}
	return slices.DeleteFunc(GatewayTable(), func(g Gateway) bool { return !slices.Contains(names, g.Name) }), nil
}

// CgigenModule is what modules with handlers have to require.
const CgigenModule = "github.com/cgigen/cgigen"

// GatewaysKey returns the key of //cgigen:site that asks for gateways.
func GatewaysKey(gateways []string) string {
	return fmt.Sprintf("gateways=%s", strings.Join(gateways, ","))
}
