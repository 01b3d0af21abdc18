package builder

import (
	"debug/elf"
	"debug/gosym"
	"fmt"

	"github.com/cgigen/cgigen/generator/model"
)

const (
	warmEntry = model.WarmPath + ".Entry"
	warmBuild = model.WarmPath + ".linkedBuild"
)

// HasEntry reports whether programs for a target can begin in the entry of warm CGI.
// Elsewhere they are the CGI programs that they are without it.
func (t Target) HasEntry() bool {
	return t.OS == "linux" && (t.Arch == "amd64" || t.Arch == "arm64")
}

// warm returns the programs that leave a worker behind, by their folders. Only these
// have the entry: the linker refuses it for a program that does not import its package.
func (b *build) warm() map[string]bool {
	found := map[string]bool{}
	for _, p := range b.Programs {
		if p.Warm > 0 && b.Target.HasEntry() {
			found[folderOf(p)] = true
		}
	}
	return found
}

// warmFlags are the flags of the linker for a program with the entry.
func warmFlags(hash string) string {
	return " -E=" + warmEntry + " -X=" + warmBuild + "=" + hash
}

// checkEntry makes sure that a finished program begins where it was told to: with a
// C linker, Go's own silently takes another entry.
func checkEntry(file string) error {
	f, err := elf.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	text, table := f.Section(".text"), f.Section(".gopclntab")
	if text == nil || table == nil {
		return fmt.Errorf("%s is not a program of Go", file)
	}
	lines, err := table.Data()
	if err != nil {
		return err
	}
	symbols, err := gosym.NewTable(nil, gosym.NewLineTable(lines, text.Addr))
	if err != nil {
		return err
	}
	begin := symbols.PCToFunc(f.Entry)
	if begin == nil || begin.Name != warmEntry {
		return fmt.Errorf("%s does not begin in %s: the linker has ignored -E", file, warmEntry)
	}
	return nil
}
