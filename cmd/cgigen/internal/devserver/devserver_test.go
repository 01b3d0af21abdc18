package devserver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The test binary is its own CGI program. A variable selects which one.
const programVariable = "CGIGEN_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if name := os.Getenv(programVariable); name != "" {
		os.Exit(runTestProgram(name))
	}
	os.Exit(m.Run())
}

// runTestProgram plays a CGI program and returns its exit code.
func runTestProgram(name string) int {
	body := func() string {
		text, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	switch name {
	case "environ":
		env := os.Environ()
		slices.Sort(env)
		fmt.Print("Content-Type: text/plain\n\n", strings.Join(env, "\n"))
	case "echo":
		fmt.Print("Status: 201 Created\r\nX-Length: ", os.Getenv("CONTENT_LENGTH"), "\r\n\r\n", body())
	case "deaf":
		fmt.Print("Status: 200 OK\n\nnot interested")
	case "redirect":
		fmt.Print("Location: /elsewhere\n\n")
	case "long":
		fmt.Print("Status: 200 OK\nX-Long: ", strings.Repeat("x", 20000), "\n\n")
	case "silent":
		fmt.Fprintln(os.Stderr, "I <b>cannot</b>")
		return 3
	case "prose":
		fmt.Print("Hello, world\n")
	case "endless":
		fmt.Print("X: ", strings.Repeat("x", headerLimit), "\n\n")
	case "failing":
		fmt.Print("Status: 200 OK\n\nall of it")
		fmt.Fprint(os.Stderr, "first\r\nsecond")
		return 1
	case "refused":
		fmt.Fprint(os.Stderr, "cgigen: refused: request 7: configuration:\n\t\t<KEY> is not set\n")
		fmt.Print("Status: 500 Internal Server Error\nContent-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff\n\n500 Internal Server Error\nrequest 7\n")
		return 1
	case "sorry":
		fmt.Fprintln(os.Stderr, "a secret")
		fmt.Print("Status: 500 Internal Server Error\nX-Content-Type-Options: nosniff\n\n500, sorry\n")
	case "half":
		fmt.Print("Status: 200 OK\n\nhalf")
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
		untilStopped()
	case "slow":
		fmt.Print("Status: 200 OK\n\nfirst\n")
		untilStopped()
	}
	return 0
}

func untilStopped() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
}

// testEnv chooses a test program, and gives it a folder for what it covers: under go test -cover it warns if it has none.
func testEnv(t *testing.T, program string) []string {
	t.Helper()
	env := []string{programVariable + "=" + program}
	for _, dir := range []string{os.Getenv("TEST_COVERDIR"), os.Getenv("GOCOVERDIR"), t.TempDir()} {
		if testing.CoverMode() != "" && dir != "" {
			return append(env, "GOCOVERDIR="+dir)
		}
	}
	return env
}

// testServer serves test programs, one for each name, at /name/.
func testServer(t *testing.T, names ...string) (url string, terminal *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var site Site
	for _, name := range names {
		site.Programs = append(site.Programs, Program{
			Name: name, Path: self, Dir: t.TempDir(), Env: testEnv(t, name),
		})
		site.Routes = append(site.Routes, Route{Pattern: "/" + name + "/", Program: name})
	}
	site.Routes = append(site.Routes, Route{Pattern: "POST /only-post", Program: names[0]})
	terminal = new(bytes.Buffer)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel) // after the server was closed
	s := &server{ctx: ctx, log: newLog(terminal), gate: newGate()}
	s.gate.open(0, newTable(site))
	test := httptest.NewServer(s)
	t.Cleanup(test.Close)
	return test.URL, terminal
}

// answer is what a test compares.
type answer struct {
	Status int
	Body   string
}

func fetch(t *testing.T, req *http.Request) answer {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, string(body)}
}

func request(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func TestProgramSeesTheVariablesOfApache(t *testing.T) {
	url, _ := testServer(t, "environ")
	address := strings.TrimPrefix(url, "http://")
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	req := request(t, "PUT", url+"/environ/a%2Fb//c?q=%20", strings.NewReader("body"))
	req.Header = http.Header{
		"Accept":       {"text/x", "text/y"},
		"Content-Type": {"text/z"},
		"Cookie":       {"a=1", "b=2"},
		"Proxy":        {"http://evil"},
		"User-Agent":   {"test"},
		"X_Underscore": {"lost"},
	}
	got := strings.Split(fetch(t, req).Body, "\n")
	got = slices.DeleteFunc(got, func(v string) bool {
		return strings.HasPrefix(v, "REMOTE_PORT=") || strings.HasPrefix(v, "SCRIPT_FILENAME=") || strings.HasPrefix(v, "PWD=") ||
			strings.HasPrefix(v, "SYSTEMROOT=") || strings.HasPrefix(v, "GOCOVERDIR=")
	})
	want := []string{
		programVariable + "=environ",
		"CONTENT_LENGTH=4",
		"CONTENT_TYPE=text/z",
		"GATEWAY_INTERFACE=CGI/1.1",
		"HTTP_ACCEPT=text/x, text/y",
		"HTTP_ACCEPT_ENCODING=gzip",
		"HTTP_COOKIE=a=1; b=2",
		"HTTP_HOST=" + address,
		"HTTP_USER_AGENT=test",
		"PATH_INFO=/environ/a/b//c",
		"QUERY_STRING=q=%20",
		"REMOTE_ADDR=127.0.0.1",
		"REQUEST_METHOD=PUT",
		"REQUEST_URI=/environ/a%2Fb//c?q=%20",
		"SCRIPT_NAME=",
		"SERVER_NAME=127.0.0.1",
		"SERVER_PORT=" + port,
		"SERVER_PROTOCOL=HTTP/1.1",
		"SERVER_SOFTWARE=cgigen",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestBodyArrives(t *testing.T) {
	url, _ := testServer(t, "echo")
	for _, test := range []struct {
		name   string
		body   io.Reader
		length string
	}{
		{"with its length", strings.NewReader("hello"), "5"},
		{"chunked", io.MultiReader(strings.NewReader("hel"), strings.NewReader("lo")), "5"},
		{"chunked and empty", io.MultiReader(), "0"},
		{"none", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			res, err := http.DefaultClient.Do(request(t, "POST", url+"/echo/", test.body))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			got, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Repeat("hello", min(len(test.length), 1))
			if test.length == "0" {
				want = ""
			}
			if res.StatusCode != 201 || string(got) != want || res.Header.Get("X-Length") != test.length {
				t.Errorf("got %d %q, length %q; want 201 %q, length %q",
					res.StatusCode, got, res.Header.Get("X-Length"), want, test.length)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	url, _ := testServer(t, "deaf", "redirect", "long", "silent", "prose", "endless")
	routes := "These are the routes of " + strings.TrimPrefix(url, "http://") + ":\n\n" +
		"/deaf/\tdeaf\n/redirect/\tredirect\n/long/\tlong\n/silent/\tsilent\n/prose/\tprose\n/endless/\tendless\nPOST /only-post\tdeaf\n"
	for _, test := range []struct {
		name, method, path string
		body               io.Reader
		want               answer
	}{
		{"a body that the program does not read", "POST", "/deaf/", strings.NewReader(strings.Repeat("x", 1<<20)), answer{200, "not interested"}},
		{"Location alone is a redirect", "GET", "/redirect/", nil, answer{302, ""}},
		{"a long header line", "GET", "/long/", nil, answer{200, ""}},
		{"a redirect of the mux is the program's matter", "GET", "/deaf", nil, answer{200, "not interested"}},
		{"no route", "GET", "/nowhere", nil, answer{404, "No route for /nowhere\n\n" + routes}},
		{"no route for a path that is not clean", "GET", "//nowhere", nil, answer{404, "No route for //nowhere\n\n" + routes}},
		{"another method", "GET", "/only-post", nil, answer{405, "No route for GET /only-post\n\n" + routes}},
		{"nothing", "GET", "/silent/", nil, answer{502, "Program silent did not answer\n\n" +
			"Reason: it wrote nothing; exit status 3. It wrote to standard error:\n\nI <b>cannot</b>\n"}},
		{"no header", "GET", "/prose/", nil, answer{502, "Program prose did not answer\n\n" +
			"Reason: it wrote \"Hello, world\" instead of a header line. It wrote nothing to standard error.\n"}},
		{"a header without end", "GET", "/endless/", nil, answer{502, "Program endless did not answer\n\n" +
			"Reason: its header is larger than 65536 bytes. It wrote nothing to standard error.\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := fetch(t, request(t, test.method, url+test.path, test.body))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPagesForBrowsersAreEscaped(t *testing.T) {
	url, _ := testServer(t, "silent")
	req := request(t, "GET", url+"/silent/", nil)
	req.Header.Set("Accept", "text/html,*/*")
	got := fetch(t, req)
	if got.Status != 502 || !strings.Contains(got.Body, "<pre>I &lt;b&gt;cannot&lt;/b&gt;\n</pre>") {
		t.Errorf("got %d %s", got.Status, got.Body)
	}
}

func TestFailureOfTheRuntimeIsExplained(t *testing.T) {
	url, terminal := testServer(t, "refused", "sorry")
	got := fetch(t, request(t, "GET", url+"/refused/", nil))
	want := answer{500, "500 Internal Server Error\n\n" +
		"Request 7. On other machines the page ends here; the log has the rest. The program refused wrote to standard error:\n\n" +
		"cgigen: refused: request 7: configuration:\n\t\t<KEY> is not set\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	log, _, _ := strings.Cut(terminal.String(), "cgigen: GET ")
	if diff := cmp.Diff("refused: request 7: configuration:\nrefused:     <KEY> is not set\ncgigen: refused: exit status 1\n", log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	browser := request(t, "GET", url+"/refused/", nil)
	browser.Header.Set("Accept", "text/html")
	if got := fetch(t, browser); got.Status != 500 || !strings.Contains(got.Body, "&lt;KEY&gt; is not set") {
		t.Errorf("got %d %s", got.Status, got.Body)
	}
	// What a handler answers stays its own.
	if diff := cmp.Diff(answer{500, "500, sorry\n"}, fetch(t, request(t, "GET", url+"/sorry/", nil))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStandardErrorAndExitCodeAreLogged(t *testing.T) {
	url, terminal := testServer(t, "failing")
	got := fetch(t, request(t, "GET", url+"/failing/", nil))
	if diff := cmp.Diff(answer{200, "all of it"}, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	log, _, _ := strings.Cut(terminal.String(), "/failing/ 200 ")
	want := "failing: first\nfailing: second\ncgigen: failing: exit status 1\ncgigen: GET "
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestHalfAnAnswerDoesNotPassForAWholeOne(t *testing.T) {
	url, _ := testServer(t, "half")
	res, err := http.DefaultClient.Do(request(t, "GET", url+"/half/", nil))
	if err != nil {
		return // the connection broke before the header had come
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("got %q without an error", body)
	}
}

func TestProgramIsStoppedWhenItsClientGoes(t *testing.T) {
	url, _ := testServer(t, "slow")
	res, err := http.DefaultClient.Do(request(t, "GET", url+"/slow/", nil))
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, len("first\n"))
	if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "first\n" {
		t.Fatalf("what was flushed did not come: %q, %v", first, err)
	}
	res.Body.Close()
	// Closing the server waits for its requests: it hangs if the program runs on.
}

func TestGateHoldsRequestsUntilTheLastChangeIsBuilt(t *testing.T) {
	g := newGate()
	version := g.version()
	g.close()
	g.open(version, table{failure: "old"})
	passed := make(chan string)
	go func() {
		got, err := g.pass(t.Context())
		if err != nil {
			got.failure = err.Error()
		}
		passed <- got.failure
	}()
	select {
	case got := <-passed:
		t.Fatalf("a request passed to %q, which is out of date", got)
	default:
	}
	g.open(g.version(), table{failure: "new"})
	if got := <-passed; got != "new" {
		t.Errorf("a request passed to %q, want new", got)
	}
}

func TestDurationsAreRounded(t *testing.T) {
	for _, test := range []struct{ d, want time.Duration }{
		{1234567890, 1230 * time.Millisecond},
		{12345678, 12300 * time.Microsecond},
		{12345, 12 * time.Microsecond},
	} {
		if got := round(test.d); got != test.want {
			t.Errorf("round(%d) = %v, want %v", test.d, got, test.want)
		}
	}
}
