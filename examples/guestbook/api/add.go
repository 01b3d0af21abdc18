package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/cgigen/cgigen/runtime"

	"example.com/guestbook/signing"
)

// A draft is what POST /api/entries takes.
type draft struct {
	Name    string `json:"name"`
	Message string `json:"message"`
	Picture []byte `json:"picture"` // base64 of a PNG, JPEG or GIF file; may be left out
}

// add answers POST /api/entries.
func (a *api) add(w http.ResponseWriter, r *http.Request) error {
	d, err := decode(w, r, a.cfg.MaxPicture())
	if err != nil {
		return err
	}
	signed, err := a.desk.Sign(r.Context(), signing.Draft(d), "", r.RemoteAddr)
	if err != nil {
		return err
	}
	shown := present(runtime.Prefix(r), signed)
	w.Header().Set("Location", shown.URL)
	return write(w, http.StatusCreated, "application/json", shown)
}

// decode reads the body, which has to be one JSON object and nothing else.
func decode(w http.ResponseWriter, r *http.Request, maxPicture int64) (draft, error) {
	if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType != "application/json" {
		w.Header().Set("Accept-Post", "application/json")
		return draft{}, &problem{Status: http.StatusUnsupportedMediaType, Detail: "send application/json"}
	}
	const text = 64 << 10 // what the other fields may take
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPicture/3*4+text))
	decoder.DisallowUnknownFields()
	var d draft
	err := decoder.Decode(&d)
	if err == nil {
		_, err = decoder.Token()
		if err == nil {
			err = errors.New("more than one value")
		}
	}
	switch {
	case errors.Is(err, io.EOF) && decoder.InputOffset() > 0:
		return d, nil
	case isTooLarge(err):
		return draft{}, &problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("a picture may have %d MB", maxPicture>>20)}
	}
	return draft{}, &problem{Status: http.StatusBadRequest, Detail: "not the JSON object that is expected: " + err.Error()}
}
