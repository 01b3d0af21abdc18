package builder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/model"
)

// linkedBuild is the variable that takes the hash of a program's inputs.
const linkedBuild = "github.com/cgigen/cgigen/runtime.linkedBuild"

// An origin is what the go command says about a program before it links it.
type origin struct {
	path  string   // import path
	deps  []string // import paths of what it is linked with
	debug string   // its own defaults of GODEBUG
}

// origins asks the go command what the programs are made from. Along with that
// it compiles them, if they are to be identified: all of the build but the linking.
// built has a hash of each package. Both are empty if it cannot: then the build itself says why.
func (b *build) origins(ctx context.Context, env []string, dirs []string) (programs map[string]origin, built map[string]string) {
	const format = "{{.ImportPath}}\t{{.BuildID}}\t{{if not .DepOnly}}{{.Dir}}\t{{.DefaultGODEBUG}}\t{{join .Deps \" \"}}{{end}}"
	args := append([]string{"list", "-deps", fmt.Sprintf("-export=%t", b.Identify), "-trimpath", "-f", format, "-tags=" + b.Tags}, b.Flags...)
	cmd := command(ctx, append(append(args, "--"), dirs...)...)
	cmd.Env = slices.Concat(os.Environ(), b.Target.Env(), env, b.Env)
	out, err := cmd.Output()
	if err != nil {
		return nil, nil
	}
	programs, built = map[string]origin{}, map[string]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		built[fields[0]] = fields[1]
		if len(fields) == 5 {
			programs[filepath.Clean(fields[2])] = origin{fields[0], strings.Fields(fields[4]), fields[3]}
		}
	}
	return programs, built
}

// linkFlags are the flags of go build for the linker: those of all programs, and
// for each one its hash.
func (b *build) linkFlags(ctx context.Context, quick settings, dirs []string) []string {
	link := strings.TrimSpace("-s -w " + quick.link + b.siteLink() + b.Link)
	warm := b.warm()
	if !b.OneRequest && !b.Identify && len(warm) == 0 {
		return []string{"-ldflags=" + link}
	}
	programs, built := b.origins(ctx, quick.env, dirs)
	if quick.defaults && mayChooseDefaults(programs) {
		link = strings.TrimSpace("-s -w " + quick.link + ownDefaults + b.siteLink() + b.Link)
	}
	flags := []string{"-ldflags=" + link}
	for _, dir := range slices.Sorted(maps.Keys(programs)) {
		program, own := programs[dir], link
		if b.Identify {
			b.hashes[dir] = program.hash(link, built)
			own += " -X=" + linkedBuild + "=" + b.hashes[dir]
		}
		if warm[dir] {
			own += warmFlags(b.hashes[dir])
		}
		if own != link {
			flags = append(flags, "-ldflags="+program.path+"="+own)
		}
	}
	return flags
}

// hash is that of a program's inputs: of the compiled packages, which depend on
// the source, the tags, the target and the version of Go, and of the flags of the
// linker. The same inputs have the same hash on every machine.
func (o origin) hash(link string, built map[string]string) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q\n", link, o.debug)
	for _, path := range append(slices.Sorted(slices.Values(o.deps)), o.path) {
		fmt.Fprintf(sum, "%s %s\n", path, built[path])
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// hash returns that of a program, "" if it is unknown.
func (b *build) hash(p model.Main) string { return b.hashes[folderOf(p)] }

func folderOf(p model.Main) string { return filepath.Clean(p.Dir) }
