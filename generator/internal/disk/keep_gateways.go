package disk

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/cgigen/cgigen/generator/internal/emit"
	"github.com/cgigen/cgigen/generator/internal/mainfile"
	"github.com/cgigen/cgigen/generator/model"
)

// KeepGateways has each program link what it links on disk. A new one is like
// the others of its site, if those agree; otherwise it links what the site says.
func KeepGateways(model *model.Model, programs []emit.File) ([]emit.File, error) {
	kept := slices.Clone(programs)
	linked := map[int]map[string][]string{} // by site
	for i, p := range kept {
		if linked[p.Main.Site] == nil {
			linked[p.Main.Site] = linkedIn(filepath.Dir(p.Main.Dir))
		}
		gateways, there := linked[p.Main.Site][p.Main.Dir]
		if !there {
			gateways = common(linked[p.Main.Site])
		}
		if len(gateways) == 0 || slices.Equal(gateways, p.Main.Gateways) {
			continue
		}
		s := model.Sites[p.Main.Site]
		s.Gateways = gateways
		source, err := emit.Program(model.Programs[i], p.Main.ImportPath, s)
		if err != nil {
			return nil, err
		}
		kept[i].Main.Gateways, kept[i].Source = gateways, source
	}
	return kept, nil
}

// linkedIn returns the gateways of the programs in a folder, by their own folders.
// One that cannot be read links nothing that is known.
func linkedIn(dir string) map[string][]string {
	linked := map[string][]string{}
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name(), mainfile.MainFile))
		if err != nil || !mainfile.IsOurs(content) {
			continue
		}
		if gateways := gatewaysIn(content); len(gateways) > 0 {
			linked[filepath.Join(dir, entry.Name())] = gateways
		}
	}
	return linked
}

// common returns the gateways that all programs have; none if they differ.
func common(linked map[string][]string) []string {
	var all []string
	for _, gateways := range linked {
		if all != nil && !slices.Equal(all, gateways) {
			return nil
		}
		all = gateways
	}
	return all
}

// gatewaysIn returns the gateways that a program imports.
func gatewaysIn(source []byte) []string {
	imports := mainfile.ImportsIn(source)
	return model.GatewayNames(func(g model.Gateway) bool { return slices.Contains(imports, g.ImportPath()) })
}
