package load

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/diag"
)

// What the go command says on Windows has drives and backslashes.
func TestPositionsWithDrivesAreRead(t *testing.T) {
	line := `C:\Users\Ann B\shop\users.go:12:34: undefined: x`
	m := compilerLine.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("%s is not read", line)
	}
	got := append([]string{m[2]}, loaderPosition.FindStringSubmatch(m[1])[1:]...)
	want := []string{"undefined: x", `C:\Users\Ann B\shop\users.go`, "12", "34"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if strings.Contains(parsePosition((diag.Positions{Dir: "/shop"}), "/shop/users.go:1:2").Filename, `\`) {
		t.Error("positions have backslashes")
	}
}
