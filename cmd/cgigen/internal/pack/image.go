package pack

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/cgigen/cgigen/generator/configdoc"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// refName is the annotation by which tools find an image in a layout (OCI
// Image Format, annotations.md).
const refName = "org.opencontainers.image.ref.name"

// containerUser is nobody's: images run without a user database.
const containerUser = "65532:65532"

// addImage adds an image for all targets, and the manifests for clusters.
func (b *arrangement) addImage() error {
	dir, err := os.MkdirTemp("", "cgigen-image-")
	if err != nil {
		return fmt.Errorf("making the image: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := b.writeImage(dir); err != nil {
		return fmt.Errorf("making the image: %w", err)
	}
	if err := b.collect(dir, "image"); err != nil {
		return fmt.Errorf("making the image: %w", err)
	}
	b.addFile(b.private("CONFIGURATION.md"), secretMode, configdoc.ConfigReference(b.Model))
	for _, name := range []string{"kubernetes.yaml", "knative.yaml"} {
		data, err := b.hosting("http", "").Render("cluster/" + name)
		if err != nil {
			return err
		}
		b.addFile(name, publicMode, data)
	}
	return nil
}

// writeImage writes a layout with one image, or with an index of one for each target.
func (b *arrangement) writeImage(dir string) error {
	out, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	named := layout.WithAnnotations(map[string]string{refName: b.site})
	var images []mutate.IndexAddendum
	for _, build := range b.Builds {
		image, platform, err := b.image(build)
		if err != nil {
			return err
		}
		if len(b.Builds) == 1 {
			return out.AppendImage(image, named, layout.WithPlatform(*platform))
		}
		images = append(images, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platform}})
	}
	index := mutate.IndexMediaType(mutate.AppendManifests(empty.Index, images...), types.OCIImageIndex)
	return out.AppendIndex(index, named)
}

// image has the program on an empty base, with what it asks a system for.
func (b *arrangement) image(build Build) (v1.Image, *v1.Platform, error) {
	files, variables, err := b.root(build)
	if err != nil {
		return nil, nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, nil, err
	}
	created := v1.Time{Time: b.Time}
	image, err := mutate.Append(mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON),
		mutate.Addendum{Layer: layer, History: v1.History{Created: created, CreatedBy: "cgigen package"}})
	if err != nil {
		return nil, nil, err
	}
	system, arch, _ := strings.Cut(build.Target, "/")
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{
		OS: system, Architecture: arch, Created: created, RootFS: rootFS(image), History: []v1.History{{Created: created, CreatedBy: "cgigen package"}},
		Config: v1.Config{
			Entrypoint: []string{"/" + build.Programs[0].Name}, Env: append(variables, "PORT=8080"), User: containerUser,
			ExposedPorts: map[string]struct{}{"8080/tcp": {}}, WorkingDir: "/",
		},
	})
	return image, &v1.Platform{OS: system, Architecture: arch}, err
}

func rootFS(image v1.Image) v1.RootFS {
	config, err := image.ConfigFile()
	if err != nil { // an image that was made in memory has one
		return v1.RootFS{}
	}
	return config.RootFS
}

// root makes the file system as a tar, and the variables that go with it.
func (b *arrangement) root(build Build) ([]byte, []string, error) {
	program, err := os.ReadFile(build.Programs[0].Path)
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	var variables []string
	root := &rootTar{tar.NewWriter(&out), b.Time}
	root.add("tmp/", 0o1777, nil)
	root.add(build.Programs[0].Name, 0o755, program)
	if b.TLS || uses(program, "net/http.(*Transport).dialConn") {
		root.add("etc/", 0o755, nil)
		root.add("etc/ssl/", 0o755, nil)
		root.add("etc/ssl/certs/", 0o755, nil)
		root.add("etc/ssl/certs/ca-certificates.crt", 0o644, certificates())
	}
	if uses(program, "time.LoadLocation") {
		zones, err := timeZones()
		if err != nil {
			return nil, nil, err
		}
		root.add("zoneinfo.zip", 0o644, zones)
		variables = append(variables, "ZONEINFO=/zoneinfo.zip")
	}
	if err := root.Close(); err != nil { // which writes the end of the archive
		return nil, nil, err
	}
	return out.Bytes(), variables, nil
}

// uses reports whether one of the functions was linked: its name stands in the
// table that stack traces are made from, between zeros.
func uses(program []byte, functions ...string) bool {
	for _, f := range functions {
		if bytes.Contains(program, []byte("\x00"+f+"\x00")) {
			return true
		}
	}
	return false
}

// certificates are the roots that browsers trust, of the version that stands
// in go.mod.
func certificates() []byte {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		// Writing to memory cannot fail.
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
	}
	return out.Bytes()
}

// timeZones are those of the Go distribution.
func timeZones() ([]byte, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("finding the time zones of Go: %w", err)
	}
	return os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "lib", "time", "zoneinfo.zip"))
}

type rootTar struct {
	*tar.Writer
	time time.Time
}

// add adds a file, or a folder if the name ends with a slash. Writing to memory
// can fail only by a wrong header, which Close reports.
func (r *rootTar) add(name string, mode int64, data []byte) {
	header := tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(data)), ModTime: r.time, Format: tar.FormatUSTAR}
	if strings.HasSuffix(name, "/") {
		header.Typeflag = tar.TypeDir
	}
	_ = r.WriteHeader(&header)
	_, _ = r.Write(data)
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
