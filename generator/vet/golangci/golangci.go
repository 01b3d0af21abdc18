// Package golangci offers the analyzers of package vet to golangci-lint, as a
// plugin of its module plugin system.
package golangci

import (
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/cgigen/cgigen/generator/vet"
)

// golangci-lint finds its plugins by what they register at initialisation.
func init() { register.Plugin("cgigen", New) }

// New makes the plugin. It has no settings.
func New(any) (register.LinterPlugin, error) { return plugin{}, nil }

type plugin struct{}

// BuildAnalyzers implements [register.LinterPlugin].
func (plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) { return vet.Analyzers(), nil }

// GetLoadMode implements [register.LinterPlugin].
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
