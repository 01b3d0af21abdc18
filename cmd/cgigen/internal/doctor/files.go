package doctor

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// checkFiles looks at every file of the manifest.
func (t *tree) checkFiles() {
	programs := map[string]manifest.Program{}
	for _, p := range t.manifest.Programs {
		programs[p.Path] = p
	}
	for _, f := range t.manifest.Files {
		info, err := os.Lstat(t.path(f.Path))
		if err != nil {
			t.missingFile(f, err, programs)
			continue
		}
		p, isProgram := programs[f.Path]
		switch {
		case isProgram && p.Address != "":
			t.checkProgram(f, p, info)
		case isProgram:
			t.checkContent(f, &p)
		case path.Base(f.Path) == ".htaccess" && !isPrivate(f.Path):
			t.checkWholeRules(f, info)
		default:
			t.checkContent(f, nil)
		}
	}
	t.checkNoexec()
}

func (t *tree) missingFile(f manifest.File, err error, programs map[string]manifest.Program) {
	if !errors.Is(err, fs.ErrNotExist) {
		t.add(Finding{"file-unreadable", Error, f.Path, "cannot access the file: " + plain(err), "the server may not reach it either",
			"run the doctor as the user of the account"})
		return
	}
	p, isProgram := programs[f.Path]
	switch {
	case isProgram && p.Address != "":
		t.add(Finding{"program-missing", Error, f.Path, "the program is missing", "its routes answer 404 or 500",
			"upload " + f.Path + " again, in binary mode, and: chmod 711 " + quote(t.path(f.Path))})
	case path.Base(f.Path) == ".htaccess" && !isPrivate(f.Path):
		t.missingRules(f.Path, "upload "+f.Path+" (show hidden files in the client)")
	default:
		t.add(Finding{"file-missing", Warning, f.Path, "a file of the package is missing", "the upload was not complete", "upload " + f.Path + " again"})
	}
}

// checkProgram looks at a program as suEXEC, the kernel and the server will.
func (t *tree) checkProgram(f manifest.File, p manifest.Program, info fs.FileInfo) {
	if info.Mode()&fs.ModeSymlink != 0 {
		t.add(Finding{"program-link", Error, f.Path, "the program is a symbolic link",
			"suEXEC answers 500: it checks the link, not the file that the link points to (suexec.log: cannot stat program)",
			"replace the link by the file: cp --remove-destination \"$(readlink -f " + quote(t.path(f.Path)) + ")\" " + quote(t.path(f.Path)) +
				"\nto switch between versions, link the folder: that is allowed"})
		return
	}
	if !info.Mode().IsRegular() {
		t.add(Finding{"program-missing", Error, f.Path, "the program is not a regular file", "the server cannot start it", "upload it again"})
		return
	}
	t.checkProgramMode(f.Path, info)
	t.checkOwner(f.Path, info, true)
	t.checkContent(f, &p)
}

func (t *tree) checkProgramMode(name string, info fs.FileInfo) {
	mode := info.Mode()
	perm := mode.Perm()
	chmod := "chmod 711 " + quote(t.path(name)) + "\npanel: file manager, permissions of the file, 711"
	report := func(id, level, what, why string) {
		t.add(Finding{id, level, name, fmt.Sprintf("%s (mode %04o)", what, perm), why, chmod})
	}
	switch {
	case perm&0o100 == 0:
		report("program-not-executable", Error, "the program is not executable",
			"FTP and some file managers lose the mode; the server answers 500 (suexec.log: file has no execute permission) or sends the file")
	case !t.isSuexec() && !t.may(info, 1):
		report("program-not-executable", Error, "the server may not execute the program", "the server runs as another user, and answers 403 or 500")
	}
	if perm&0o022 != 0 {
		report("program-writable", Error, "others may write to the program",
			"suEXEC answers 500 (suexec.log: file is writable by others), and other customers could replace it")
	}
	if perm&0o044 != 0 {
		report("program-readable", Warning, "others may read the program",
			"after a change on the host the server may no longer run the program, but send it to visitors as a file. It cannot send a file that it cannot read, and to run a program, x is enough")
	}
	if mode&(fs.ModeSetuid|fs.ModeSetgid) != 0 {
		report("program-setuid", Error, "the program is setuid or setgid", "suEXEC answers 500 (suexec.log: file is either setuid or setgid)")
	}
}

func sameContent(f manifest.File, data []byte) bool {
	sum := sha256.Sum256(data)
	return int64(len(data)) == f.Size && hex.EncodeToString(sum[:]) == f.SHA256
}

func (t *tree) unreadable(name string, err error) {
	t.add(Finding{"file-unreadable", Error, name, "cannot read the file: " + plain(err), "its content could not be checked",
		"run the doctor as the user of the account"})
}

// checkContent compares a file with the manifest, and reports what happened to a
// program that has changed.
func (t *tree) checkContent(f manifest.File, p *manifest.Program) {
	limit := int64(maxSettings)
	if p != nil {
		limit += 2 * f.Size // as much as ASCII mode can add
	}
	data, err := t.read(f.Path, max(limit, f.Size))
	switch {
	case p != nil && errors.Is(err, fs.ErrPermission) && t.isExecuteOnly(f.Path):
		t.learn(f.Path, "its owner may not read it, so it was not compared with the manifest")
	case err != nil:
		t.unreadable(f.Path, err)
	case sameContent(f, data):
	case p == nil:
		t.add(Finding{"file-changed", Warning, f.Path, "the file is not the one that the manifest describes",
			"somebody changed it, or it comes from another package", "upload " + f.Path + " again"})
	default:
		t.add(diagnose(f, *p, data))
	}
}

// isExecuteOnly reports whether nobody may read a file, but its owner may execute it.
func (t *tree) isExecuteOnly(name string) bool {
	info, err := os.Stat(t.path(name))
	return err == nil && info.Mode()&0o444 == 0 && info.Mode()&0o100 != 0
}

func plain(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}
