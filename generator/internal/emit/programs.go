package emit

import (
	"path"
	"path/filepath"

	"github.com/cgigen/cgigen/generator/model"
)

// A File program is the source of one.
type File struct {
	Main   model.Main
	Source []byte
}

// Programs writes the source of the programs.
func Programs(m *model.Model) ([]File, error) {
	var programs []File
	for _, p := range m.Programs {
		s := m.SiteOf(p)
		main := model.Main{
			Name: p.Name, Dir: filepath.Join(s.OutDir, p.Name), ImportPath: path.Join(s.OutPath, p.Name), Site: p.Site,
			Gateways: model.SortedGateways(s.Gateways), Warm: s.Warm,
		}
		source, err := Program(p, main.ImportPath, s)
		if err != nil {
			return nil, err
		}
		programs = append(programs, File{main, source})
	}
	return programs, nil
}
