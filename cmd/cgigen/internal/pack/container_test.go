package pack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

const (
	fetches = "package main\n\nimport \"net/http\"\n\nfunc main() { http.Get(\"https://example.com\") }\n"
	zoned   = "package main\n\nimport (\n\t\"os\"\n\t\"time\"\n)\n\nfunc main() { time.LoadLocation(os.Args[0]) }\n"
)

// index reads the layout of a package with the library of others, which checks every digest.
func index(t *testing.T, o Options) v1.ImageIndex {
	t.Helper()
	path, err := layout.FromPath(filepath.Join(write(t, o), "image"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := path.ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(list); err != nil {
		t.Error(err)
	}
	return list
}

// container has a build for each target, of one program.
func container(t *testing.T, source string, targets ...string) Options {
	t.Helper()
	o := Options{Server: "container", Layout: "image", Docroot: "public_html", Hostname: "shop.example", Gateways: []string{"http"}, Model: shop(), Time: madeAt}
	program := build(t, "shop", source)
	for _, target := range targets {
		o.Builds = append(o.Builds, Build{Target: target, Programs: []Program{{Name: "shop", Path: program}}})
	}
	return o
}

// only returns the single image of an index, with its description.
func only(t *testing.T, list v1.ImageIndex) (v1.Image, v1.Descriptor) {
	t.Helper()
	m, err := list.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Manifests) != 2 {
		t.Fatalf("%d manifests, not an image and its bill of materials", len(m.Manifests))
	}
	image, err := list.Image(m.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	return image, m.Manifests[0]
}

// unpacked returns the files of an image's layers and a line for each, in their order.
func unpacked(t *testing.T, image v1.Image) (lines []string, content map[string][]byte) {
	t.Helper()
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	content = map[string][]byte{}
	for _, layer := range layers {
		uncompressed, err := layer.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		for in := tar.NewReader(uncompressed); ; {
			h, err := in.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%04o %d:%d %s", h.Mode, h.Uid, h.Gid, h.Name))
			content[h.Name] = data
			if !h.ModTime.Equal(madeAt) {
				t.Errorf("%s is of %v", h.Name, h.ModTime)
			}
		}
	}
	return lines, content
}

// What a container runtime starts, as whom, with which variables, and which port it shows.
func TestImageSaysHowItIsRun(t *testing.T) {
	for source, variables := range map[string][]string{
		plain: {"PORT=8080", "CGIGEN_FINISH_TIMEOUT=6s", "CGIGEN_STOP_TIMEOUT=2s"}, zoned: {"ZONEINFO=/zoneinfo.zip", "PORT=8080", "CGIGEN_FINISH_TIMEOUT=6s", "CGIGEN_STOP_TIMEOUT=2s"},
	} {
		image, described := only(t, index(t, container(t, source, "linux/amd64")))
		config, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		want := v1.Config{
			Entrypoint: []string{"/shop"}, Env: variables, User: "65532:65532",
			ExposedPorts: map[string]struct{}{"8080/tcp": {}}, WorkingDir: "/", Labels: map[string]string{"org.opencontainers.image.title": "shop"},
		}
		if diff := cmp.Diff(want, config.Config); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if config.OS != "linux" || config.Architecture != "amd64" || !config.Created.Equal(madeAt) || len(config.History) != 1 || len(config.RootFS.DiffIDs) != 1 {
			t.Errorf("got %+v", config)
		}
		if diff := cmp.Diff(map[string]string{"org.opencontainers.image.ref.name": "shop"}, described.Annotations); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if p := described.Platform; p == nil || p.String() != "linux/amd64" || described.MediaType != types.OCIManifestSchema1 {
			t.Errorf("described as %+v", described)
		}
	}
}

// An image has no system: what a program asks one for has to lie in it, and nothing else.
func TestImageHoldsWhatItsProgramNeeds(t *testing.T) {
	certificates := []string{"0755 0:0 etc/", "0755 0:0 etc/ssl/", "0755 0:0 etc/ssl/certs/", "0644 0:0 etc/ssl/certs/ca-certificates.crt"}
	tests := []struct {
		name, source string
		tls          bool
		want         []string
	}{
		{"nothing", plain, false, nil},
		{"certificates, because it fetches", fetches, false, certificates},
		{"certificates, because its packages use TLS", plain, true, certificates},
		{"time zones", zoned, false, []string{"0644 0:0 zoneinfo.zip"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := container(t, test.source, "linux/amd64")
			o.TLS = test.tls
			image, _ := only(t, index(t, o))
			lines, content := unpacked(t, image)
			want := append([]string{"1777 0:0 tmp/", "0755 0:0 shop"}, test.want...)
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			program, err := os.ReadFile(o.Builds[0].Programs[0].Path)
			if err != nil || !bytes.Equal(content["shop"], program) {
				t.Errorf("the program has %d bytes, %v", len(content["shop"]), err)
			}
			if strings.HasPrefix(test.name, "certificates") {
				checkCertificates(t, content["etc/ssl/certs/ca-certificates.crt"])
			}
			if test.name == "time zones" {
				checkZones(t, content["zoneinfo.zip"])
			}
		})
	}
}

// checkCertificates reads a bundle as crypto/x509 does, entry by entry, as that leaves out what it cannot read.
func checkCertificates(t *testing.T, bundle []byte) {
	t.Helper()
	var n int
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || !c.IsCA || block.Type != "CERTIFICATE" {
			t.Errorf("%s: %v", block.Type, err)
		}
		n++
	}
	if n < 100 {
		t.Errorf("%d certificates", n)
	}
}

func checkZones(t *testing.T, zones []byte) {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(zones), int64(len(zones)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Open("Europe/Berlin"); err != nil {
		t.Error(err)
	}
}

// Several targets are one name, of which each machine gets its own image.
func TestImageOfSeveralTargetsIsAnIndex(t *testing.T) {
	o := container(t, plain, "linux/amd64", "linux/arm", "linux/arm64")
	outer, err := index(t, o).IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(outer.Manifests) != 2 || outer.Manifests[0].MediaType != types.OCIImageIndex || outer.Manifests[0].Annotations["org.opencontainers.image.ref.name"] != "shop" {
		t.Fatalf("got %+v", outer.Manifests)
	}
	list, err := index(t, o).ImageIndex(outer.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err) // another build of the same input has another digest
	}
	inner, err := list.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var platforms []string
	for _, m := range inner.Manifests {
		image, err := list.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		config, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		platforms = append(platforms, m.Platform.String()+" "+strings.TrimSuffix(config.OS+"/"+config.Architecture+"/"+config.Variant, "/"))
	}
	if diff := cmp.Diff([]string{"linux/amd64 linux/amd64", "linux/arm/v6 linux/arm/v6", "linux/arm64/v8 linux/arm64/v8"}, platforms); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestProgramThatIsMissingIsSaid(t *testing.T) {
	o := container(t, plain, "linux/amd64")
	o.Builds[0].Programs[0].Path = filepath.Join(t.TempDir(), "none")
	_, err := New(o)
	if want := "making the image: reading what shop is built from: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want %s…", err, want)
	}
	o.Server, o.Layout = "nginx", "subdir"
	_, err = New(o)
	if want := "reading what shop is built from: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want %s…", err, want)
	}
}
