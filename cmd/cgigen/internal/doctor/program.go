package doctor

import (
	"bytes"
	"debug/elf"
	"fmt"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// diagnose returns the finding about a program that has changed.
func diagnose(f manifest.File, p manifest.Program, data []byte) Finding {
	again := "upload " + f.Path + " again, in binary mode (FTP: TYPE I; FileZilla: Transfer, Transfer type, Binary)"
	size := fmt.Sprintf("%d bytes instead of %d", len(data), f.Size)
	ends, pairs := bytes.Count(data, []byte("\n")), bytes.Count(data, []byte("\r\n"))
	switch {
	case len(data) == 0:
		return Finding{"program-empty", Error, f.Path, "the program is empty",
			"the upload broke off, or the disk or its quota is full; the server answers 500 (Exec format error)", again}
	case int64(len(data)) > f.Size && ends > 0 && pairs == ends:
		return Finding{"program-ascii", Error, f.Path, "an upload in ASCII mode changed the program: each LF became CR LF, " + size,
			"the kernel cannot run it, and the server answers 500 (Exec format error, or Premature end of script headers)", again}
	case int64(len(data)) < f.Size && pairs == 0 && bytes.HasPrefix(data, []byte(elf.ELFMAG)) && int64(len(data)) > f.Size*9/10:
		return Finding{"program-ascii", Error, f.Path, "a transfer in ASCII mode changed the program: each CR LF became LF, " + size,
			"the kernel cannot run it, and the server answers 500 (Exec format error, or Premature end of script headers)", again}
	case !strings.HasPrefix(p.Target, "windows/") && !bytes.HasPrefix(data, []byte(elf.ELFMAG)):
		return Finding{"program-foreign", Error, f.Path, fmt.Sprintf("the file is not a program: it begins with %.16q", data),
			"another file was saved under its name; the server answers 500 (Exec format error)", again}
	case int64(len(data)) < f.Size:
		return Finding{"program-truncated", Error, f.Path, "the program is incomplete: " + size,
			"the upload broke off, or the disk or its quota is full; the server answers 500", again}
	}
	return diagnoseELF(f, p, data)
}

// machines are those of the targets that hosts have.
func machine(arch string) elf.Machine {
	return map[string]elf.Machine{
		"amd64": elf.EM_X86_64, "386": elf.EM_386, "arm64": elf.EM_AARCH64, "arm": elf.EM_ARM, "riscv64": elf.EM_RISCV,
		"ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390, "loong64": elf.EM_LOONGARCH,
	}[arch]
}

// diagnoseELF looks into a program of the right kind that was replaced.
func diagnoseELF(f manifest.File, p manifest.Program, data []byte) Finding {
	_, arch, _ := strings.Cut(p.Target, "/")
	file, err := elf.NewFile(bytes.NewReader(data))
	switch {
	case err != nil:
		return Finding{"program-damaged", Error, f.Path, "the program is damaged: " + err.Error(),
			"the kernel cannot run it, and the server answers 500", "upload " + f.Path + " again, in binary mode"}
	case machine(arch) != elf.EM_NONE && file.Machine != machine(arch):
		return Finding{"program-architecture", Error, f.Path, fmt.Sprintf("the program is for %s, the package for %s", file.Machine, p.Target),
			"the kernel cannot run it, and the server answers 500 (Exec format error)",
			"cgigen package --target " + quote(p.Target) + "   # uname -m on the host says which one is right: x86_64 is amd64, aarch64 is arm64"}
	case !strings.HasPrefix(p.Target, "openbsd/") && isDynamic(file):
		return Finding{"program-dynamic", Error, f.Path, "the program is dynamically linked",
			"it needs libraries that the host may not have, or not in this version (error log: not found, GLIBC)",
			"compile it with cgigen, which disables cgo, or with: CGO_ENABLED=0 go build"}
	}
	return Finding{"program-changed", Error, f.Path, "the program is not the one that the manifest describes",
		"it was compiled again, comes from another package, or somebody replaced it", "upload " + f.Path + " and private/ of the same package"}
}

func isDynamic(file *elf.File) bool {
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP {
			return true
		}
	}
	return false
}

// checkNoexec looks at where the programs lie.
func (t *tree) checkNoexec() {
	for folder := range t.programFolders() {
		if isNoexec(t.path(folder)) {
			t.add(Finding{"noexec", Error, folder, "programs cannot run here: the file system is mounted noexec",
				"the kernel refuses every program (Permission denied), and the server answers 500",
				"put the programs where the host runs them: cgigen package --layout cgi-bin; or ask the host"})
		}
	}
}
