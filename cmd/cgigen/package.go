package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/pack"
	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/model"
)

// packageFlags are the flags of the command package.
type packageFlags struct {
	output, server, layout    string
	base, docroot, host, root string
	targets, gateways         []string
	generated, tags, site     string
	baseSet, linkBase         bool // --base was given, and is to be linked in
	containerFlags
}

func (a *app) packageCommand() *cobra.Command {
	var flags packageFlags
	cmd := &cobra.Command{
		Use:   "package --for SERVER -o FILE|DIR [packages]",
		Short: "Pack the site for a host or a server",
		Long: `package updates and compiles the programs as build does. Then it writes everything
that a host needs: the programs, rules for the server, example settings,
installation notes, a manifest with checksums, and a bill of materials. The same
commit gives the same bytes.

It writes a .tar.gz (or .tgz), a .zip, or a folder. The .zip has Unix modes, for
the file managers of control panels.`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			flags.baseSet = cmd.Flags().Changed("base")
			if err := flags.check(); err != nil {
				return err
			}
			targets, err := flags.chooseTargets(cmd.Context())
			if err != nil {
				return err
			}
			return a.pack(cmd.Context(), &flags, targets, patterns)
		},
		ValidArgsFunction: completePackages,
	}
	flags.add(cmd)
	return cmd
}

func (f *packageFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.server, "for", "", "pack for `SERVER`: "+strings.Join(pack.Servers(), ", "))
	flags.StringVarP(&f.output, "output", "o", "", "write `FILE`: a .tar.gz, .tgz or .zip by its name, otherwise a folder")
	flags.StringVar(&f.layout, "layout", "", "arrange the programs by `LAYOUT`: "+strings.Join(pack.Layouts("apache"), "|")+" for apache, "+
		strings.Join(pack.Layouts("nginx"), "|")+" for lighttpd, nginx and caddy (default subdir)")
	flags.StringVar(&f.base, "base", "", "set the `PATH` of the site on its host, such as /~alice/shop (default: base= of //cgigen:site)")
	flags.StringVar(&f.docroot, "docroot", "public_html", "set the `NAME` of the host's document root")
	flags.StringVar(&f.host, "host", "www.example.org", "set the domain `NAME` of the site")
	flags.StringVar(&f.root, "root", "", "set the folder `DIR` of the site on your own server (default /srv/NAME)")
	flags.StringArrayVar(&f.targets, "target", nil, "compile for `OS/ARCH`; may be repeated (default linux/amd64)")
	flags.StringSliceVar(&f.gateways, "gateways", nil, followedHelp+"; for container, link those into the image (default http)")
	flags.StringVar(&f.site, "site", "", "use only the site `NAME`, where the module has several")
	flags.StringVar(&f.generated, "generated", "", "use the generated programs below `DIR`, which is -o of generate")
	addTags(cmd, &f.tags)
	f.addContainer(cmd)
	must(cmd.RegisterFlagCompletionFunc("for", cobra.FixedCompletions(pack.Servers(), cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("layout", cobra.FixedCompletions(pack.Layouts("apache"), cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("target", completeTargets))
}

// What stands in a server's configuration: nothing that could end a string
// there, or begin a directive.
var (
	folderName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$`)
	rootPath   = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)
	hostName   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
)

// check completes the flags and refuses what cannot be packed.
func (f *packageFlags) check() error {
	f.base = strings.TrimSuffix(f.base, "/")
	f.host = strings.ToLower(f.host) // as clients and servers send it
	switch {
	case f.server == "" || f.output == "":
		return usageError{"--for SERVER and -o FILE|DIR are needed; see cgigen package --help"}
	case !slices.Contains(pack.Servers(), f.server):
		return usageError{fmt.Sprintf("--for: unknown server %q: the servers are %s", f.server, strings.Join(pack.Servers(), ", "))}
	case f.layout != "" && !slices.Contains(pack.Layouts(f.server), f.layout):
		return usageError{fmt.Sprintf("--layout: the layouts for %s are %s, not %q", f.server, strings.Join(pack.Layouts(f.server), ", "), f.layout)}
	case f.base != "" && model.CheckBase(f.base) != "":
		return usageError{fmt.Sprintf("--base: %q is not a path of the form /~alice/shop", f.base)}
	case !folderName.MatchString(f.docroot) || f.docroot == "private":
		return usageError{fmt.Sprintf("--docroot: %q is not the name of a folder, such as public_html", f.docroot)}
	case !f.isHost():
		return usageError{fmt.Sprintf("--host: %q is not a domain name", f.host)}
	case f.root != "" && !rootPath.MatchString(f.root):
		return usageError{fmt.Sprintf("--root: %q is not an absolute folder, such as /srv/shop", f.root)}
	}
	if f.layout == "" {
		f.layout = pack.Layouts(f.server)[0]
	}
	if f.layout == "multicall" && pack.Format(f.output) == "zip" {
		return usageError{"--layout multicall: a .zip cannot hold hard links; write a .tar.gz or a folder"}
	}
	if ending := pack.OtherArchive(f.output); ending != "" {
		return usageError{fmt.Sprintf("-o: cannot write a %s: a package is a .tar.gz, a .tgz, a .zip or a folder", ending)}
	}
	if err := f.checkContainer(f.server); err != nil {
		return err
	}
	return f.checkGateways()
}

// chooseTargets refuses programs that the server could not run.
func (f *packageFlags) chooseTargets(ctx context.Context) ([]builder.Target, error) {
	texts := f.targets
	if len(texts) == 0 {
		texts = []string{"linux/amd64"}
	}
	targets, err := chooseTargets(ctx, texts)
	for _, t := range targets {
		if !pack.Runs(f.server, t.OS) {
			return nil, usageError{fmt.Sprintf("--target %s: --for %s packs programs for Unix, such as linux/amd64; cgigen build --target %[1]s compiles them", t, f.server)}
		}
	}
	return targets, err
}

// refuseHidden refuses routes that the layout keeps from their programs.
func (f *packageFlags) refuseHidden(result *generator.Result) error {
	m := result.Model
	folder, other := pack.Taken(f.server, f.layout, nameOfSite(result))
	var all diag.List
	for _, r := range pack.Hidden(m, folder) {
		at := r.Position
		at.Filename = shown(filepath.Join(m.Module.Dir, filepath.FromSlash(at.Filename)))
		all = append(all, diag.Diagnostic{
			Position: at,
			Message:  fmt.Sprintf("%s cannot be reached with --for %s --layout %s, which keeps %s/%s/ for the files of the programs", r.Pattern, f.server, f.layout, f.base, folder),
			Hint:     "choose another path, or package with --layout " + other,
		})
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// checkGateways reads the flag, and looks whether there is the gateway by which
// the layout starts the programs.
func (f *packageFlags) checkGateways() (err error) {
	needed := f.neededGateway()
	if len(f.gateways) == 0 {
		return nil
	}
	if f.gateways, err = model.ParseGateways(f.gateways); err != nil {
		return usageError{"--gateways: " + err.Error()}
	}
	if !slices.Contains(f.gateways, needed) {
		return usageError{fmt.Sprintf("--gateways: --for %s --layout %s needs %s", f.server, f.layout, needed)}
	}
	return nil
}

// neededGateway is the gateway by which the layout starts the programs.
func (f *packageFlags) neededGateway() string {
	switch {
	case f.layout == "fcgid":
		return "fastcgi"
	case f.server == "container":
		return "http"
	}
	return "cgi"
}

// settle takes from the site what no flag says, and refuses flags that disagree
// with it.
func (f *packageFlags) settle(result *generator.Result) error {
	site, err := oneSite(result)
	if err != nil {
		return err
	}
	switch {
	case site.Base == "":
		f.linkBase = f.base != ""
	case f.baseSet && f.base != site.Base:
		return usageError{fmt.Sprintf("--base: the flag says %q, but //cgigen:site says base=%s", f.base, site.Base) +
			"\n\thint: omit the flag, or change the key: base= is part of the generated programs"}
	default:
		f.base = site.Base
	}
	if f.max > 0 && site.Data != "" {
		return usageError{fmt.Sprintf("--scale: the site keeps files (data=%s of //cgigen:site), and two replicas would have different ones", site.Data) +
			"\n\thint: move the data to a database of its own, and remove data= from //cgigen:site"}
	}
	if f.server != "container" {
		return checkNeeded(result, f.neededGateway(), "--for "+f.server+" --layout "+f.layout)
	}
	for _, name := range f.gateways {
		if len(site.Asked) > 0 && !slices.Contains(site.Asked, name) {
			all, _ := model.ParseGateways(append(slices.Clone(site.Asked), name)) // both are known
			return usageError{fmt.Sprintf("--for container links %s, but //cgigen:site says %s", name, model.GatewaysKey(site.Asked)) + gatewaysHint(all)}
		}
	}
	return nil
}

// linkedGateways returns the gateways that all programs of a package have.
func (f *packageFlags) linkedGateways(result *generator.Result) []string {
	return slices.DeleteFunc(model.Gateways(), func(name string) bool {
		return slices.ContainsFunc(result.Programs, func(p model.Main) bool { return !slices.Contains(p.Gateways, name) })
	})
}

// link returns the linker flags of a package.
func (f *packageFlags) link() string {
	if !f.linkBase {
		return ""
	}
	return "-X=" + modulePath + "/runtime.linkedBase=" + f.base
}

// pack compiles for every target and writes the package.
func (a *app) pack(ctx context.Context, flags *packageFlags, targets []builder.Target, patterns []string) error {
	stage, cleanup, err := buildFolder(*flags)
	if err != nil {
		return err
	}
	defer cleanup()
	options := generator.Options{Patterns: patterns, Output: flags.generated, Tags: flags.tags, Site: flags.site}
	o := pack.Options{Server: flags.server, Layout: flags.layout, Docroot: flags.docroot, Hostname: flags.host, Root: flags.root}
	if err := a.packBuilds(ctx, options, flags, stage, targets, &o); err != nil {
		return err
	}
	if len(o.Model.Programs) == 0 {
		return fmt.Errorf("nothing to package: these packages have no handlers")
	}
	o.Time = commitTime(ctx, o.Model.Module.Dir)
	if flags.server == "container" {
		if o.TLS, err = builder.Imports(ctx, flags.tags, patterns, modulePath+"/", "crypto/tls", "crypto/x509"); err != nil {
			return err
		}
	}
	o.Cluster = flags.cluster()
	o.Revision = revision(ctx, o.Model.Module.Dir)
	tree, err := pack.New(o)
	if err != nil {
		return err
	}
	if err := tree.Write(flags.output); err != nil {
		return err
	}
	a.say("wrote %s: %s", shown(flags.output), described(o))
	if flags.push {
		return a.push(ctx, flags.reference, tree.Image)
	}
	return nil
}

// buildFolder returns a folder for the compiled programs, the same for the same
// module and flags, so that what is up to date is not linked again.
func buildFolder(flags packageFlags) (dir string, cleanup func(), err error) {
	work, err := os.Getwd()
	if err != nil {
		return "", nil, fmt.Errorf("finding the working directory: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		dir, err = os.MkdirTemp("", "cgigen-package-")
		return dir, func() { os.RemoveAll(dir) }, err
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%q", []any{work, flags.server == "container", flags.layout == "multicall", flags.gateways, flags.tags, flags.site, flags.base}))
	return filepath.Join(cache, "cgigen", fmt.Sprintf("%x", key[:8])), func() {}, nil
}

func described(o pack.Options) string {
	var targets []string
	for _, b := range o.Builds {
		targets = append(targets, b.Target)
	}
	return fmt.Sprintf("%s for %s, %s, layout %s", o.Model.Module.Path, o.Server, strings.Join(targets, " and "), o.Layout)
}

// packBuilds generates for each target, compiles for all of them side by side,
// and notes in o what there is.
func (a *app) packBuilds(ctx context.Context, options generator.Options, flags *packageFlags, stage string, targets []builder.Target, o *pack.Options) error {
	var jobs []builder.Options
	for _, target := range targets {
		options.Env = append(os.Environ(), target.Env()...)
		result, err := a.packSource(ctx, options, flags)
		if err != nil {
			return err
		}
		if err := flags.settle(result); err != nil {
			return err
		}
		if err := flags.refuseHidden(result); err != nil {
			return err
		}
		if err := a.checkCgo(ctx, result, target, flags.tags); err != nil {
			return err
		}
		if o.Model == nil {
			o.Model, o.Base, o.Gateways = result.Model, flags.base, flags.linkedGateways(result)
		}
		job := builder.Options{
			Programs: result.Programs, Dir: filepath.Join(stage, target.Folder()), Target: target, Tags: flags.tags,
			Flags: []string{"-buildvcs=false"}, Env: baseline(), Link: flags.link(), Identify: true, Site: nameOfSite(result),
		}
		if flags.layout == "multicall" || flags.server == "container" {
			cleanup, err := joinPrograms(&job, result, *flags)
			if err != nil {
				return err
			}
			defer cleanup()
		}
		jobs = append(jobs, job)
	}
	built, err := a.compile(ctx, jobs)
	if err != nil {
		return err
	}
	for i, programs := range built {
		build := pack.Build{Target: jobs[i].Target.String()}
		for _, p := range programs {
			build.Programs = append(build.Programs, pack.Program{Name: p.Name, Path: p.Path, Build: p.Build})
		}
		o.Builds = append(o.Builds, build)
	}
	return nil
}

// packSource brings the programs up to date as build does. The one program of an
// image is made of them and never written: it links what a container needs.
func (a *app) packSource(ctx context.Context, options generator.Options, flags *packageFlags) (*generator.Result, error) {
	if flags.server != "container" {
		return a.follow(ctx, options, flags.gateways)
	}
	if len(flags.gateways) == 0 {
		flags.gateways = []string{flags.neededGateway()}
	}
	options.Gateways = flags.gateways
	return a.plan(ctx, options)
}

// nameOfSite is the name of the one site that a package is about; "" if it has no programs.
func nameOfSite(result *generator.Result) string {
	if len(result.Programs) == 0 {
		return ""
	}
	return result.Model.Sites[result.Programs[0].Site].Name
}

// joinPrograms makes one program of all, in a layer over the files of the module.
func joinPrograms(job *builder.Options, result *generator.Result, flags packageFlags) (cleanup func(), err error) {
	if len(result.Programs) == 0 {
		return func() {}, nil
	}
	name := nameOfSite(result)
	mode := pack.ByName
	if flags.server == "container" {
		mode = pack.AllRoutes
	}
	joined, err := pack.Join(name, mode, result)
	if err != nil {
		return nil, err
	}
	job.Programs = []model.Main{joined.Main}
	job.Flags = append(job.Flags, "-overlay="+joined.Overlay)
	return joined.Remove, nil
}

// baseline is the least processor of each architecture: it is unknown what a
// shared host has.
func baseline() []string {
	return []string{"GOAMD64=v1", "GO386=sse2", "GOARM=6", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFLAGS=" + os.Getenv("GOFLAGS")}
}

// commitTime is the time of everything in a package: SOURCE_DATE_EPOCH, or that
// of the commit, or the first that a .zip can hold.
func commitTime(ctx context.Context, dir string) time.Time {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		// Without git, or outside of a repository, there is no such time.
		out, _ := exec.CommandContext(ctx, "git", "-C", dir, "log", "-1", "--format=%ct").Output()
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	if err != nil || seconds < first.Unix() {
		return first
	}
	return time.Unix(seconds, 0).UTC()
}
