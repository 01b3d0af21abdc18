package generator

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A call is a CGI request to a program, and what has to come of it.
type call struct {
	program string
	env     []string
	status  string
	output  string // the body, and then what the program has printed
}

func TestWiredProgramsRun(t *testing.T) {
	t.Parallel()
	for name, calls := range map[string][]call{
		"accept_wiring": {
			{"profile", []string{"DB_DSN=here", "REQUEST_URI=/profile", "HTTP_COOKIE=sid=ann"}, "200",
				"X-Order: secure\nX-Order: log\nX-Order: auth\nhello, ann; the database: nobody there\nsessions closed\ndatabase closed\n"},
			{"profile", []string{"DB_DSN=here", "REQUEST_URI=/profile"}, "401",
				"X-Order: secure\nX-Order: log\nX-Order: auth\nwho are you?\nsessions closed\ndatabase closed\n"},
			{"profile", []string{"DB_DSN=broken", "REQUEST_URI=/profile"}, "500", "store.Open: no such database"},
		},
		"accept_lazy": {
			{"list", []string{"DB_DSN=here", "REQUEST_URI=/users"}, "200", "untouched\n"},
			{"list", []string{"DB_DSN=here", "REQUEST_URI=/users?touch=1"}, "200", "true 1\nopened 1\nclosed\n"},
			{"list", []string{"DB_DSN=broken", "REQUEST_URI=/users?touch=1"}, "503", "store.Open: no such database\nopened 1\n"},
		},
	} {
		dir := t.TempDir()
		extract(t, dir, name, afterwards(readGolden(t, "testdata/golden/"+name+".txtar")))
		build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./cgi-bin/...")
		build.Dir, build.Env = dir, goEnv()
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("building %s: %v\n%s", name, err, out)
		}
		for _, c := range calls {
			c.run(t, dir)
		}
	}
}

// run starts the program as a server would. Only some of what comes back is of
// interest here.
func (c call) run(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(dir, c.program))
	cmd.Env = append([]string{"GATEWAY_INTERFACE=CGI/1.1", "REQUEST_METHOD=GET", "SERVER_PROTOCOL=HTTP/1.1", "SERVER_NAME=localhost",
		"SystemRoot=" + os.Getenv("SystemRoot")}, c.env...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // the status says whether it went well
	header, body, _ := strings.Cut(strings.ReplaceAll(stdout.String(), "\r\n", "\n"), "\n\n")
	if !strings.HasPrefix(header, "Status: "+c.status) {
		t.Errorf("%s %v: got %q, want status %s\n%s", c.program, c.env, header, c.status, stderr.String())
	}
	if c.status == "500" { // the page is the runtime's, the reason in the log
		if !strings.Contains(stderr.String(), c.output) {
			t.Errorf("%s %v: log %q, want %q", c.program, c.env, stderr.String(), c.output)
		}
		return
	}
	var got string
	for line := range strings.Lines(header + "\n") {
		if strings.HasPrefix(line, "X-Order") {
			got += line
		}
	}
	got += body
	for line := range strings.Lines(stderr.String()) {
		if !strings.Contains(line, "msg=") {
			got += line
		}
	}
	if diff := cmp.Diff(c.output, got); diff != "" {
		t.Errorf("%s %v (-want +got):\n%s", c.program, c.env, diff)
	}
}

// The program that docs/explanation/wiring.md shows is that of the golden file.
func TestTheWiringPageShowsWhatIsGenerated(t *testing.T) {
	page, err := os.ReadFile("../docs/explanation/wiring.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(page), "becomes, in `cgi-bin/profile/main.go`,\n\n```go\n")
	shown, _, found := strings.Cut(after, "```")
	program := texts(wanted(readGolden(t, "testdata/golden/accept_wiring.txtar")))["want/cgi-bin/profile/main.go"]
	if !found || !strings.Contains(program, shown) {
		t.Errorf("docs/explanation/wiring.md shows\n%s\nand the program is\n%s", shown, program)
	}
}
