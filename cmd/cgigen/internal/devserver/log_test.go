package devserver

import (
	"strings"
	"testing"
	"time"
)

// The last line of a program's standard error may have no end: it is shown once.
func TestLinesArePassedOnOnce(t *testing.T) {
	var out strings.Builder
	l := &lines{log: newLog(&out), program: "home"}
	for _, part := range []string{"one\ntw", "o\n", "cgigen: home: request 1: panic\n\tstack\r\n", "last"} {
		if n, err := l.Write([]byte(part)); n != len(part) || err != nil {
			t.Errorf("%q: %d, %v", part, n, err)
		}
	}
	l.end()
	l.end()
	want := "home: one\nhome: two\nhome: request 1: panic\nhome:   stack\nhome: last\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestDurationsAreRoundedToWhatMatters(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{
		1234567 * time.Microsecond: 1230 * time.Millisecond, time.Second: time.Second, 12345 * time.Microsecond: 12300 * time.Microsecond,
		1234 * time.Nanosecond: time.Microsecond, time.Second + 4*time.Millisecond: time.Second,
	} {
		if got := round(d); got != want {
			t.Errorf("%v is %v, want %v", d, got, want)
		}
	}
}
