package pack

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/image"
	"github.com/cgigen/cgigen/generator/configdoc"
	"github.com/cgigen/cgigen/templates"
)

// A Cluster is what the manifests for clusters say beyond the site itself.
type Cluster struct {
	Repository string // REGISTRY/NAME of the image; "" is registry.invalid/<site>, to be replaced by hand
	Min, Max   int    // replicas between which an autoscaler decides; 0 without one
	Ingress    string // default, nginx, gateway or none
	Gateway    string // name of the Gateway that routes attach to
	Revision   string // of the source; "" if unknown
}

// Ingresses are the values that Cluster.Ingress takes.
func Ingresses() []string { return []string{"default", "nginx", "gateway", "none"} }

// addContainer adds an image for all targets, and the manifests for clusters.
func (b *arrangement) addContainer() error {
	made, err := b.image()
	if err != nil {
		return fmt.Errorf("making the image: %w", err)
	}
	b.made = made
	dir, err := os.MkdirTemp("", "cgigen-image-")
	if err != nil {
		return fmt.Errorf("making the image: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := made.Layout(dir); err != nil {
		return fmt.Errorf("making the image: %w", err)
	}
	if err := b.collect(dir, "image"); err != nil {
		return fmt.Errorf("making the image: %w", err)
	}
	b.addFile(b.private(".env.example"), secretMode, configdoc.ContainerEnvExample(b.Model))
	b.addFile(b.private("CONFIGURATION.md"), secretMode, configdoc.ConfigReference(b.Model))
	digest, err := made.Digest()
	if err != nil {
		return fmt.Errorf("making the image: %w", err)
	}
	b.digest = digest
	return b.addManifests(digest)
}

// image makes the image of a program for each target.
func (b *arrangement) image() (*image.Image, error) {
	bill, err := b.bill()
	if err != nil {
		return nil, err
	}
	o := image.Options{
		Name: b.site, Labels: b.labels(), Time: b.Time, Roots: b.TLS, Bill: bill,
		// docker, podman and Cloud Run grant ten seconds: the rest is for clean-ups.
		Env: []string{"PORT=8080", "CGIGEN_FINISH_TIMEOUT=6s", "CGIGEN_STOP_TIMEOUT=2s"},
	}
	for _, build := range b.Builds {
		p := build.Programs[0]
		o.Programs = append(o.Programs, image.Program{Platform: build.Target, Name: p.Name, Path: p.Path})
	}
	return image.New(o)
}

// labels describe the image (OCI Image Format, annotations.md).
func (b *arrangement) labels() map[string]string {
	labels := map[string]string{"org.opencontainers.image.title": b.site}
	if b.Revision != "" {
		labels["org.opencontainers.image.revision"] = b.Revision
		labels["org.opencontainers.image.version"] = b.version()
	}
	if source := repositoryOf(b.Model.Module.Path); source != "" {
		labels["org.opencontainers.image.source"] = source
	}
	return labels
}

// version is what people call a revision: its first letters.
func (b *arrangement) version() string { return b.Revision[:min(len(b.Revision), 12)] }

// repositoryOf is the address of a module's repository, where the module's path says it.
func repositoryOf(module string) string {
	parts := strings.SplitN(module, "/", 4)
	switch parts[0] {
	case "github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "git.sr.ht":
		if len(parts) >= 3 {
			return "https://" + strings.Join(parts[:3], "/")
		}
	}
	return ""
}

// collect takes the files of a folder into the package.
func (b *arrangement) collect(dir, name string) error {
	return filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(file)
		b.addFile(name+"/"+filepath.ToSlash(rel), publicMode, data)
		return err
	})
}

// addManifests writes a manifest for each kind of cluster that can run the site.
// A site that keeps files needs a volume, which Knative and Cloud Run do not have
// for one replica alone.
func (b *arrangement) addManifests(digest string) error {
	c := b.cluster(digest)
	names := []string{"kubernetes.yaml", "knative.yaml", "cloudrun.yaml"}
	if c.Data != "" {
		names = names[:1]
	}
	for _, name := range names {
		data, err := c.Render("cluster/" + name)
		if err != nil {
			return err
		}
		b.addFile(name, publicMode, data)
	}
	return nil
}

// cluster returns the values that manifests depend on.
func (b *arrangement) cluster(digest string) templates.Cluster {
	site := b.Model.SiteOf(b.Model.Programs[0])
	c := templates.Cluster{
		Module: b.Model.Module.Path, Name: accountName(b.site), Image: b.repository() + "@" + digest, Base: b.Base, Data: site.Data,
		Hosts:  templates.Hosting{Hostname: b.Hostname, Aliases: routeHosts(b.Model)}.Hostnames(),
		Health: "/healthz", Replicas: 2, Min: b.Min, Max: b.Max, Ingress: cmp.Or(b.Ingress, "default"), Gateway: cmp.Or(b.Gateway, "gateway"),
	}
	if b.Revision != "" {
		c.Version = b.version()
	}
	switch {
	case c.Data != "":
		c.Replicas = 1
	case c.Max > 0:
		c.Replicas = 0
	}
	for _, v := range b.values() {
		if v.Required || v.Secret {
			c.Settings = append(c.Settings, templates.ClusterSetting{Name: v.Name, Required: v.Required})
		}
	}
	return c
}

// repository is where the image will lie. Without --image it is on a host that
// cannot be (RFC 2606 §2), in a form that clusters accept.
func (b *arrangement) repository() string { return cmp.Or(b.Repository, "registry.invalid/"+b.site) }
