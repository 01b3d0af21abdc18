package suite_test

import (
	"io"
	"log"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// deadline ends an exchange that hangs. Nothing waits for it where all is well.
const deadline = 10 * time.Second

// hangs is how long an exchange is watched that is known to hang.
const hangs = time.Second

// oracle answers every case by net/http.Server, once.
var oracle = sync.OnceValues(func() (map[string]suite.Answer, error) {
	server := httptest.NewUnstartedServer(suite.Handler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	defer server.Close()
	target := suite.Target{Server: "net/http", Addr: server.Listener.Addr().String()}
	answers := make(map[string]suite.Answer)
	for _, c := range suite.Cases() {
		answer, err := suite.Do(target, c, deadline)
		if err != nil {
			return nil, err
		}
		answers[c.Name] = answer
	}
	return answers, nil
})

func TestCasesAreNamedOnceAndAreMany(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range suite.Cases() {
		if seen[c.Name] {
			t.Errorf("two cases %q", c.Name)
		}
		seen[c.Name] = true
	}
	if len(seen) < 70 {
		t.Errorf("%d cases, want 70 at least", len(seen))
	}
}

// The oracle is right by definition; this only holds that it answers, and what the words of an answer look like.
func TestNetHTTPAnswersEveryCase(t *testing.T) {
	answers, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range suite.Cases() {
		a := answers[c.Name]
		t.Logf("%s\n\t%s", c.Name, strings.Join(a.Lines(), "\n\t"))
		if strings.Contains(a.Failed(), "deadline") {
			t.Errorf("%s: %s", c.Name, a.Failed())
		}
	}
	want := []string{"status 200", "Content-Length: 5", "Content-Type: text/plain; charset=utf-8", `body: hello\`}
	if got := answers["length/declared"].Lines(); !slices.Equal(got, want) {
		t.Errorf("answer %q, want %q", got, want)
	}
}
