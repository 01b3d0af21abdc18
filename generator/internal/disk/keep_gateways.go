package disk

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/cgigen/cgigen/generator/internal/emit"
	"github.com/cgigen/cgigen/generator/internal/mainfile"
	"github.com/cgigen/cgigen/generator/model"
)

// A link is what a program links of the runtime: gateways, and how long its worker
// waits, in seconds, if it leaves one behind.
type link struct {
	gateways []string
	warm     int
}

func (l link) isEqual(other link) bool {
	return l.warm == other.warm && slices.Equal(l.gateways, other.gateways)
}

// KeepGateways has each program link what it links on disk. A new one is like
// the others of its site, if those agree; otherwise it links what the site says.
func KeepGateways(model *model.Model, programs []emit.File) ([]emit.File, error) {
	kept := slices.Clone(programs)
	linked := map[int]map[string]link{} // by site
	for i, p := range kept {
		if linked[p.Main.Site] == nil {
			linked[p.Main.Site] = linkedIn(filepath.Dir(p.Main.Dir))
		}
		as, there := linked[p.Main.Site][p.Main.Dir]
		if !there {
			as = common(linked[p.Main.Site])
		}
		if len(as.gateways) == 0 || as.isEqual(link{p.Main.Gateways, p.Main.Warm}) {
			continue
		}
		s := model.Sites[p.Main.Site]
		s.Gateways, s.Warm = as.gateways, as.warm
		source, err := emit.Program(model.Programs[i], p.Main.ImportPath, s)
		if err != nil {
			return nil, err
		}
		kept[i].Main.Gateways, kept[i].Main.Warm, kept[i].Source = as.gateways, as.warm, source
	}
	return kept, nil
}

// linkedIn returns what the programs in a folder link, by their own folders. One that
// cannot be read links nothing that is known.
func linkedIn(dir string) map[string]link {
	linked := map[string]link{}
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name(), mainfile.MainFile))
		if err != nil || !mainfile.IsOurs(content) {
			continue
		}
		if as := linkOf(content); len(as.gateways) > 0 {
			linked[filepath.Join(dir, entry.Name())] = as
		}
	}
	return linked
}

// common returns what all programs link; nothing if they differ.
func common(linked map[string]link) link {
	var all link
	first := true
	for _, as := range linked {
		if !first && !all.isEqual(as) {
			return link{}
		}
		all, first = as, false
	}
	return all
}

// linkOf returns what a program imports of the gateways, and the argument of
// warm.Seconds.
func linkOf(source []byte) link {
	imports := mainfile.ImportsIn(source)
	as := link{gateways: model.GatewayNames(func(g model.Gateway) bool { return slices.Contains(imports, g.ImportPath()) })}
	if m := warmCall.FindSubmatch(source); m != nil && slices.Contains(imports, model.WarmPath) {
		as.warm, _ = strconv.Atoi(string(m[1])) // digits
	}
	return as
}

// warmCall is how generated programs ask for a worker; the package may have another
// name where a handler's package is called warm.
var warmCall = regexp.MustCompile(`\.Seconds\(([0-9]{1,4})\)`)
