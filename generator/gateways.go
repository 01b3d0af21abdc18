package generator

import (
	"fmt"
	"slices"
	"strings"
)

// runtimePath is the import path of the package that programs run by.
const runtimePath = cgigenModule + "/runtime"

// loggerPath is the import path of the package that makes loggers.
const loggerPath = runtimePath + "/logger"

// A gateway is a way in which a server can run a program. Its package in the
// runtime has a function Gateway, which programs hand to runtime.Main.
type gateway struct {
	name      string // as in --gateways
	pkg       string // last element of its import path, and the package's name
	byDefault bool
}

func (g gateway) importPath() string { return runtimePath + "/" + g.pkg }

// gateways lists the gateways that exist, in the order in which programs name
// them. A new gateway is a new row.
func gateways() []gateway {
	return []gateway{
		{name: "cgi", pkg: "cgi", byDefault: true},
		{name: "fastcgi", pkg: "fastcgi", byDefault: true},
		{name: "scgi", pkg: "scgi", byDefault: true},
		{name: "http", pkg: "httpd"},
	}
}

// Gateways returns the names that Options.Gateways takes.
func Gateways() []string {
	return gatewayNames(func(gateway) bool { return true })
}

// DefaultGateways returns the gateways that are linked if none are named.
func DefaultGateways() []string {
	return gatewayNames(func(g gateway) bool { return g.byDefault })
}

func gatewayNames(keep func(gateway) bool) []string {
	var names []string
	for _, g := range gateways() {
		if keep(g) {
			names = append(names, g.name)
		}
	}
	return names
}

// ParseGateways returns the named gateways in the order of Gateways, each once.
func ParseGateways(names []string) ([]string, error) {
	if _, err := chosenGateways(names); err != nil {
		return nil, err
	}
	return sortedGateways(names), nil
}

// sortedGateways gives names in the order of the table, each once.
func sortedGateways(names []string) []string {
	return gatewayNames(func(g gateway) bool { return slices.Contains(names, g.name) })
}

// chosenGateways returns the rows with the given names, each once, in the order
// of the table: the order of a flag does not change a program. None means the
// default.
func chosenGateways(names []string) ([]gateway, error) {
	if len(names) == 0 {
		names = DefaultGateways()
	}
	for _, name := range names {
		if !slices.Contains(Gateways(), name) {
			return nil, fmt.Errorf("unknown gateway %q: there is %s", name, strings.Join(Gateways(), ", "))
		}
	}
	return slices.DeleteFunc(gateways(), func(g gateway) bool { return !slices.Contains(names, g.name) }), nil
}
