package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/doctor"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
	"github.com/cgigen/cgigen/templates"
)

// doctorFlags are the flags of the command doctor.
type doctorFlags struct {
	asJSON, probe   bool
	manifest, token string
	user            string
}

func (a *app) doctorCommand() *cobra.Command {
	var flags doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor DIR|URL",
		Short: "Find out why a site does not work on its host",
		Long: `doctor DIR checks an unpacked or installed package as suEXEC, Apache and the kernel
will: modes, owners, links, damaged uploads and settings.

doctor URL calls every route of a site, and requests every file that must not be
sent. It needs the manifest of the package: --manifest FILE, or
private/NAME/MANIFEST.json in the working directory. It changes nothing on the
site: it sends GET, HEAD, and methods that a route does not accept.

doctor --probe [DIR] writes a shell script for a host that answers every request
with 500. Upload it beside the programs: it shows what the host allows. Open it in
a browser, or read it with doctor --token TOKEN URL. It answers only under its own
name, which contains the token.

doctor exits with 1 if it finds anything wrong.`,
		Args: arguments(0, 1, "one folder or URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case flags.probe:
				return a.writeProbe(args)
			case len(args) == 0:
				return usageError{"doctor needs a folder or a URL; see cgigen doctor --help"}
			case strings.Contains(args[0], "://"):
				return a.examine(cmd.Context(), args[0], flags)
			}
			report, err := doctor.Dir(args[0], doctor.DirOptions{User: flags.user})
			return a.show(report, err, flags)
		},
	}
	cmd.Flags().BoolVar(&flags.asJSON, "json", false, "print the report as a JSON object")
	cmd.Flags().BoolVar(&flags.probe, "probe", false, "write a probe into DIR (default: the working directory)")
	cmd.Flags().StringVar(&flags.manifest, "manifest", "", "read the manifest of the package from `FILE` (default private/NAME/MANIFEST.json)")
	cmd.Flags().StringVar(&flags.user, "user", "", "check DIR for a host without suEXEC, whose web server runs as `USER`")
	cmd.Flags().StringVar(&flags.token, "token", "", "read the uploaded probe that has `TOKEN` in its name")
	return cmd
}

// examine looks at a site from outside.
func (a *app) examine(ctx context.Context, address string, flags doctorFlags) error {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return usageError{fmt.Sprintf("%q is not a URL of the form https://www.example.org/", address)}
	}
	file := flags.manifest
	if file == "" {
		found := manifest.Find(".")
		if len(found) > 1 {
			return usageError{"there are several sites here: name the manifest of one with --manifest: " + strings.Join(found, ", ")}
		}
		file = filepath.FromSlash(found[0])
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return usageError{fmt.Sprintf("cannot read the manifest of the package: give it with --manifest FILE (%v)", err)}
	}
	m, err := manifest.Decode(text)
	if err != nil {
		return err
	}
	report, err := doctor.URL(ctx, base, m, doctor.Options{Token: flags.token, Manifest: text})
	return a.show(report, err, flags)
}

// packageIn reads the manifest of the package in a folder.
func packageIn(dir string) (*manifest.Manifest, error) { return manifest.Read(dir) }

// show prints a report. If it has findings, the exit code is 1.
func (a *app) show(report *doctor.Report, err error, flags doctorFlags) error {
	if err != nil {
		return err
	}
	if flags.asJSON {
		err = printJSON(a.stdout, report)
	} else {
		err = report.WriteText(a.stdout)
	}
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if len(report.Findings) > 0 {
		return errSaid
	}
	return nil
}

// writeProbe writes the probe where the programs lie, if DIR is a package.
func (a *app) writeProbe(args []string) error {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	where := "under the address of the folder that it was uploaded to" // which only the host knows
	if m, err := packageIn(dir); err == nil && len(m.Programs) > 0 {
		dir = filepath.Join(dir, filepath.FromSlash(path.Dir(m.Programs[0].Path)))
		where = "below " + path.Dir(m.Programs[0].Address) + "/ of the site"
	}
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return fmt.Errorf("making a token: %w", err)
	}
	token := hex.EncodeToString(random[:])
	text, err := templates.Probe(token)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "cgigen-probe-"+token+".cgi")
	// The shell has to read it, as whatever user the host runs it.
	if err := os.WriteFile(file, text, 0o755); err != nil {
		return fmt.Errorf("writing the probe: %w", err)
	}
	fmt.Fprintln(a.stdout, token)
	a.say("wrote %s; upload it beside the programs with mode 755, open %s in a browser, %s, and delete it afterwards", shown(file), filepath.Base(file), where)
	a.say("or let the doctor read it: cgigen doctor --token %s URL", token)
	return nil
}
