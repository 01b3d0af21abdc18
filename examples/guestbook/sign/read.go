package sign

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"example.com/guestbook/signing"
)

// Bounds of what is read, beside the picture.
const (
	maxText  = 64 << 10 // bytes of a field
	maxParts = 16       // fields of the form; its own has four
)

// sent is what came with the form.
type sent struct {
	draft signing.Draft
	trap  string // a field that people do not see and robots fill in
}

// malformed says why a body is not a form.
type malformed string

func (m malformed) Error() string { return string(m) }

// read reads the form. What had arrived before an error is returned as well, so
// that the visitor need not type it again: for that reason the parts are read
// one by one, and nothing beyond the limits is read at all. Errors: malformed,
// signing.Invalid.
func read(r *http.Request, maxPicture int64) (sent, error) {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if mediaType != "multipart/form-data" {
		return readPlain(r)
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxPicture+maxParts*maxText)
	parts, err := r.MultipartReader()
	if err != nil {
		return sent{}, malformed("It is not a form.")
	}
	var s sent
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return s, s.check()
		}
		if err != nil {
			return s, malformed("The connection broke off. Please try again.")
		}
		if err := s.take(part, maxPicture); err != nil {
			return s, err
		}
	}
	return s, malformed("It has too many fields.")
}

// take reads one part.
func (s *sent) take(part *multipart.Part, maxPicture int64) error {
	limit := int64(maxText)
	if part.FormName() == "picture" {
		limit = maxPicture
	}
	content, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return malformed("The connection broke off. Please try again.")
	}
	tooLarge := int64(len(content)) > limit
	switch part.FormName() {
	case "name":
		s.draft.Name = string(content)
	case "message":
		s.draft.Message = string(content)
	case "website":
		s.trap = string(content)
	case "picture":
		if tooLarge {
			return signing.Invalid{"picture": fmt.Sprintf("This picture is larger than %d MB. Please choose a smaller one.", limit>>20)}
		}
		s.draft.Picture = content
	}
	if tooLarge {
		return malformed("One of the fields is far too long.")
	}
	return nil
}

// readPlain reads a form without a file, as simple clients send it.
func readPlain(r *http.Request) (sent, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxParts*maxText)
	if err := r.ParseForm(); err != nil {
		return sent{}, malformed("It is not a form, or far too long.")
	}
	s := sent{
		draft: signing.Draft{Name: r.PostForm.Get("name"), Message: r.PostForm.Get("message")},
		trap:  r.PostForm.Get("website"),
	}
	return s, s.check()
}

func (s sent) check() error {
	if s.trap != "" {
		return malformed("A field that should stay empty was filled in. If it was not you, your browser did it.")
	}
	return nil
}
