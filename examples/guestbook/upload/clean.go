// Package upload turns a file from a stranger into a picture that is safe to
// show: nothing of the original is kept but its pixels.
package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"time"

	"example.com/guestbook/book"
)

const (
	// maxSide is the longest side of a kept picture, in pixels.
	maxSide = 1280
	// maxPixels bounds the memory for a picture of a few bytes that claims to
	// be huge. Cameras of telephones make 12 to 24 million by default.
	maxPixels = 32e6
	// maxTime bounds the work: a progressive JPEG of some megabytes can ask for
	// minutes of it.
	maxTime = 20 * time.Second
)

// A Rejection says in a sentence for the visitor why a file is not taken.
type Rejection string

func (r Rejection) Error() string { return string(r) }

// Clean decodes a PNG, JPEG or GIF file, turns it upright, scales it down, puts
// it on white and encodes it anew. Errors: a Rejection if the file is to blame.
func Clean(ctx context.Context, file []byte) (*book.Picture, error) {
	f, ok := formatOf(file)
	if !ok {
		return nil, Rejection("This file is not a picture. Please choose a PNG, JPEG or GIF file.")
	}
	header, err := f.config(bytes.NewReader(file))
	if err != nil || header.Width < 1 || header.Height < 1 {
		return nil, Rejection("This picture is damaged. Please choose another one.")
	}
	if header.Width > maxPixels/header.Height {
		return nil, Rejection(fmt.Sprintf("This picture has too many pixels: %d × %d. Please scale it down first.", header.Width, header.Height))
	}
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	source, err := f.decode(&reader{ctx, bytes.NewReader(file)})
	if err != nil {
		return nil, Rejection("This picture is damaged. Please choose another one.")
	}
	return encode(upright(shrink(source, maxSide), orientation(file)))
}

// A format is one kind of file that is taken.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// formatOf looks at the content alone: neither the file's name nor the type
// that the client claims means anything.
func formatOf(file []byte) (format, bool) {
	switch http.DetectContentType(file) {
	case "image/png":
		return format{png.DecodeConfig, png.Decode}, true
	case "image/jpeg":
		return format{jpeg.DecodeConfig, jpeg.Decode}, true
	case "image/gif":
		return format{gif.DecodeConfig, gif.Decode}, true // of the first frame
	}
	return format{}, false
}

// A reader ends when its context does: decoders cannot be stopped otherwise.
type reader struct {
	ctx  context.Context
	file *bytes.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.file.Read(p)
}

func encode(m image.Image) (*book.Picture, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 84}); err != nil {
		return nil, fmt.Errorf("encoding the picture: %w", err)
	}
	sum := sha256.Sum256(b.Bytes())
	size := m.Bounds().Size()
	return &book.Picture{Width: size.X, Height: size.Y, Digest: hex.EncodeToString(sum[:16]), Data: b.Bytes()}, nil
}
