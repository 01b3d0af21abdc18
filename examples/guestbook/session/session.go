// Package session keeps what the site knows about a visitor in a signed cookie.
// Somebody who only reads gets none.
package session

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/cgigen/cgigen/runtime"

	"example.com/guestbook"
	"example.com/guestbook/book"
)

// A Session is what the cookie holds. It is signed and not secret.
type Session struct {
	Visitor string    `json:"v"`           // who may take back an entry
	Name    string    `json:"n"`           // to fill the form next time
	Notice  string    `json:"m,omitempty"` // what the next page has to say, once
	Issued  time.Time `json:"t"`
}

const (
	cookieName = "guestbook"
	maxAge     = 365 * 24 * time.Hour
)

// A Jar reads and writes sessions.
type Jar struct {
	key func(context.Context) ([]byte, error)
	now func() time.Time
}

// NewJar returns a jar whose key is the configured one, or else that of the
// book, which is looked up only when there is a cookie.
func NewJar(b *book.Book, c guestbook.Config, now func() time.Time) *Jar {
	if c.Key != "" {
		return &Jar{key: func(context.Context) ([]byte, error) { return []byte(c.Key), nil }, now: now}
	}
	return &Jar{key: b.Key, now: now}
}

// Read returns the visitor's session; the zero one if there is none, or one
// that is forged or too old.
func (j *Jar) Read(r *http.Request) (Session, error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return Session{}, nil
	}
	key, err := j.key(r.Context())
	if err != nil {
		return Session{}, err
	}
	s, ok := open(key, cookie.Value)
	if age := j.now().Sub(s.Issued); !ok || age < 0 || age > maxAge {
		return Session{}, nil
	}
	return s, nil
}

// Write sends a session to the visitor.
func (j *Jar) Write(w http.ResponseWriter, r *http.Request, s Session) error {
	key, err := j.key(r.Context())
	if err != nil {
		return err
	}
	s.Issued = j.now().UTC().Truncate(time.Second)
	http.SetCookie(w, &http.Cookie{
		Name:     cookieName,
		Value:    seal(key, s),
		Path:     runtime.Prefix(r) + "/",
		MaxAge:   int(maxAge / time.Second),
		HttpOnly: true,
		Secure:   r.TLS != nil,
		SameSite: http.SameSiteLaxMode,
	})
	return nil
}

// NewVisitor makes the number of a visitor that nobody can guess.
func NewVisitor() string { return rand.Text() }

// seal writes a session as the value of a cookie: content, dot, signature.
func seal(key []byte, s Session) string {
	content, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and a time of this century
	}
	text := base64.RawURLEncoding.EncodeToString(content)
	return text + "." + base64.RawURLEncoding.EncodeToString(sign(key, text))
}

// open is the reverse of seal; it looks at nothing that is not signed.
func open(key []byte, value string) (Session, bool) {
	text, signature, _ := strings.Cut(value, ".")
	mac, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !hmac.Equal(mac, sign(key, text)) {
		return Session{}, false
	}
	content, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Session{}, false
	}
	var s Session
	return s, json.Unmarshal(content, &s) == nil
}

// sign names its purpose, so that what the key signs elsewhere is no cookie.
func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("session " + text))
	return mac.Sum(nil)
}
