package book

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childDir names, in a child process of the test, the folder of the database.
const childDir = "GUESTBOOK_TEST_DIR"

const (
	processes = 6
	each      = 20 // entries per process
)

// TestProcessesShareOneBook starts processes that find no database yet and all
// write at once, as on a host where requests come together.
func TestProcessesShareOneBook(t *testing.T) {
	dir := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var children [processes]*exec.Cmd
	var output [processes]strings.Builder
	for i := range children {
		child := exec.CommandContext(t.Context(), program, "-test.run=^TestChildProcess$", "-test.count=1")
		child.Env = append(os.Environ(), childDir+"="+dir)
		child.Stdout, child.Stderr = &output[i], &output[i]
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		children[i] = child
	}
	for i, child := range children {
		if err := child.Wait(); err != nil {
			t.Errorf("process %d: %v\n%s", i, err, &output[i])
		}
	}
	page, err := open(t, configuration(dir)).Page(t.Context(), Query{Limit: 1})
	if err != nil || page.Total != processes*each {
		t.Errorf("got %d entries, %v; want %d", page.Total, err, processes*each)
	}
}

// TestChildProcess is what each of those processes does; by itself it has
// nothing to do. Like a CGI program it opens the book for each entry.
func TestChildProcess(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		return
	}
	for i := range each {
		b, err := Open(t.Context(), configuration(dir))
		if err != nil {
			t.Fatal(err)
		}
		address := fmt.Sprint(os.Getpid())
		if err := b.Admit(t.Context(), address, noon(), each, time.Minute); err != nil {
			t.Error(err)
		}
		_, err = b.Add(t.Context(), Entry{Name: address, Message: fmt.Sprint(i), Picture: &Picture{Data: make([]byte, 10_000)}})
		if err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
