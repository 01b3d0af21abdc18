package devserver

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// spool reads a request's body into a temporary file, as nginx and lighttpd
// do: the length is then known where the client did not say it (RFC 3875
// §4.1.2), and a program that answers without reading its input, or before
// it has, waits for nobody. Without a body there is no file.
func spool(r *http.Request) (file *os.File, length int64, err error) {
	if r.ContentLength == 0 {
		return nil, 0, nil
	}
	file, err = os.CreateTemp("", "cgigen-body-")
	if err != nil {
		return nil, 0, fmt.Errorf("making a file for the body: %w", err)
	}
	if length, err = io.Copy(file, r.Body); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("reading the body: %w", err), discard(file))
	}
	return file, length, nil
}

// discard closes and removes a temporary file.
func discard(file *os.File) error {
	if file == nil {
		return nil
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}
