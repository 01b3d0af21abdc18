//go:build unix

package hosts_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// checker builds a command of a module below testdata, once.
var checker = func() func(*testing.T, string) string {
	var mu sync.Mutex
	built := map[string]string{}
	return func(t *testing.T, name string) string {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if built[name] == "" {
			file := filepath.Join(work, "checker-"+name)
			cmd := exec.CommandContext(t.Context(), "go", "build", "-o", file, ".")
			cmd.Dir = filepath.Join("testdata", name)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("building %s: %v\n%s", name, err, out)
			}
			built[name] = file
		}
		return built[name]
	}
}()

// admit has the checker of a module below testdata read manifests, and returns what they run.
func admit(t *testing.T, name string, files ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), checker(t, name), files...).CombinedOutput()
	if err != nil {
		for _, file := range files {
			text, _ := os.ReadFile(file)
			t.Logf("%s:\n%s", filepath.Base(file), text)
		}
		t.Errorf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// clusterSite is a site whose configuration and data are as asked for.
func clusterSite(t *testing.T, name, directive, fields string, patterns ...string) string {
	t.Helper()
	packing.Lock()
	defer packing.Unlock()
	dir := filepath.Join(work, "cluster-"+strings.NewReplacer("/", "-", ".", "-").Replace(t.Name()))
	root, err := filepath.Abs(filepath.Join("..", "..", "..", ".."))
	must(t, err)
	must(t, os.MkdirAll(dir, 0o755))
	var b strings.Builder
	fmt.Fprintf(&b, "//cgigen:site name=%s %s\npackage site\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n)\n\n//cgigen:config prefix=SITE_\ntype Config struct {\n%s\n}\n", name, directive, fields)
	for i, pattern := range patterns {
		fmt.Fprintf(&b, "\n//cgigen:handler %s name=p%d\nfunc H%d(c Config) http.Handler {\n\treturn http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, \"%s %%s\", r.URL.Path) })\n}\n", pattern, i, i, strings.ReplaceAll(pattern, `"`, ""))
	}
	must(t, os.WriteFile(filepath.Join(dir, "site.go"), []byte(b.String()), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/site\n\ngo 1.26.0\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => "+root+"\n"), 0o600))
	return dir
}

// Every row is what failed on a real API server, or is next to it: all that is
// written is admitted by Kubernetes, and by Pod Security at its level restricted.
func TestClustersAdmitWhatIsWritten(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long-", 12) + "label"
	tests := []struct {
		name, site, directive, fields string
		patterns, flags               []string
		want                          []string // in kubernetes.yaml
		without                       []string
	}{
		{name: "plain", site: "shop", want: []string{"replicas: 2", "kind: PodDisruptionBudget", `host: "www.example.org"`, "optional: true"}, without: []string{"PersistentVolumeClaim", "kind: HorizontalPodAutoscaler"}},
		{name: "a name that is a number", site: "2048", want: []string{`name: "site-2048"`}},
		{name: "a name that YAML takes for nothing", site: "null", want: []string{`name: "null"`}},
		{name: "a name that YAML takes for a number", site: "1e3", want: []string{`name: "site-1e3"`}},
		{name: "a name that YAML takes for true", site: "on"},
		{name: "a hexadecimal name", site: "0x1f"},
		{name: "the longest name", site: "this-is-the-longest-name-there-"[:30] + "s"},
		{name: "a database", site: "shop", directive: "data=SITE_DATA", fields: "\tData string `env:\"DATA\" envDefault:\"data\"`",
			want: []string{"kind: PersistentVolumeClaim", "replicas: 1", "type: Recreate", "fsGroup: 65532", `{name: "SITE_DATA", value: "/data"}`}, without: []string{"PodDisruptionBudget"}},
		{name: "a required setting", site: "shop", fields: "\tKey string `env:\"KEY,required\" secret:\"true\"`", want: []string{"optional: false"}},
		{name: "a base", site: "shop", flags: []string{"--base", "/shop"}, want: []string{`path: "/shop"`}},
		{name: "hosts of patterns", site: "shop", patterns: []string{"GET api.example.org/v", "GET /x"}, want: []string{`host: "api.example.org"`, `host: "www.example.org"`}},
		{name: "a domain and all below it", site: "shop", flags: []string{"--host", "*.example.org"}, want: []string{`host: "*.example.org"`}},
		{name: "a domain in capitals", site: "shop", flags: []string{"--host", "Shop.Example.COM"}, want: []string{`host: "shop.example.com"`}},
		{name: "a long label", site: "shop", flags: []string{"--host", long[:63] + ".example.org"}},
		{name: "an autoscaler", site: "shop", flags: []string{"--scale", "2:10"}, want: []string{"kind: HorizontalPodAutoscaler", "minReplicas: 2"}, without: []string{"  replicas: "}},
		{name: "ingress-nginx", site: "shop", flags: []string{"--ingress", "nginx"}, want: []string{"ingressClassName: nginx", "proxy-body-size"}},
		{name: "no ingress", site: "shop", flags: []string{"--ingress", "none"}, without: []string{"Ingress"}},
		{name: "a gateway", site: "shop", flags: []string{"--ingress", "gateway:front"}, want: []string{"kind: HTTPRoute", `parentRefs: [{name: "front"}]`}, without: []string{"Ingress"}},
		{name: "an image", site: "shop", flags: []string{"--image", "registry.example.org/team/shop:v2"}, want: []string{`image: "registry.example.org/team/shop@sha256:`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			patterns := test.patterns
			if patterns == nil {
				patterns = []string{"GET /{$}"}
			}
			if test.fields == "" {
				test.fields = "\tTitle string `env:\"TITLE\" envDefault:\"Shop\"`"
			}
			dir := filepath.Join(t.TempDir(), "site")
			packModule(t, clusterSite(t, test.site, test.directive, test.fields, patterns...), dir, append([]string{"--for", "container"}, test.flags...)...)
			admit(t, "manifests", filepath.Join(dir, "kubernetes.yaml"))
			text, err := os.ReadFile(filepath.Join(dir, "kubernetes.yaml"))
			must(t, err)
			for _, want := range test.want {
				if !strings.Contains(string(text), want) {
					t.Errorf("there is no %s in\n%s", want, text)
				}
			}
			for _, unwanted := range test.without {
				if strings.Contains(string(text), unwanted) {
					t.Errorf("there is %s in\n%s", unwanted, text)
				}
			}
			others := []string{filepath.Join(dir, "knative.yaml"), filepath.Join(dir, "cloudrun.yaml")}
			if strings.Contains(test.directive, "data=") {
				for _, file := range others {
					if _, err := os.Stat(file); err == nil {
						t.Errorf("%s has no volume for the site's files", filepath.Base(file))
					}
				}
				return
			}
			admit(t, "knative", others[0])
			admit(t, "cloudrun", others[1])
		})
	}
}
