package warm

import (
	"encoding/binary"
	"strings"
	"testing"
)

// messageOf is what Entry sends.
func messageOf(argc uint64, cwd [2]uint64, umask uint64, words ...string) []byte {
	b := append([]byte(nil), protocol...)
	for _, v := range []uint64{argc, cwd[0], cwd[1], umask, 0} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return append(b, strings.Join(words, "\x00")+"\x00"...)
}

func TestMessagesAreReadAsTheyWereSent(t *testing.T) {
	m, err := parseMessage(messageOf(2, [2]uint64{3, 4}, 0o22, "/srv/site.cgi", "argument", "A=1", "B=", "C=x=y"))
	if err != nil || m.argument != "/srv/site.cgi" || strings.Join(m.environment, " ") != "A=1 B= C=x=y" || m.cwd != [2]uint64{3, 4} || m.umask != 0o22 {
		t.Errorf("%+v, %v", m, err)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "half a header": []byte(protocol), "another protocol": append([]byte("cgigen2\n"), messageOf(1, [2]uint64{}, 0, "a")[8:]...),
		"no arguments": messageOf(0, [2]uint64{}, 0, "a"), "more arguments than words": messageOf(3, [2]uint64{}, 0, "a", "b"),
		"no end": []byte(strings.TrimSuffix(string(messageOf(1, [2]uint64{}, 0, "a")), "\x00")), "a huge count": messageOf(1<<63, [2]uint64{}, 0, "a"),
	} {
		if m, err := parseMessage(b); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// Whatever comes, it is refused or read, and what is read is what was there.
func FuzzMessage(f *testing.F) {
	f.Add(messageOf(1, [2]uint64{1, 2}, 0o22, "site.cgi", "REQUEST_METHOD=GET", "FCGI_ROLE=RESPONDER", "X=1", "X=2"))
	f.Add(messageOf(3, [2]uint64{}, 0, "a", "", ""))
	f.Add([]byte(protocol))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseMessage(b)
		if err != nil {
			return
		}
		size := len(m.argument)
		for _, v := range m.environment {
			if strings.Contains(v, "\x00") {
				t.Errorf("%q holds two", v)
			}
			size += len(v)
		}
		if size > len(b) {
			t.Errorf("%d bytes of %d", size, len(b))
		}
		if len(variables(m.environment)) > len(m.environment) {
			t.Error("more variables than entries")
		}
	})
}

func TestReasonsAreWords(t *testing.T) {
	for entered := range 256 {
		if word := reason(byte(entered)); word == "" || strings.ContainsAny(word, " \n") {
			t.Errorf("%d: %q", entered, word)
		}
	}
}
