package configdoc_test

import (
	"os"

	"github.com/cgigen/cgigen/generator/configdoc"
	"github.com/cgigen/cgigen/generator/model"
)

func ExampleConfigReference() {
	config := &model.Config{
		Type:   model.Symbol{Package: "example.com/shop", PackageName: "shop", Name: "Config"},
		Fields: []model.ConfigField{{Name: "SHOP_TITLE", Type: "string", Default: "Shop", HasDefault: true, Doc: "headline of the page"}},
	}
	os.Stdout.Write(configdoc.ConfigReference(&model.Model{
		Module:   model.Module{Path: "example.com/shop"},
		Programs: []model.Program{{Name: "home", Steps: []model.Step{{Kind: model.LoadConfig, Config: config}}}},
	}))
	// Output:
	// | name | type | default | meaning | programs |
	// |---|---|---|---|---|
	// | `SHOP_TITLE` | `string` | `Shop` | headline of the page | home |
}
