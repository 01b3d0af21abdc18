//go:build unix

package suite_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// streams says which stacks start a program before they have the whole request.
func streams(server string) bool {
	return server != "lighttpd" && server != "nginx-fcgiwrap"
}

func TestClientThatHangsUpLeavesNothingBehind(t *testing.T) {
	skipShort(t)
	program := compile(t, ours)
	for _, stack := range stacks() {
		t.Run(stack.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, program)
			target := stack.start(t, s)[0]
			for _, n := range []int{1, 1000, 100_000} {
				t.Run(fmt.Sprintf("download after %d bytes", n), func(t *testing.T) { abortDownload(t, target, n) })
			}
			for _, n := range []int{0, 1, 1000, 100_000, uploaded - 1} {
				t.Run(fmt.Sprintf("upload after %d bytes", n), func(t *testing.T) { abortUpload(t, target, n) })
				t.Run(fmt.Sprintf("unread upload after %d bytes", n), func(t *testing.T) { abortUnread(t, target, n) })
			}
			t.Run("form", func(t *testing.T) { abortForm(t, target) })
			if files := temporaryFiles(t, s); len(files) > 0 {
				t.Errorf("temporary files %q are left", files)
			}
		})
	}
}

// uploaded is the size of a body.
const uploaded = 300_000

func upload(steps ...string) suite.Case {
	return suite.Case{Method: "POST", Path: suite.Script(steps...), Body: suite.Body{Data: string(suite.Pattern(uploaded))}}
}

// abortDownload expects that the handler hears of it by a failed write and by its context, and that the process ends.
func abortDownload(t *testing.T, target suite.Target, received int) {
	c := suite.Case{Path: suite.Script("endless", "cancelled", "leave") + "&watch"}
	lines, err := suite.Abort(target, c, suite.Cut{Received: received, Started: true}, deadline)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"endless: ended", "cancelled: context canceled"}; !slices.Equal(lines, want) {
		t.Errorf("the handler said %q, want %q", lines, want)
	}
}

// abortUpload expects that a body which breaks off does not look complete.
func abortUpload(t *testing.T, target suite.Target, sent int) {
	cut := suite.Cut{Sent: sent, Started: streams(target.Server)}
	c := upload("readall", "leave")
	c.Path += "&watch"
	lines, err := suite.Abort(target, c, cut, deadline)
	if err != nil {
		t.Fatal(err)
	}
	if cut.Started && (len(lines) == 0 || lines[len(lines)-1] != "readall: unexpected EOF") {
		t.Errorf("the handler said %q, want an unexpected EOF at last", lines)
	}
}

// abortUnread is an upload that the handler does not read, so that the runtime keeps it.
func abortUnread(t *testing.T, target suite.Target, sent int) {
	cut := suite.Cut{Sent: sent, Started: streams(target.Server)}
	if _, err := suite.Abort(target, upload("bytes 100000", "leave"), cut, deadline); err != nil {
		t.Fatal(err)
	}
}

// abortForm hangs up during the answer to a form whose file lies in the folder for temporary files.
func abortForm(t *testing.T, target suite.Target) {
	form := "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\n" + string(suite.Pattern(uploaded)) + "\r\n--xyz--\r\n"
	c := suite.Case{Method: "POST", Path: suite.Script("form", "endless", "leave"), Body: suite.Body{Data: form},
		Header: []string{"Content-Type: multipart/form-data; boundary=xyz"}}
	if _, err := suite.Abort(target, c, suite.Cut{Sent: len(form), Received: 1000, Started: true}, deadline); err != nil {
		t.Fatal(err)
	}
}

// temporaryFiles lists what the program's folder for temporary files holds.
func temporaryFiles(t *testing.T, s site) []string {
	t.Helper()
	entries, err := os.ReadDir(s.tmp())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
