// Package image makes a container image of one program, in the formats of the
// Open Container Initiative (OCI): on an empty base, with what the program asks
// a system for, and with its bill of materials as a referrer.
//
//	Options → New → Image → Layout, for tools of others
//	                      → Push, to a registry
//
// The same input gives the same bytes, and so the same digest. Files in reading
// order: image.go, root.go (the file system), push.go.
package image

import (
	"bytes"
	"io"
	"maps"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	// refName is the annotation by which tools find an image in a layout (OCI
	// Image Format, annotations.md).
	refName = "org.opencontainers.image.ref.name"
	// user is nobody's: images run without a user database.
	user = "65532:65532"
	// billType is the media type of a bill of materials (CycloneDX, IANA).
	billType types.MediaType = "application/vnd.cyclonedx+json"
)

// Options describe an image.
type Options struct {
	Name     string            // its name in a layout
	Programs []Program         // one for each platform
	Labels   map[string]string // org.opencontainers.image.*, of the image and its manifests
	Env      []string          // variables, as NAME=value
	Time     time.Time         // of everything in it
	Roots    bool              // it needs certificates, whatever the program's symbols say
	Bill     []byte            // the bill of materials, as CycloneDX JSON
}

// A Program is compiled for one platform.
type Program struct {
	Platform string // as linux/amd64
	Name     string // of its file, at the root of the image
	Path     string
}

// An Image is one image, or an index of one for each platform, and the bill of
// materials that refers to it.
type Image struct {
	name   string
	single v1.Image      // nil for an index
	index  v1.ImageIndex // nil for one image
	only   *v1.Platform  // of a single image
	bill   v1.Image
}

// New makes an image in memory.
func New(o Options) (*Image, error) {
	i := &Image{name: o.Name}
	var images []mutate.IndexAddendum
	for _, p := range o.Programs {
		image, platform, err := o.image(p)
		if err != nil {
			return nil, err
		}
		if len(o.Programs) == 1 {
			i.single, i.only = image, platform
			break
		}
		images = append(images, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platform}})
	}
	if i.single == nil {
		index := mutate.IndexMediaType(mutate.AppendManifests(empty.Index, images...), types.OCIImageIndex)
		i.index = mutate.Annotations(index, o.Labels).(v1.ImageIndex)
	}
	subject, err := i.descriptor()
	if err != nil {
		return nil, err
	}
	i.bill, err = billOf(o, *subject)
	return i, err
}

// Digest returns the digest of the image or of its index, as sha256:…
func (i *Image) Digest() (string, error) {
	d, err := i.descriptor()
	if err != nil {
		return "", err
	}
	return d.Digest.String(), nil
}

func (i *Image) descriptor() (*v1.Descriptor, error) {
	if i.single != nil {
		return partial.Descriptor(i.single)
	}
	return partial.Descriptor(i.index)
}

// Layout writes the image into a folder as an OCI image layout.
func (i *Image) Layout(dir string) error {
	out, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	named := layout.WithAnnotations(map[string]string{refName: i.name})
	if i.single != nil {
		err = out.AppendImage(i.single, named, layout.WithPlatform(*i.only))
	} else {
		err = out.AppendIndex(i.index, named)
	}
	if err != nil {
		return err
	}
	return out.AppendImage(i.bill)
}

// image has one program on an empty base.
func (o Options) image(p Program) (v1.Image, *v1.Platform, error) {
	files, variables, err := o.root(p)
	if err != nil {
		return nil, nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, nil, err
	}
	platform, created := platformOf(p.Platform), v1.Time{Time: o.Time}
	history := v1.History{Created: created, CreatedBy: "cgigen package"}
	image, err := mutate.Append(emptyImage(types.OCIConfigJSON), mutate.Addendum{Layer: layer, History: history})
	if err != nil {
		return nil, nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, nil, err
	}
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{
		OS: platform.OS, Architecture: platform.Architecture, Variant: platform.Variant, Created: created,
		RootFS: config.RootFS, History: []v1.History{history},
		Config: v1.Config{
			Entrypoint: []string{"/" + p.Name}, Env: append(variables, o.Env...), User: user, Labels: o.Labels,
			ExposedPorts: map[string]struct{}{"8080/tcp": {}}, WorkingDir: "/",
		},
	})
	if err != nil {
		return nil, nil, err
	}
	return mutate.Annotations(image, o.Labels).(v1.Image), platform, nil
}

func emptyImage(config types.MediaType) v1.Image {
	return mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), config)
}

// platformOf names a platform with the variant that registries and runtimes
// choose by: packages are compiled for the least processor of each architecture.
func platformOf(target string) *v1.Platform {
	p := &v1.Platform{}
	p.OS, p.Architecture, _ = strings.Cut(target, "/")
	switch p.Architecture {
	case "arm":
		p.Variant = "v6"
	case "arm64":
		p.Variant = "v8"
	}
	return p
}

// billOf makes the bill of materials of an image: a manifest that refers to it
// (OCI Image Format, manifest.md, "artifact usage"). The type of its config is
// that of the artifact, as registries without artifactType read it.
func billOf(o Options, subject v1.Descriptor) (v1.Image, error) {
	layer := mutate.Addendum{Layer: static.NewLayer(o.Bill, billType), MediaType: billType}
	image, err := mutate.Append(emptyImage(billType), layer)
	if err != nil {
		return nil, err
	}
	notes := map[string]string{"org.opencontainers.image.created": o.Time.UTC().Format(time.RFC3339)}
	maps.Copy(notes, o.Labels)
	image = mutate.Annotations(image, notes).(v1.Image)
	subject.Annotations, subject.Platform = nil, nil
	return mutate.Subject(image, subject).(v1.Image), nil
}
