package gateway

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A part of a file is that part, whichever way it takes, and the file stands behind it afterwards.
func TestPartsOfFilesAreSent(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	var numbers strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&numbers, "%04x", i)
	}
	content := numbers.String()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	const from = 1000
	tests := []struct {
		name     string
		n        int64  // -1 is all, by io.Copy, which may hide the file; -2 all, by ReadFrom
		declared string // Content-Length
		sent     bool   // by the gateway
		err      error
	}{
		{"all", -1, "", true, nil},
		{"all, by ReadFrom", -2, "", true, nil},
		{"all, declared", -1, fmt.Sprint(len(content) - from), true, nil},
		{"a part without a length", 50_000, "", true, nil},
		{"a part of the declared length", 50_000, "50000", true, nil},
		{"a part that is larger than declared", 50_000, "40000", false, http.ErrContentLength},
		{"a small part", 700, "", false, nil},
		{"nothing", 0, "", false, nil},
		{"more than there is", 1 << 20, "", true, io.EOF},
		{"exactly what there is", int64(len(content) - from), "", true, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.Seek(from, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			var copied int64
			var copyErr error
			output := &fileSender{}
			got := serve(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/plain")
				if test.declared != "" {
					w.Header().Set("Content-Length", test.declared)
				}
				switch test.n {
				case -2:
					copied, copyErr = w.(io.ReaderFrom).ReadFrom(f)
				case -1:
					copied, copyErr = io.Copy(w, f)
				default:
					copied, copyErr = io.CopyN(w, f, test.n)
				}
			}, strings.NewReader(""), get(), func(x *Exchange) { output.pipe = x.Output.(*pipe); x.Output = output })
			want := content[from:]
			if test.n >= 0 {
				want = want[:min(test.n, int64(len(want)))]
			}
			if copyErr != test.err || test.n != -1 && output.sent > 0 != test.sent {
				t.Errorf("copied %d bytes, %v, %d of them as a file; want error %v, as a file: %v", copied, copyErr, output.sent, test.err, test.sent)
			}
			if test.err == http.ErrContentLength {
				if _, body, _ := strings.Cut(got.out, "\r\n\r\n"); len(body) > 40_000 || !strings.HasPrefix(want, body) {
					t.Errorf("%d bytes are sent, 40000 were declared", len(body))
				}
				return
			}
			if _, body, _ := strings.Cut(got.out, "\r\n\r\n"); body != want || copied != int64(len(want)) {
				t.Errorf("sent %d bytes and copied %d, want %d", len(body), copied, len(want))
			}
			if at, err := f.Seek(0, io.SeekCurrent); err != nil || at != from+int64(len(want)) {
				t.Errorf("the file stands at %d, %v, want %d", at, err, from+len(want))
			}
		})
	}
}
