package generator

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// keepGateways has each program link what it links on disk. A new one is like
// the others of its site, if those agree; otherwise it links what the site says.
func (r *run) keepGateways(model *Model, programs []emitted) ([]emitted, error) {
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
		source, err := emitProgram(model.Programs[i], p.Main.ImportPath, s)
		if err != nil {
			return nil, err
		}
		kept[i].Main.Gateways, kept[i].Source = gateways, source
	}
	return kept, nil
}

// linkedIn gives the gateways of the programs in a folder, by their own folders.
// One that cannot be read links nothing that is known.
func linkedIn(dir string) map[string][]string {
	linked := map[string][]string{}
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name(), mainFile))
		if err != nil || !isOurs(content) {
			continue
		}
		if gateways := gatewaysIn(content); len(gateways) > 0 {
			linked[filepath.Join(dir, entry.Name())] = gateways
		}
	}
	return linked
}

// common gives the gateways that all programs have; none if they differ.
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

// gatewaysIn gives the gateways that a program imports.
func gatewaysIn(source []byte) []string {
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ImportsOnly)
	if err != nil {
		return nil
	}
	return gatewayNames(func(g gateway) bool {
		for _, spec := range file.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && path == g.importPath() {
				return true
			}
		}
		return false
	})
}
