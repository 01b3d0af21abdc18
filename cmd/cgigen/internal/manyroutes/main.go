// Command manyroutes shows what a site of many routes costs, as a program for
// each route, as one program under many names, and as one program for all:
// programs, disk, time to build, and time to start.
//
//	go run ./cmd/cgigen/internal/manyroutes [-routes 50]
//
// It runs at the root of this repository. The routes have nothing in them, and
// the packages that they have in common are compiled before the clock runs: the
// time is that of the site's own packages and of linking.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("manyroutes: ")
	routes := flag.Int("routes", 50, "number of routes")
	flag.Parse()
	dir, err := os.MkdirTemp("", "manyroutes-")
	if err != nil {
		log.Fatal(err)
	}
	err = run(context.Background(), dir, *routes)
	os.RemoveAll(dir)
	if err != nil {
		log.Fatal(err)
	}
}

// A form is a way to pack a site.
type form struct{ name, keys, layout string }

func forms() []form {
	return []form{
		{"a program for each route", "", "subdir"},
		{"`--layout multicall`", "", "multicall"},
		{"`binary=` on all handlers", " binary=all", "subdir"},
	}
}

func run(ctx context.Context, dir string, routes int) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	tool := filepath.Join(dir, "cgigen")
	if err := command(ctx, root, nil, "go", "build", "-o", tool, "./cmd/cgigen"); err != nil {
		return err
	}
	if _, err := measure(ctx, root, tool, filepath.Join(dir, "first"), form{layout: "subdir"}, 1); err != nil {
		return err
	}
	fmt.Printf("%d routes, linux/amd64\n\n| | programs | disk | build | start |\n|---|---|---|---|---|\n", routes)
	for i, f := range forms() {
		line, err := measure(ctx, root, tool, filepath.Join(dir, fmt.Sprint("site", i)), f, routes)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %s |\n", f.name, line)
	}
	return nil
}

// measure writes a site, packs it, and returns the cells of its row.
func measure(ctx context.Context, root, tool, dir string, f form, routes int) (string, error) {
	if err := writeSite(root, dir, f.keys, routes); err != nil {
		return "", err
	}
	output := filepath.Join(dir, "package")
	env := []string{"XDG_CACHE_HOME=" + filepath.Join(dir, "cache"), "GOFLAGS=-mod=mod"}
	cache, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		return "", err
	}
	env = append(env, "GOCACHE="+strings.TrimSpace(string(cache)))
	begin := time.Now()
	if err := command(ctx, dir, env, tool, "package", "--for", "apache", "--layout", f.layout, "-o", output); err != nil {
		return "", err
	}
	took := time.Since(begin)
	programs, err := filepath.Glob(filepath.Join(output, "public_html", "cgi", "*.cgi"))
	if err != nil || len(programs) == 0 {
		return "", fmt.Errorf("%s has no programs: %w", output, err)
	}
	files, size, err := disk(programs)
	if err != nil {
		return "", err
	}
	start, err := builder.StartTime(ctx, programs[0], 50)
	return fmt.Sprintf("%d, %d names | %.1f MB | %.1f s | %.1f ms", files, len(programs), float64(size)/1e6, took.Seconds(), float64(start)/1e6), err
}

func writeSite(root, dir, keys string, routes int) error {
	var source strings.Builder
	source.WriteString("package site\n\nimport \"net/http\"\n")
	for i := range routes {
		fmt.Fprintf(&source, "\n//cgigen:handler GET /r%[1]d%[2]s\nfunc R%[1]d(w http.ResponseWriter, r *http.Request) {}\n", i, keys)
	}
	module := "module example.com/site\n\ngo 1.26.0\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => " + root + "\n"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "site.go"), []byte(source.String()), 0o644)
}

// disk counts files, each once, however many names it has.
func disk(names []string) (files int, size int64, err error) {
	var seen []fs.FileInfo
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return 0, 0, err
		}
		known := false
		for _, s := range seen {
			known = known || os.SameFile(s, info)
		}
		if !known {
			seen = append(seen, info)
			size += info.Size()
		}
	}
	return len(seen), size, nil
}

func command(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return nil
}
