package httpd

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// logged answers a request over a connection, and returns what went to standard error.
func logged(t *testing.T, recorder gateway.Recorder, path string, h http.Handler) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	before := os.Stderr
	os.Stderr = file
	defer func() { os.Stderr = before }()
	p := program(nil)
	p.Recorder = recorder
	p.Start = func() (http.Handler, error) { return h, nil }
	server := httptest.NewServer(newService(p, stream.DefaultLimits()).(*service).server.Handler)
	defer server.Close()
	resp, err := http.Get(server.URL + path)
	if err == nil {
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	server.Close() // which waits for the handler
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAccessLogHasEveryRequest(t *testing.T) {
	tests := map[string]struct {
		handler func(http.ResponseWriter, *http.Request)
		status  float64
		bytes   float64
	}{
		"a text":       {func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }, 200, 5},
		"nothing":      {func(w http.ResponseWriter, r *http.Request) {}, 200, 0},
		"a status":     {func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", 404) }, 404, 3},
		"a flush":      {func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush(); io.WriteString(w, "late") }, 200, 4},
		"a file":       {func(w http.ResponseWriter, r *http.Request) { io.Copy(w, strings.NewReader("0123456789")) }, 200, 10},
		"an early one": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(103); w.WriteHeader(201) }, 201, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			line := logged(t, gateway.Recorder{JSON: true, Access: true}, "/a%2Fb?secret=1", http.HandlerFunc(test.handler))
			var got map[string]any
			if err := json.Unmarshal([]byte(line), &got); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if got["status"] != test.status || got["bytes"] != test.bytes || got["path"] != "/a%2Fb" || got["method"] != "GET" {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestWithoutTheSettingNothingIsRecorded(t *testing.T) {
	if got := logged(t, gateway.Recorder{}, "/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {})); got != "" {
		t.Errorf("got %q", got)
	}
}
