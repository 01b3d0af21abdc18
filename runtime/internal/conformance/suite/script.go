package suite

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// script is a request whose query says what the handler does.
type script struct {
	w http.ResponseWriter
	r *http.Request
	*journal
}

// do runs the steps of the query, each the name of a step and what it needs. An error of a step goes to the journal,
// and the next step follows, as in a handler that checks nothing. With watch in the query the handler shows interest in
// the end of its context, as one does that passes it on, before the client hears that it runs.
func do(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("watch") {
		r.Context().Done()
	}
	s := &script{w: w, r: r, journal: openJournal(r)}
	defer func() { s.close() }() // of the journal that it has at the end
	known := steps()
	for _, quoted := range r.URL.Query()["s"] {
		line, err := strconv.Unquote(`"` + quoted + `"`)
		name, rest, _ := strings.Cut(line, " ")
		if step, ok := known[name]; ok {
			err = step(s, rest)
		} else {
			err = errors.Join(err, errors.New("no such step"))
		}
		if err != nil {
			s.note("%s: %v", name, err)
		}
	}
}

// steps names what a script can do.
func steps() map[string]func(*script, string) error {
	return map[string]func(*script, string) error{
		// The header: set, add and raw take a name and a value, raw without the canonical form of the name.
		"set": (*script).set, "add": (*script).add, "raw": (*script).raw, "none": (*script).none, "del": (*script).del,
		"many": (*script).many, "large": (*script).large,
		"status": (*script).status, "redirect": (*script).redirect, "error": (*script).fail,

		// Output: text, or a number of bytes.
		"write": (*script).write, "string": (*script).writeString, "bytes": (*script).writeBytes, "tiny": (*script).writeTiny,
		"copy": (*script).copyText, "file": (*script).copyFile, "content": (*script).serveContent, "gzip": (*script).writeGzip,
		"flush": (*script).flush, "flusherror": (*script).flushError, "endless": (*script).writeEndlessly,

		// Input.
		"read": (*script).read, "readall": (*script).readAll, "show": (*script).show, "echo": (*script).echo,
		"limit": (*script).limit, "form": (*script).form, "closebody": (*script).closeBody,

		// What else a ResponseWriter and a request can do.
		"deadlines": (*script).deadlines, "giveup": (*script).giveUp, "duplex": (*script).fullDuplex, "hijack": (*script).hijack,
		"interfaces": (*script).interfaces, "context": (*script).context, "auth": (*script).basicAuth,
		"cookies": (*script).cookies, "await": func(s *script, _ string) error { return s.await() },
		"cancelled": (*script).cancelled, "leave": (*script).leaveOpen,

		// The process.
		"print": (*script).print, "env": (*script).environment, "stdin": (*script).standardInput,
		"child": (*script).child, "proxy": (*script).proxy,

		"panic": func(_ *script, text string) error { panic(text) },
		"abort": func(*script, string) error { panic(http.ErrAbortHandler) },
	}
}

func (s *script) set(field string) error {
	name, value, _ := strings.Cut(field, " ")
	s.w.Header().Set(name, value)
	return nil
}

func (s *script) add(field string) error {
	name, value, _ := strings.Cut(field, " ")
	s.w.Header().Add(name, value)
	return nil
}

func (s *script) raw(field string) error {
	name, value, _ := strings.Cut(field, " ")
	s.w.Header()[name] = []string{value}
	return nil
}

func (s *script) del(name string) error {
	s.w.Header().Del(name)
	return nil
}

// none keeps net/http from setting a field by itself.
func (s *script) none(name string) error {
	s.w.Header()[name] = nil
	return nil
}

// many sets a number of fields.
func (s *script) many(count string) error {
	n, err := strconv.Atoi(count)
	for i := range n {
		s.w.Header().Set(fmt.Sprintf("X-Field-%d", i), fmt.Sprintf("value %d", i))
	}
	return err
}

// large sets a field of a number of bytes.
func (s *script) large(args string) error {
	name, size, _ := strings.Cut(args, " ")
	n, err := strconv.Atoi(size)
	s.w.Header().Add(name, strings.Repeat("x", n))
	return err
}

func (s *script) status(code string) error {
	n, err := strconv.Atoi(code)
	if err != nil {
		return err
	}
	s.w.WriteHeader(n)
	return nil
}

func (s *script) redirect(args string) error {
	code, target, _ := strings.Cut(args, " ")
	n, err := strconv.Atoi(code)
	if err != nil {
		return err
	}
	http.Redirect(s.w, s.r, target, n)
	return nil
}

func (s *script) fail(args string) error {
	code, text, _ := strings.Cut(args, " ")
	n, err := strconv.Atoi(code)
	if err != nil {
		return err
	}
	http.Error(s.w, text, n)
	return nil
}
