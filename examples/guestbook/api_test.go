package guestbook_test

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// post sends JSON to the API.
func (s site) post(body string, header ...string) response {
	s.t.Helper()
	return s.do("POST", "/api/entries", "application/json", body, header...)
}

// decoded returns the JSON of an answer, without what changes from run to run.
func decoded(t *testing.T, r response) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Fatalf("%v in %q", err, r.body)
	}
	if signed, ok := v["signed"].(string); ok {
		if _, err := time.Parse(time.RFC3339, signed); err != nil {
			t.Error(err)
		}
		delete(v, "signed")
	}
	return v
}

func TestAProgramSignsAndReads(t *testing.T) {
	s := start(t, configuration(t))
	file := base64.StdEncoding.EncodeToString([]byte(somePicture(t)))
	added := s.post(`{"name":"Ada","message":"Hello","picture":"` + file + `"}`)
	s.want("signing", added, 201)
	want := map[string]any{
		"id": 1.0, "url": "/api/entries/1", "name": "Ada", "message": "Hello",
		"picture": map[string]any{"url": "/pictures/1", "width": 40.0, "height": 30.0},
	}
	for what, r := range map[string]response{"signing": added, "reading": s.get(added.Header.Get("Location"))} {
		if got := decoded(t, r); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
		if got, want := r.Header.Get("Content-Type"), "application/json"; got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	s.want("the page", s.get("/"), 200, "<bdi>Ada</bdi>", "/pictures/1")
}

func TestAListIsReadPageByPage(t *testing.T) {
	s := start(t, configuration(t))
	if got, want := decoded(t, s.get("/api/entries")), (map[string]any{"entries": []any{}, "total": 0.0}); !reflect.DeepEqual(got, want) {
		t.Errorf("empty: got %v, want %v", got, want)
	}
	for _, name := range []string{"One", "Two", "Three"} {
		s.want(name, s.post(`{"name":"`+name+`","message":"Hello"}`), 201)
	}
	var names []string
	pages := 0
	for next := "/api/entries?limit=2"; next != ""; pages++ {
		r := s.get(next)
		var l struct {
			Entries []struct{ Name string }
			Next    string
		}
		if err := json.Unmarshal([]byte(r.body), &l); err != nil {
			t.Fatal(err)
		}
		for _, e := range l.Entries {
			names = append(names, e.Name)
		}
		if link := r.Header.Get("Link"); l.Next != "" && link != "<"+l.Next+`>; rel="next"` {
			t.Errorf("Link: %s, want %s", link, l.Next)
		}
		next = l.Next
	}
	if want := []string{"Three", "Two", "One"}; pages != 2 || !reflect.DeepEqual(names, want) {
		t.Errorf("got %v on %d pages, want %v on 2", names, pages, want)
	}
}

func TestMistakesAreProblemsWithDetails(t *testing.T) {
	s := start(t, configuration(t))
	for name, test := range map[string]struct {
		got    response
		status int
		detail string
	}{
		"no JSON":       {s.do("POST", "/api/entries", "text/plain", "{}"), 415, "send application/json"},
		"nothing":       {s.post(""), 400, "not the JSON object that is expected: EOF"},
		"half":          {s.post(`{"name":`), 400, "not the JSON object that is expected: unexpected EOF"},
		"another type":  {s.post(`[]`), 400, ""},
		"two values":    {s.post(`{} {}`), 400, ""},
		"rest":          {s.post(`{}]`), 400, ""},
		"unknown field": {s.post(`{"nam":"Ada"}`), 400, `not the JSON object that is expected: json: unknown field "nam"`},
		"bad base64":    {s.post(`{"picture":"!"}`), 400, ""},
		"too large":     {s.post(`{"picture":"` + strings.Repeat("A", 2<<20) + `"}`), 413, "a picture may have 1 MB"},
		"empty":         {s.post(`{}`), 422, "see the fields"},
		"no number":     {s.get("/api/entries?limit=x"), 400, "limit is not a number from 1 to 100"},
		"too many":      {s.get("/api/entries?limit=101"), 400, "limit is not a number from 1 to 100"},
		"negative":      {s.get("/api/entries?before=-1"), 400, "before is not a number from 1 to 4611686018427387904"},
		"no entry":      {s.get("/api/entries/7"), 404, "no such entry"},
		"no number 2":   {s.get("/api/entries/x"), 404, "no such entry"},
	} {
		t.Run(name, func(t *testing.T) {
			s.want(name, test.got, test.status)
			p := decoded(t, test.got)
			if got := test.got.Header.Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("Content-Type: %s", got)
			}
			if p["status"] != float64(test.status) || p["title"] == "" || test.detail != "" && p["detail"] != test.detail {
				t.Errorf("got %v, want %d, %q", p, test.status, test.detail)
			}
		})
	}
	fields := decoded(t, s.post(`{}`))["fields"]
	if want := (map[string]any{"name": "Please tell your name.", "message": "Please write a few words."}); !reflect.DeepEqual(fields, want) {
		t.Errorf("fields: got %v, want %v", fields, want)
	}
}

func TestAPersonGetsMistakesAsText(t *testing.T) {
	s := start(t, configuration(t))
	for accept, want := range map[string]string{
		"text/html,application/xhtml+xml,*/*;q=0.8": "text/plain; charset=utf-8",
		"text/plain":                     "text/plain; charset=utf-8",
		"application/json;q=0.5, text/*": "text/plain; charset=utf-8",
		"application/json, text/plain":   "application/problem+json",
		"application/problem+json":       "application/problem+json",
		"text/plain;q=0":                 "application/problem+json",
		"*/*":                            "application/problem+json",
		"":                               "application/problem+json",
	} {
		if got := s.post(`{}`, "Accept", accept).Header.Get("Content-Type"); got != want {
			t.Errorf("Accept %q: %s, want %s", accept, got, want)
		}
	}
	text := s.post(`{}`, "Accept", "text/plain").body
	if want := "422 Unprocessable Entity: see the fields\nname: Please tell your name.\nmessage: Please write a few words.\n"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}

func TestAProgramThatSignsTooOftenIsToldWhenToReturn(t *testing.T) {
	c := configuration(t)
	c.Limit = 1
	s := start(t, c)
	s.want("first", s.post(`{"name":"Ada","message":"Hello"}`), 201)
	again := s.post(`{"name":"Ada","message":"Hello"}`)
	s.want("second", again, 429, "too many entries from this address")
	if again.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestOnlyTheOwnerRemovesEntriesOfOthers(t *testing.T) {
	c := configuration(t)
	s := start(t, c)
	s.want("signing", s.sign("Ada", "Hello", somePicture(t)), 303)
	remove := func(path, authorization string) response {
		return s.do("DELETE", path, "", "", "Authorization", authorization)
	}
	for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + adminToken, adminToken} {
		r := remove("/api/entries/1", authorization)
		s.want(authorization, r, 401)
		if got := r.Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer ") {
			t.Errorf("%q: WWW-Authenticate: %q", authorization, got)
		}
	}
	s.want("unknown", remove("/api/entries/9", "Bearer "+adminToken), 404)
	s.want("known", remove("/api/entries/1", "bearer "+adminToken), 204)
	s.want("afterwards", s.get("/api/entries/1"), 404)

	c.AdminToken = ""
	s.want("no token is set", start(t, c).do("DELETE", "/api/entries/1", "", "", "Authorization", "Bearer "), 401)
}
