package image

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// made is an image for one or several platforms. Its program need not run.
func made(t *testing.T, platforms ...string) *Image {
	t.Helper()
	file := filepath.Join(t.TempDir(), "shop")
	if err := os.WriteFile(file, []byte("a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{Name: "shop", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Bill: []byte(`{"bomFormat":"CycloneDX"}`), Labels: map[string]string{"org.opencontainers.image.title": "shop"}}
	for _, p := range platforms {
		o.Programs = append(o.Programs, Program{Platform: p, Name: "shop", Path: file})
	}
	i, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// refer parses a reference to a repository of a registry that listens here.
func refer(t *testing.T, server *httptest.Server, rest string) Reference {
	t.Helper()
	r, err := ParseReference(strings.TrimPrefix(server.URL, "http://") + "/" + rest)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// quiet is a registry that keeps what it is sent in memory.
func quiet() http.Handler {
	return registry.New(registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(true))
}

func TestPushedImageIsFoundByItsDigestWithItsBill(t *testing.T) {
	for _, platforms := range [][]string{{"linux/amd64"}, {"linux/amd64", "linux/arm64", "linux/arm"}} {
		t.Run(strings.Join(platforms, " "), func(t *testing.T) {
			server := httptest.NewServer(quiet())
			defer server.Close()
			i, to := made(t, platforms...), refer(t, server, "team/shop:v2")
			var last Progress
			if err := i.Push(t.Context(), to, func(p Progress) { last = p }); err != nil {
				t.Fatal(err)
			}
			if last.Total == 0 || last.Done != last.Total {
				t.Errorf("the last progress was %+v", last)
			}
			digest, err := i.Digest()
			if err != nil {
				t.Fatal(err)
			}
			pinned, err := name.NewDigest(to.Pinned(digest))
			if err != nil {
				t.Fatal(err)
			}
			for _, ref := range []name.Reference{pinned, to.tag} {
				got, err := remote.Head(ref)
				if err != nil || got.Digest.String() != digest {
					t.Errorf("%s: %v, %v", ref, got, err)
				}
			}
			bills, err := remote.Referrers(pinned)
			if err != nil {
				t.Fatal(err)
			}
			list, err := bills.IndexManifest()
			if err != nil || len(list.Manifests) != 1 {
				t.Fatalf("%d referrers, %v", len(list.Manifests), err)
			}
			if got := list.Manifests[0].ArtifactType; got != string(billType) {
				t.Errorf("the referrer is a %s", got)
			}
		})
	}
}

func TestNothingIsSentTwice(t *testing.T) {
	var uploads atomic.Int32
	keep := quiet()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			uploads.Add(1)
		}
		keep.ServeHTTP(w, r)
	}))
	defer server.Close()
	i, to := made(t, "linux/amd64"), refer(t, server, "shop")
	for range 2 {
		if err := i.Push(t.Context(), to, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := uploads.Load(); n != 4 { // config and layer, of the image and of the bill
		t.Errorf("%d uploads", n)
	}
}

// refusing answers as a registry that refuses all that is sent with a status.
func refusing(status int) http.Handler {
	keep := quiet()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(status)
			return
		}
		keep.ServeHTTP(w, r)
	})
}

func TestRefusedPushSaysWhatIsThereAndWhatToDo(t *testing.T) {
	tests := []struct {
		name    string
		handler http.Handler
		hint    string
	}{
		{"login", refusing(http.StatusUnauthorized), "log in with: docker login "},
		{"account", refusing(http.StatusForbidden), "log in with: docker login "},
		{"repository", refusing(http.StatusNotFound), "create the repository team/shop "},
		{"size", refusing(http.StatusRequestEntityTooLarge), "the registry's limits are in the way"},
		{"no registry", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }), "check that "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(test.handler)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.Start()
			defer server.Close()
			err := made(t, "linux/amd64").Push(t.Context(), refer(t, server, "team/shop"), nil)
			var refused *PushError
			if !errors.As(err, &refused) {
				t.Fatalf("error %v", err)
			}
			if !strings.HasPrefix(refused.Hint, test.hint) || !strings.HasPrefix(refused.State, "nothing in the registry has the tag") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A connection that breaks in the middle of a layer is no end: the next attempt is.
func TestBrokenConnectionIsTriedAgain(t *testing.T) {
	var broken atomic.Bool
	keep := quiet()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch && broken.CompareAndSwap(false, true) {
			io.CopyN(io.Discard, r.Body, 10)
			panic(http.ErrAbortHandler)
		}
		keep.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	defer server.Close()
	if err := made(t, "linux/amd64").Push(t.Context(), refer(t, server, "shop"), nil); err != nil || !broken.Load() {
		t.Errorf("broken %t, %v", broken.Load(), err)
	}
}

func TestReferencesNameTheirRegistry(t *testing.T) {
	good := map[string]string{
		"registry.example.org/team/shop:v2": "registry.example.org/team/shop@sha256:x",
		"localhost/shop":                    "localhost/shop@sha256:x",
		"127.0.0.1:5000/shop":               "127.0.0.1:5000/shop@sha256:x",
		"docker.io/alice/shop":              "index.docker.io/alice/shop@sha256:x",
	}
	for text, want := range good {
		r, err := ParseReference(text)
		if got := r.Pinned("sha256:x"); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", text, got, err, want)
		}
	}
	bad := map[string]string{
		"shop":                     `"shop" does not say its registry: write REGISTRY/NAME[:TAG], such as registry.example.org/shop or docker.io/alice/shop`,
		"alice/shop":               `"alice/shop" does not say its registry: write REGISTRY/NAME[:TAG], such as registry.example.org/shop or docker.io/alice/shop`,
		"r.example/Shop":           `"r.example/Shop" is not the name of an image`,
		"r.example/shop@sha256:00": `"r.example/shop@sha256:00" has a digest, which follows from the programs: write REGISTRY/NAME[:TAG]`,
		"r.example/":               `"r.example/" is not the name of an image`,
	}
	for text, want := range bad {
		_, err := ParseReference(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

func TestSameInputGivesTheSameDigest(t *testing.T) {
	var digests [2]string
	for n := range digests {
		digest, err := made(t, "linux/amd64", "linux/arm").Digest()
		if err != nil {
			t.Fatal(err)
		}
		digests[n] = digest
	}
	if diff := cmp.Diff(digests[0], digests[1]); diff != "" {
		t.Error(diff)
	}
}

// A registry with a certificate and a login, which docker's or podman's file has.
func TestPushLogsInOverTLS(t *testing.T) {
	keep := quiet()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "alice" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		keep.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer server.Close()
	// Only this test of the package verifies certificates: roots are read once.
	roots := filepath.Join(t.TempDir(), "roots.pem")
	write(t, roots, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	t.Setenv("SSL_CERT_FILE", roots)
	host := strings.TrimPrefix(server.URL, "https://")
	to, err := ParseReference(host + "/shop")
	if err != nil {
		t.Fatal(err)
	}
	login := func(password string) string {
		return `{"auths":{"` + host + `":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("alice:"+password)) + `"}}}`
	}
	empty := t.TempDir()
	docker, podman, wrong := filepath.Join(t.TempDir(), "docker"), filepath.Join(t.TempDir(), "auth.json"), filepath.Join(t.TempDir(), "wrong.json")
	write(t, filepath.Join(docker, "config.json"), login("s3cret"))
	write(t, podman, login("s3cret"))
	write(t, wrong, login("guess"))
	for _, test := range []struct {
		name, docker, podman string
		refused              bool
	}{
		{"docker's login", docker, "", false},
		{"podman's login", empty, podman, false},
		{"a wrong login", empty, wrong, true},
		{"no login", empty, "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("DOCKER_CONFIG", test.docker)
			t.Setenv("REGISTRY_AUTH_FILE", test.podman)
			t.Setenv("XDG_RUNTIME_DIR", empty)
			t.Setenv("HOME", empty)
			err := made(t, "linux/amd64").Push(t.Context(), to, nil)
			var refused *PushError
			if errors.As(err, &refused) != test.refused {
				t.Fatalf("error %v", err)
			}
			if err != nil && (!strings.HasPrefix(refused.Hint, "log in with: docker login "+host) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "guess")) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
