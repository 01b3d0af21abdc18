package doctor

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// What a host answers, and what a manifest says, is shown as text: neither reaches
// the terminal as an order.
func TestNothingOfAHostReachesTheTerminalButText(t *testing.T) {
	const evil = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202eexe\x00\r\x7f"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Www-Authenticate"] = []string{"Basic realm=\"\u009b31m\u202e\""}
		w.WriteHeader(max(map[string]int{"/users/1": 401, "/users": 418}[r.URL.Path], 200))
		w.Write([]byte("<title>" + evil + "</title>" + r.URL.Path))
	}))
	defer server.Close()
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	m := identified()
	m.Routes[0].Pattern += evil
	m.Routes[1].Program = "user" + evil
	report, err := URL(t.Context(), base, m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	report.learn("name"+evil, "%s", evil)
	var b strings.Builder
	if err := report.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if len(report.Findings) == 0 {
		t.Error("nothing was found")
	}
	for _, r := range b.String() {
		if r != '\n' && r != '\t' && (r < ' ' || 0x7f <= r && r <= 0x9f || r == '\u202e' || r == '\ufffd') {
			t.Fatalf("%U in %q", r, b.String())
		}
	}
}

func TestPrintableKeepsText(t *testing.T) {
	for text, want := range map[string]string{
		"Grüße, 世界\nx": "Grüße, 世界\nx", "a\tb": `a\tb`, "\x1b[31m": `\x1b[31m`, "\xff\u009b": `\xff\u009b`, "\u202e": `\u202e`, "\ufffd": "\ufffd",
	} {
		if got := printable(text); got != want {
			t.Errorf("printable(%q) = %q, want %q", text, got, want)
		}
	}
}
