package config

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/cgigen/cgigen/runtime/internal/executable"
)

const separator = string(filepath.Separator)

// maxFileSize bounds a configuration file and a file that NAME_FILE names.
const maxFileSize = 1 << 20

// folderName is the folder that is searched for.
const folderName = "private"

// fixedDir is set by the linker, see the package documentation.
var fixedDir string

// PrivateDir returns the absolute path of the folder for the site's settings and
// data, which is private/NAME or private; or "" if there is none, none can be
// looked for, or it is the folder of another site.
func PrivateDir() string {
	dir, err := privateDir()
	if err != nil {
		return ""
	}
	return dir
}

// privateDir is PrivateDir, with the reason why the folder cannot be looked for.
func privateDir() (string, error) {
	if fixedDir != "" {
		return fixedDir, nil
	}
	program, err := executable.Path()
	if err != nil {
		return "", unknownPlace(err)
	}
	return searchUp(filepath.Dir(program), siteName)
}

// unknownPlace says that a program does not know where it lies. A file that may
// be meant for it must not be passed over. Where programs have no place, as under
// WASI, there is no folder either.
func unknownPlace(err error) error {
	if runtime.GOOS == "wasip1" || runtime.GOOS == "js" {
		return nil
	}
	text := "cannot be looked for: the program does not find out where it lies (" + plainError(err) + ")"
	if runtime.GOOS == "linux" {
		text += ": mount /proc, or"
	} else {
		text += ":"
	}
	return reason(text + " fix the folder when the program is linked (config.fixedDir)")
}

// open finds and reads the files, once.
func (v *Values) open() {
	if v.opened {
		return
	}
	v.opened = true
	dir, err := privateDir()
	if err != nil {
		v.refuse(either(dir, folderName+separator+"site.env"), err)
		return
	}
	if v.dir = dir; dir == "" {
		return
	}
	trusted := false // the folder is checked only if it holds a file for us
	for _, path := range v.candidates() {
		c, err := readTrusted(path)
		if isMissing(err) {
			continue
		}
		if !trusted {
			if err := checkFolder(v.dir); err != nil {
				v.refuse(v.dir, err)
				return
			}
			trusted = true
		}
		v.addFile(path, c, err)
	}
}

// candidates returns the paths of the files that a program may have.
func (v *Values) candidates() []string {
	site := v.dir + separator + "site.env"
	if v.program == "site" {
		return []string{site}
	}
	return []string{v.dir + separator + v.program + ".env", site}
}

// addFile keeps the entries of a file or the reason why it has none.
func (v *Values) addFile(path string, c contents, err error) {
	if err != nil {
		v.refuse(path, err)
		return
	}
	if c.exposed != "" {
		v.add(problem{subject: path, text: c.exposed})
	}
	f, errs := parseFile(c.text)
	f.path = path
	v.files = append(v.files, f)
	v.addErrors(path, errs)
}

// addErrors records what is wrong with the lines of a file. It is a function of
// its own so that its frame is not on the stack while a file is read.
func (v *Values) addErrors(path string, errs []lineError) {
	for _, e := range errs {
		v.add(problem{subject: path + ":" + strconv.Itoa(e.line), text: e.text})
	}
}

// refuse records why a file or the folder cannot be used.
func (v *Values) refuse(path string, err error) {
	v.blind = true
	text := err.Error()
	if _, ours := err.(reason); !ours {
		text = "cannot be read: " + plainError(err)
	}
	v.add(problem{subject: path, text: text})
}

// status is what the rules on permissions look at.
type status struct {
	owner  int // -1 where files have no owners: then permissions are not looked at
	perm   fs.FileMode
	folder bool
	plain  bool // a regular file
}

// allowed returns the permissions that a file or a folder may have at most.
// Others are all users but the owner: on many hosts all customers are in one
// group. A file of root is often meant for a group, so that one may read it.
func (s status) allowed(self int) fs.FileMode {
	switch {
	case s.folder:
		return 0o755
	case s.owner == 0 && self != 0:
		return 0o740
	default:
		return 0o700
	}
}

// refusal says why a process of the user self must not trust what a file or a
// folder holds, and how to mend that. It is nil if it may.
func (s status) refusal(path string, self int) error {
	switch user := strconv.Itoa(self); {
	case s.owner < 0:
		return nil
	case s.owner != self && s.owner != 0:
		return reason("refused, it belongs to user " + strconv.Itoa(s.owner) + " and the program runs as user " + user +
			": run the program as its owner (suEXEC), or: chown " + user + " " + shellQuote(path))
	case s.perm&^s.allowed(self)&0o022 != 0:
		return reason("refused, others may write to it" + s.mend(path, self))
	}
	return nil
}

// exposed says that others may read a file, and how to mend that, or is "". What
// such a file holds can be trusted, but the program must not go on.
func (s status) exposed(path string, self int) string {
	if s.owner < 0 || s.perm&^s.allowed(self)&0o044 == 0 {
		return ""
	}
	return "refused, others may read it" + s.mend(path, self)
}

// mend shows the mode and the command that takes away what is not allowed.
func (s status) mend(path string, self int) string {
	return " (mode " + strconv.FormatUint(uint64(s.perm), 8) + "): chmod " +
		strconv.FormatUint(uint64(s.perm&s.allowed(self)), 8) + " " + shellQuote(path)
}

// contents is what a configuration file holds. A complaint that others may read
// it does not keep other problems from being found.
type contents struct {
	text, exposed string
}

// checkFile says why the opened file at path must not be read.
func checkFile(path string, s status, size int64) error {
	switch {
	case !s.plain:
		return reason("refused, not a regular file")
	case size > maxFileSize:
		return reason("refused, larger than 1 MiB")
	}
	return s.refusal(path, processUser())
}

// checkFolder says why the folder at path must not be used.
func checkFolder(path string) error {
	s, err := statPath(path)
	if err != nil {
		return err
	}
	return s.refusal(path, processUser())
}

// readTrusted reads a configuration file after checking who may change it. A
// symbolic link counts as what it points at, with the folder where that lies.
func readTrusted(path string) (contents, error) {
	c, err := readChecked(path)
	switch {
	case err == nil, isMissing(err): // nearly always; errors.Is would cost a page fault
	case errors.Is(err, errLink):
		return readLinked(path)
	case errors.Is(err, fs.ErrPermission):
		if s, statError := statPath(path); statError == nil {
			err = cmp.Or(s.refusal(path, processUser()), err)
		}
	}
	return c, err
}

// readLinked is readTrusted for a symbolic link.
func readLinked(path string) (contents, error) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return contents{}, reason("a symbolic link that cannot be followed: " + plainError(err))
	}
	if err := checkFolder(filepath.Dir(target)); err != nil {
		return contents{}, reason("a symbolic link to " + target + ", whose folder is " + plainError(err))
	}
	return readChecked(target)
}

// resolve makes the path that a NAME_FILE holds absolute.
func (v *Values) resolve(path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	v.open()
	if v.dir == "" {
		return "", reason("the path is relative, and there is no folder " + folderName + " that it could begin in")
	}
	return filepath.Join(v.dir, path), nil
}

// readNamed reads a file that NAME_FILE names.
func readNamed(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", reason(plainError(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return "", reason(plainError(err))
	}
	if len(text) > maxFileSize {
		return "", reason("larger than 1 MiB")
	}
	return string(text), nil
}

// plainError is the text of a system error without the operation and the path.
func plainError(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return err.Error()
}

// shellQuote writes a path so that it can be pasted after chmod.
func shellQuote(path string) string {
	for _, c := range path {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '/', c == '.', c == '-', c == '_', c == '~', c == '+', c == ',', c == '@', c > 127:
		default:
			return strconv.Quote(path)
		}
	}
	return path
}
