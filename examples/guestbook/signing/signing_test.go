package signing

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/guestbook"
	"example.com/guestbook/book"
)

func TestTidyLeavesOutWhatOnlyDisturbs(t *testing.T) {
	for name, test := range map[string]struct{ sent, want Draft }{
		"spaces":         {Draft{Name: "  Ada \t\n Lovelace ", Message: " \n Hello \n "}, Draft{Name: "Ada Lovelace", Message: "Hello"}},
		"line ends":      {Draft{Message: "a\r\nb\rc"}, Draft{Message: "a\nb\nc"}},
		"empty lines":    {Draft{Message: "a\n\n \n\t\n\nb\n\nc\nd"}, Draft{Message: "a\n\nb\n\nc\nd"}},
		"controls":       {Draft{Name: "A\x00d\x1ba", Message: "\x07bell\u0085"}, Draft{Name: "Ada", Message: "bell"}},
		"direction":      {Draft{Name: "\u202eadA\u2066"}, Draft{Name: "adA"}},
		"broken UTF-8":   {Draft{Name: "A\xffda"}, Draft{Name: "A\ufffdda"}},
		"what people do": {Draft{Name: "محمد", Message: "👩‍👩‍👧 naïve"}, Draft{Name: "محمد", Message: "👩‍👩‍👧 naïve"}},
	} {
		if got := test.sent.Tidy(); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, test.want)
		}
	}
}

func TestCheckSaysWhatIsMissingOrTooLong(t *testing.T) {
	for name, test := range map[string]struct {
		draft Draft
		want  error
	}{
		"fine":    {Draft{Name: strings.Repeat("ä", MaxName), Message: strings.Repeat("ä", MaxMessage)}, nil},
		"nothing": {Draft{}, Invalid{"name": "Please tell your name.", "message": "Please write a few words."}},
		"unseen":  {Draft{Name: "\u200b\u2060", Message: "\u00a0\u0301"}, Invalid{"name": "Please tell your name.", "message": "Please write a few words."}},
		"too long": {Draft{Name: strings.Repeat("a", 61), Message: strings.Repeat("a", 2001)}, Invalid{
			"name":    "This name is too long: 61 characters, at most 60.",
			"message": "This message is too long: 2001 characters, at most 2000.",
		}},
	} {
		if got := test.draft.Check(); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

func TestTheDeskLimitsAnAddressWhateverItsPort(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	c := guestbook.Config{
		Data: filepath.Join(t.TempDir(), "data"), MaxDataMB: 500, PageSize: 12, MaxPictureMB: 8,
		Limit: 1, LimitWindow: time.Minute,
	}
	b, err := book.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	desk := NewDesk(b, c, func() time.Time { return now })
	fine := Draft{Name: "Ada", Message: "Hello"}
	bad := Draft{Name: "Ada", Message: "Hello", Picture: []byte("text")}
	tooMany := &book.TooMany{RetryAfter: time.Minute}
	notAPicture := Invalid{"picture": "This file is not a picture. Please choose a PNG, JPEG or GIF file."}
	for _, step := range []struct {
		address string
		draft   Draft
		want    error
	}{
		{"192.0.2.1:1000", Draft{}, Draft{}.Check()}, // a typing mistake costs no turn
		{"192.0.2.1:1000", fine, nil},
		{"192.0.2.1:1001", fine, tooMany},
		{"[::ffff:192.0.2.1]:1000", fine, tooMany},
		{"192.0.2.2:1000", bad, notAPicture},
		{"192.0.2.2:1000", fine, tooMany}, // decoding costs one
		{"[2001:db8::1]:1000", fine, nil},
		{"[2001:db8::2]:1000", fine, tooMany}, // the same network
		{"[2001:db8:0:1::1]:1000", fine, nil},
		{"@", fine, nil}, // no address that is known
	} {
		if _, err := desk.Sign(t.Context(), step.draft, "", step.address); !reflect.DeepEqual(err, step.want) {
			t.Errorf("%s: %v, want %v", step.address, err, step.want)
		}
	}
}

func TestAnAddressIsNotReadableInTheDatabase(t *testing.T) {
	key, other := []byte("key"), []byte("other")
	a := disguise(key, "192.0.2.1:1000")
	if strings.Contains(a, "192") || a == disguise(other, "192.0.2.1:1000") || a == disguise(key, "192.0.2.2:1000") {
		t.Errorf("got %q", a)
	}
}

func TestADeskWithoutABookFails(t *testing.T) {
	c := guestbook.Config{Data: t.TempDir(), MaxDataMB: 1, PageSize: 1, MaxPictureMB: 1, LimitWindow: time.Minute}
	b, err := book.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = NewDesk(b, c, time.Now).Sign(t.Context(), Draft{Name: "Ada", Message: "Hello"}, "", "")
	if _, ok := errors.AsType[Invalid](err); err == nil || ok {
		t.Errorf("got %v, want an error of the database", err)
	}
}
