package gateway

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// awkward are texts that could end a field or a line.
var awkward = []string{"plain", "", "a b", `a"b`, `a\b`, "a=b", "a\nb", "a\tb\x00\x1b[31m", "é漢😀", "\xff", "\u2028", "/x%2Fy"}

// An access log is read by the tools that read slog's.
func TestAccessRecordsAreThoseOfSlog(t *testing.T) {
	for _, text := range awkward {
		a := AccessRecord{Program: "shop", ID: text, Method: "GET", Path: "/" + text, Pattern: "GET /{x}", Status: 200, Bytes: 5, Time: time.Now(), Took: 1500 * time.Microsecond}
		var ours bytes.Buffer
		Recorder{JSON: true, Access: true}.WriteAccess(&ours, a)
		var got map[string]any
		if err := json.Unmarshal(ours.Bytes(), &got); err != nil {
			t.Fatalf("%q: %v", ours.String(), err)
		}
		var theirs bytes.Buffer
		slog.New(slog.NewJSONHandler(&theirs, nil)).Info("request", "program", a.Program, "request", a.ID, "method", a.Method, "path", a.Path,
			"pattern", a.Pattern, "status", a.Status, "bytes", a.Bytes, "duration", a.Took)
		var want map[string]any
		if err := json.Unmarshal(theirs.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		delete(got, "time")
		delete(want, "time")
		if text == "" {
			delete(want, "request") // left out
		}
		if len(got) != len(want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
		for key := range want {
			if got[key] != want[key] {
				t.Errorf("%q: %s is %q, want %q", text, key, got[key], want[key])
			}
		}
	}
}

func TestTextRecordsAreOneLine(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
	for _, text := range awkward {
		var b bytes.Buffer
		Recorder{Access: true}.WriteAccess(&b, AccessRecord{Program: "shop", ID: "id", Method: "GET", Path: "/" + text, Status: 404, Time: at, Took: time.Millisecond})
		if strings.Count(b.String(), "\n") != 1 || strings.ContainsAny(b.String(), "\x00\x1b") {
			t.Errorf("%q: %q", text, b.String())
		}
	}
	var b bytes.Buffer
	Recorder{Access: true}.WriteAccess(&b, AccessRecord{Program: "shop", ID: "id", Method: "GET", Path: "/a b", Pattern: "GET /{x}", Status: 200, Bytes: 3, Time: at, Took: time.Millisecond})
	const want = `time=2026-01-02T03:04:05.006Z level=INFO msg=request program=shop request=id method=GET path="/a b" pattern="GET /{x}" status=200 bytes=3 duration=1ms` + "\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestReportsAreTextUnlessAskedForJSON(t *testing.T) {
	var text, object bytes.Buffer
	Recorder{}.writeReport(&text, "shop", "id", "panic: oh\nstack")
	if want := "cgigen: shop: request id: panic: oh\n\tstack\n"; text.String() != want {
		t.Errorf("got %q, want %q", text.String(), want)
	}
	Recorder{JSON: true}.writeReport(&object, "shop", "id", "panic: oh\nstack")
	var got map[string]string
	if err := json.Unmarshal(object.Bytes(), &got); err != nil || got["msg"] != "panic: oh\nstack" || got["level"] != "ERROR" || got["request"] != "id" || got["program"] != "shop" {
		t.Errorf("%v, %v", got, err)
	}
}
