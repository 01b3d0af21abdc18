package runtime

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// sixty are patterns of a large program.
func sixty() []string {
	var patterns []string
	for i := range 60 {
		patterns = append(patterns, fmt.Sprintf("GET /api/%%72%d/{id}", i))
	}
	return patterns
}

// longPaths are what a client can send to make routing costly.
func longPaths() map[string]string {
	const mega = 1 << 20
	return map[string]string{
		"short":          "/api/r7/x",
		"one segment":    "/api/r7/" + strings.Repeat("a", mega),
		"escapes":        "/api/r7/" + strings.Repeat("%61", mega/3),
		"escaped first":  "/" + strings.Repeat("%61", mega/3),
		"many segments":  strings.Repeat("/a", mega/2),
		"many folders":   strings.Repeat("/a", mega/2) + "/",
		"empty segments": strings.Repeat("/", mega),
		"dots":           strings.Repeat("/a/..", mega/5),
	}
}

// BenchmarkRouter compares what finding a route costs with ServeMux, and says
// the ratio.
func BenchmarkRouter(b *testing.B) {
	mux, rt := http.NewServeMux(), &router{}
	for _, pattern := range sixty() {
		mux.Handle(pattern, http.NotFoundHandler())
		rt.handle(pattern, http.NotFoundHandler())
	}
	for name, path := range longPaths() {
		u, err := url.ParseRequestURI(path)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			var ours, theirs time.Duration
			for b.Loop() { // in turn, so that a busy machine slows both
				ours += once(rt, u)
				theirs += once(mux, u)
			}
			b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N), "ns/request")
			b.ReportMetric(float64(ours)/float64(theirs), "of-ServeMux")
		})
	}
}

// once returns how long a handler takes.
func once(h http.Handler, u *url.URL) time.Duration {
	w, r := httptest.NewRecorder(), &http.Request{Method: "GET", Host: "h", URL: u}
	begin := time.Now()
	h.ServeHTTP(w, r)
	return time.Since(begin)
}

// BenchmarkMount is what finding the prefix costs, for what a server may say of
// a long path. It has no counterpart in ServeMux.
func BenchmarkMount(b *testing.B) {
	for name, path := range longPaths() {
		for _, script := range []string{"/cgi/app.cgi", path[:min(len(path), 7000)]} {
			b.Run(name+fmt.Sprint(len(script)), func(b *testing.B) {
				rt := mounted{program: "app.cgi"}.router()
				for _, pattern := range sixty() {
					rt.handle(pattern, http.NotFoundHandler())
				}
				m := mounted{target: path, vars: []string{"SCRIPT_NAME=" + script}}
				for b.Loop() {
					rt.ServeHTTP(httptest.NewRecorder(), m.request(b))
				}
			})
		}
	}
}
