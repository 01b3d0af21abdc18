package session

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func noon() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }

func jar(key string, now time.Time) *Jar {
	return &Jar{
		key: func(context.Context) ([]byte, error) { return []byte(key), nil },
		now: func() time.Time { return now },
	}
}

// written returns the cookie that a jar makes of a session.
func written(t *testing.T, s Session, secure bool) *http.Cookie {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	if secure {
		r.TLS = new(tls.ConnectionState)
	}
	w := httptest.NewRecorder()
	if err := jar("key", noon()).Write(w, r, s); err != nil {
		t.Fatal(err)
	}
	return w.Result().Cookies()[0]
}

func TestTheCookieIsKeptFromScriptsOtherSitesAndOpenWires(t *testing.T) {
	for _, secure := range []bool{false, true} {
		c := written(t, Session{Visitor: "v"}, secure)
		c.Value = ""
		want := "guestbook=; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
		if secure {
			want = "guestbook=; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax"
		}
		if got := c.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestOnlyASessionOfOurOwnIsRead(t *testing.T) {
	sent := Session{Visitor: "v", Name: "Zoë; \"x\"", Notice: "n"}
	value := written(t, sent, false).Value
	content, signature, _ := strings.Cut(value, ".")
	forged, _, _ := strings.Cut(seal([]byte("other"), Session{Visitor: "w", Issued: noon()}), ".")
	ours := sent
	ours.Issued = noon()
	for name, test := range map[string]struct {
		cookie, key string
		after       time.Duration
		want        Session
	}{
		"ours":            {value, "key", time.Hour, ours},
		"another key":     {value, "other", time.Hour, Session{}},
		"too old":         {value, "key", 366 * 24 * time.Hour, Session{}},
		"from the future": {value, "key", -time.Hour, Session{}},
		"changed content": {forged + "." + signature, "key", time.Hour, Session{}},
		"no signature":    {content, "key", time.Hour, Session{}},
		"empty signature": {content + ".", "key", time.Hour, Session{}},
		"nonsense":        {"a.b.c", "key", time.Hour, Session{}},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: "guestbook", Value: test.cookie})
		got, err := jar(test.key, noon().Add(test.after)).Read(r)
		if got != test.want || err != nil {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, err, test.want)
		}
	}
}

func TestWithoutACookieTheKeyIsNotLookedUp(t *testing.T) {
	j := &Jar{key: nil} // a call would panic
	if got, err := j.Read(httptest.NewRequest("GET", "/", nil)); got != (Session{}) || err != nil {
		t.Errorf("got %+v, %v; want none", got, err)
	}
}
