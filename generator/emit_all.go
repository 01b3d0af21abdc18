package generator

import (
	"path"
	"path/filepath"
)

// An emitted program is the source of one.
type emitted struct {
	Main   Main
	Source []byte
}

// emitAll writes the source of the programs.
func emitAll(m *Model) ([]emitted, error) {
	var programs []emitted
	for _, p := range m.Programs {
		s := m.SiteOf(p)
		main := Main{
			Name: p.Name, Dir: filepath.Join(s.OutDir, p.Name), ImportPath: path.Join(s.OutPath, p.Name), Site: p.Site,
			Gateways: sortedGateways(s.Gateways),
		}
		source, err := emitProgram(p, main.ImportPath, s)
		if err != nil {
			return nil, err
		}
		programs = append(programs, emitted{main, source})
	}
	return programs, nil
}
