package golangci

import (
	"testing"

	"github.com/golangci/plugin-module-register/register"

	"github.com/cgigen/cgigen/generator/vet"
)

func TestThePluginIsRegisteredWithAllAnalyzers(t *testing.T) {
	create, err := register.GetPlugin("cgigen")
	if err != nil {
		t.Fatal(err)
	}
	p, err := create(nil)
	if err != nil {
		t.Fatal(err)
	}
	analyzers, err := p.BuildAnalyzers()
	if err != nil || len(analyzers) != len(vet.Analyzers()) || p.GetLoadMode() != register.LoadModeTypesInfo {
		t.Errorf("got %d analyzers, %v, mode %s", len(analyzers), err, p.GetLoadMode())
	}
}
