package main

import (
	"context"
	"fmt"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/image"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/pack"
)

// containerFlags are the flags of package that --for container alone takes.
type containerFlags struct {
	imageText, ingress, scale string
	push                      bool

	reference image.Reference // of --image
	min, max  int             // of --scale
	gateway   string          // of --ingress gateway:NAME
}

func (f *containerFlags) addContainer(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.imageText, "image", "", "for container, name the image `REF` in manifests: REGISTRY/NAME[:TAG]")
	flags.BoolVar(&f.push, "push", false, "for container, send the image to the registry of --image")
	flags.StringVar(&f.ingress, "ingress", "", "for container, lead requests to the site by `KIND`: "+strings.Join(pack.Ingresses(), "|")+"; gateway:NAME names the Gateway")
	flags.StringVar(&f.scale, "scale", "", "for container, let the cluster choose between `MIN:MAX` replicas")
}

// checkContainer reads the flags, and refuses them for other servers.
func (f *containerFlags) checkContainer(server string) (err error) {
	if server != "container" {
		if f.imageText != "" || f.push || f.ingress != "" || f.scale != "" {
			return usageError{"--image, --push, --ingress and --scale are flags of --for container, not of --for " + server}
		}
		return nil
	}
	if f.push && f.imageText == "" {
		return usageError{"--push: --image says where to: REGISTRY/NAME[:TAG]"}
	}
	if f.imageText != "" {
		if f.reference, err = image.ParseReference(f.imageText); err != nil {
			return usageError{"--image: " + err.Error()}
		}
	}
	f.ingress, f.gateway, _ = strings.Cut(f.ingress, ":")
	switch {
	case f.ingress != "" && !slices.Contains(pack.Ingresses(), f.ingress):
		return usageError{fmt.Sprintf("--ingress: there is %s, not %q", strings.Join(pack.Ingresses(), ", "), f.ingress)}
	case f.gateway != "" && (f.ingress != "gateway" || !isHostname(f.gateway)):
		return usageError{fmt.Sprintf("--ingress: %q is not the name of a Gateway: write gateway:NAME", f.gateway)}
	}
	return f.checkScale()
}

// checkScale reads --scale.
func (f *containerFlags) checkScale() error {
	if f.scale == "" {
		return nil
	}
	low, high, found := strings.Cut(f.scale, ":")
	var errs [2]error
	f.min, errs[0] = strconv.Atoi(low)
	f.max, errs[1] = strconv.Atoi(high)
	if !found || errs != [2]error{} || f.min < 1 || f.max < f.min {
		return usageError{fmt.Sprintf("--scale: %q is not MIN:MAX, such as 2:10", f.scale)}
	}
	return nil
}

// cluster returns what the flags say of manifests.
func (f *containerFlags) cluster() pack.Cluster {
	c := pack.Cluster{Min: f.min, Max: f.max, Ingress: f.ingress, Gateway: f.gateway}
	if f.imageText != "" {
		c.Repository = f.reference.Repository()
	}
	return c
}

// push sends an image to its registry, and prints the reference that manifests have.
func (a *app) push(ctx context.Context, to image.Reference, made *image.Image) error {
	show, done := a.pushProgress(to)
	err := made.Push(ctx, to, show)
	done()
	if err != nil {
		return err
	}
	digest, err := made.Digest()
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, to.Pinned(digest))
	return nil
}

// pushProgress returns a function that shows how much is sent, and one that wipes
// it away. On anything but a terminal there is one line.
func (a *app) pushProgress(to image.Reference) (show func(image.Progress), done func()) {
	if !a.isTerminal() {
		a.say("pushing %s", to)
		return nil, func() {}
	}
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription("pushing "+to.String()),
		progressbar.OptionShowBytes(true), progressbar.OptionSetWidth(24), progressbar.OptionClearOnFinish())
	// Continue if the bar cannot be drawn.
	show = func(p image.Progress) {
		bar.ChangeMax64(p.Total)
		_ = bar.Set64(p.Done)
	}
	return show, func() { _ = bar.Clear() }
}

// isHost reports whether --host is a domain. In clusters, it may be all names below one.
func (f *packageFlags) isHost() bool {
	if f.server != "container" {
		return hostName.MatchString(f.host)
	}
	host := strings.TrimPrefix(f.host, "*.")
	_, err := netip.ParseAddr(host)
	return err != nil && isHostname(host) && (host == f.host || strings.Contains(host, "."))
}

// isHostname reports whether a text is a name in the sense of RFC 1123 that fits
// the limits of RFC 1035 §2.3.4.
func isHostname(text string) bool {
	return hostName.MatchString(text) && len(text) <= 253 &&
		!slices.ContainsFunc(strings.Split(text, "."), func(label string) bool { return len(label) > 63 })
}

// revision is the commit of a module's source; "" if the source differs from it,
// or is in no repository.
func revision(ctx context.Context, dir string) string {
	changed, err := exec.CommandContext(ctx, "git", "-C", dir, "status", "--porcelain", "--", ".").Output()
	if err != nil || len(changed) > 0 {
		return ""
	}
	// An empty repository has no commit.
	commit, _ := exec.CommandContext(ctx, "git", "-C", dir, "rev-parse", "--verify", "HEAD").Output()
	return strings.TrimSpace(string(commit))
}
