package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/devserver"
	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/model"
)

func (a *app) serveCommand() *cobra.Command {
	var flags generateFlags
	var addr string
	cmd := &cobra.Command{
		Use:   "serve [packages]",
		Short: "Serve the site on this machine, and rebuild it on every change",
		Long: `serve updates and compiles the programs as build does. Then it answers requests
with the real programs, one process for each request, as a web server does.

When the source changes, serve rebuilds the programs; requests wait until they
are ready. Mistakes in the source are shown in the terminal and in the browser.`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			if err := checkAddr(cmd.Context(), addr); err != nil {
				return err
			}
			for _, p := range patterns {
				if port, ok := portOf(p); ok {
					return usageError{fmt.Sprintf("%s is not a package; to serve on that port, use --addr 127.0.0.1:%s", p, port)}
				}
			}
			return a.serve(cmd.Context(), flags.options(patterns), flags.gateways, addr)
		},
	}
	flags.addFollowing(cmd)
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "listen on `HOST:PORT`; port 0 lets the system choose a free port")
	must(cmd.RegisterFlagCompletionFunc("addr", cobra.NoFileCompletions))
	return cmd
}

func checkAddr(ctx context.Context, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return usageError{fmt.Sprintf("--addr %q is not of the form HOST:PORT, as in 127.0.0.1:8080", addr)}
	}
	if _, err := net.DefaultResolver.LookupPort(ctx, "tcp", port); err != nil {
		return usageError{fmt.Sprintf("--addr %q: invalid port %s; ports are 1 to 65535, and 0 chooses a free one", addr, port)}
	}
	return nil
}

// portOf returns the port in an argument, and reports whether the argument is a
// port, not a package.
func portOf(pattern string) (port string, ok bool) {
	port = strings.TrimPrefix(pattern, ":")
	_, err := strconv.ParseUint(port, 10, 16)
	_, none := os.Stat(pattern)
	return port, err == nil && none != nil
}

func (a *app) serve(ctx context.Context, options generator.Options, gateways []string, addr string) (err error) {
	root, err := builder.Root(ctx)
	if err != nil {
		return err
	}
	target, err := builder.DefaultTarget(ctx)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "cgigen-serve-")
	if err != nil {
		return fmt.Errorf("making a folder for the programs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	options.Env = append(os.Environ(), target.Env()...)
	w := &workshop{app: a, options: options, gateways: gateways, root: root, target: target, dir: temp}
	err = devserver.Run(ctx, devserver.Options{
		Addr: addr, Root: root, Log: a.stderr,
		Build: w.build, Hopeless: isUsage, Inputs: w.inputs, Describe: describe,
	})
	return err
}

// workshop makes the site of the local server.
type workshop struct {
	app      *app
	options  generator.Options
	gateways []string // that the user expects
	root     string   // of the module or workspace
	target   builder.Target
	dir      string // for compiled programs
	result   *generator.Result
}

// build generates and compiles.
func (w *workshop) build(ctx context.Context) (devserver.Site, error) {
	result, err := w.app.follow(ctx, w.options, w.gateways)
	if err != nil {
		return devserver.Site{}, err
	}
	w.result = result
	site, err := oneSite(result)
	if err != nil {
		return devserver.Site{}, err
	}
	if err := checkNeeded(result, "cgi", "serve, which starts them for each request,"); err != nil {
		return devserver.Site{}, err
	}
	link, err := linkPrivateDir(privateFolder(privateHome(site, result.Model.Module.Dir), site.Name))
	if err != nil {
		return devserver.Site{}, err
	}
	progress, done := w.app.progress(len(result.Programs), "the local server")
	programs, err := builder.Build(ctx, builder.Options{
		Programs: result.Programs, Dir: w.dir, Target: w.target, Tags: w.options.Tags,
		Link: link, Site: site.Name, Progress: progress,
	})
	done()
	if err != nil {
		return devserver.Site{}, err
	}
	return w.site(programs), nil
}

// privateHome returns the folder that holds the site's folder private: the
// nearest one from the site upwards within the module.
func privateHome(site model.Site, moduleDir string) string {
	for dir := site.Dir; dir != moduleDir && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if info, err := os.Stat(filepath.Join(dir, "private")); err == nil && info.IsDir() {
			return dir
		}
	}
	return moduleDir
}

// privateFolder returns the folder that programs of a site would find in home:
// private/NAME if there is one, otherwise private.
func privateFolder(home, site string) string {
	dir := filepath.Join(home, "private")
	if info, err := os.Stat(filepath.Join(dir, site)); site != "" && err == nil && info.IsDir() {
		return filepath.Join(dir, site)
	}
	return dir
}

// linkPrivateDir returns the linker flag that fixes the folder of settings to dir:
// the compiled programs lie elsewhere.
func linkPrivateDir(dir string) (string, error) {
	flag := "-X=" + modulePath + "/runtime/config.fixedDir=" + dir
	// The go command splits -ldflags at spaces outside quotes, which cannot
	// be escaped (go help build).
	for _, quote := range []string{"'", `"`} {
		if !strings.Contains(flag, quote) {
			return quote + flag + quote, nil
		}
	}
	return "", fmt.Errorf("cannot link the folder %s: the linker does not accept a name with both kinds of quotes", dir)
}

// site describes the programs to the server.
func (w *workshop) site(compiled []builder.Program) devserver.Site {
	var site devserver.Site
	for i, program := range w.result.Programs {
		model := modelOf(w.result.Model, program.Name)
		site.Programs = append(site.Programs, devserver.Program{
			Name: program.Name,
			Path: compiled[i].Path,
			Dir:  program.Dir,
			Env:  programEnv(runtime.GOOS, configNames(model), os.Environ()),
		})
		for _, route := range model.Routes {
			site.Routes = append(site.Routes, devserver.Route{Pattern: route.Pattern, Program: program.Name})
		}
		site.Ignore = append(site.Ignore, program.Dir)
	}
	return site
}

func modelOf(m *model.Model, name string) model.Program {
	i := slices.IndexFunc(m.Programs, func(p model.Program) bool { return p.Name == name })
	if i < 0 {
		return model.Program{}
	}
	return m.Programs[i]
}

// inputs lists what the packages and, once they exist, the programs are made from.
func (w *workshop) inputs(ctx context.Context) (builder.Inputs, error) {
	patterns := slices.Clone(w.options.Patterns)
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	if w.result != nil {
		for _, program := range w.result.Programs {
			patterns = append(patterns, program.Dir)
		}
	}
	return builder.ListInputs(ctx, w.options.Tags, patterns)
}

// configNames returns the names of a program's configuration fields.
func configNames(program model.Program) []string {
	var names []string
	for _, step := range program.Steps {
		if step.Config == nil {
			continue
		}
		for _, field := range step.Config.Fields {
			names = append(names, field.Name)
		}
	}
	return names
}

// safePath is what suEXEC sets PATH to.
const safePath = "/usr/local/bin:/usr/bin:/bin"

// programEnv returns the environment of a program of the local server: what a host
// with suEXEC leaves of its environment, and the configuration from ours. A program
// that needs HOME or TMPDIR fails here, not only on the host.
func programEnv(system string, names, environ []string) []string {
	kept := []string{"TZ"}
	env := []string{"PATH=" + safePath}
	if system == "windows" { // has no suEXEC, and does little without these
		kept = append(kept, "PATH", "SystemRoot", "COMSPEC", "PATHEXT", "WINDIR", "TEMP", "TMP", "USERPROFILE")
		env = nil
	}
	for _, name := range names {
		kept = append(kept, name, name+"_FILE")
	}
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if slices.Contains(kept, name) || strings.HasPrefix(name, "CGIGEN_") {
			env = append(env, variable)
		}
	}
	return env
}
