package upload

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// quarters is a picture whose quarters are, row by row, red, green, blue and
// transparent.
func quarters(width, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	colours := []color.NRGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}, {}}
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, colours[2*(2*y/height)+2*x/width])
		}
	}
	return m
}

// describe names the colours of the quarters of a picture as quarters has them.
func describe(m image.Image) string {
	b := m.Bounds()
	var letters strings.Builder
	for i := range 4 {
		x, y := b.Min.X+b.Dx()*(1+2*(i%2))/4, b.Min.Y+b.Dy()*(1+2*(i/2))/4
		r, g, b, _ := m.At(x, y).RGBA()
		letters.WriteByte(map[[3]bool]byte{
			{true, false, false}: 'r', {false, true, false}: 'g', {false, false, true}: 'b', {true, true, true}: 'w',
		}[[3]bool{r > 0x8000, g > 0x8000, b > 0x8000}])
	}
	return letters.String()
}

func encoded(t *testing.T, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t *testing.T, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
}

func gifOf(t *testing.T, m image.Image) []byte {
	palette := color.Palette{color.Transparent, color.NRGBA{R: 255, A: 255}, color.NRGBA{G: 255, A: 255}, color.NRGBA{B: 255, A: 255}}
	p := image.NewPaletted(m.Bounds(), palette)
	draw.Draw(p, p.Rect, m, m.Bounds().Min, draw.Src)
	return encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, p, nil) })
}

// jpegOf encodes a picture with metadata that names an orientation and a place.
func jpegOf(t *testing.T, m image.Image, orientation byte) []byte {
	file := encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) })
	tiff := "II*\x00\x08\x00\x00\x00" + "\x01\x00" + // little endian, one entry
		"\x12\x01\x03\x00\x01\x00\x00\x00" + string([]byte{orientation}) + "\x00\x00\x00" + "\x00\x00\x00\x00SECRET PLACE"
	exif := "Exif\x00\x00" + tiff
	segment := append([]byte{0xff, 0xe1, 0, byte(2 + len(exif))}, exif...)
	return append(append(bytes.Clone(file[:2]), segment...), file[2:]...)
}

func TestAPictureIsMadeAnewUprightOnWhiteAndSmall(t *testing.T) {
	type result struct {
		width, height int
		colours       string
	}
	opaque := image.NewRGBA(image.Rect(0, 0, 64, 32))
	small := shrink(quarters(64, 32), 1000)
	copy(opaque.Pix, small.Pix)
	for name, test := range map[string]struct {
		file []byte
		want result
	}{
		"png":            {pngOf(t, quarters(64, 32)), result{64, 32, "rgbw"}},
		"gif":            {gifOf(t, quarters(64, 32)), result{64, 32, "rgbw"}},
		"large":          {pngOf(t, quarters(2560, 1600)), result{1280, 800, "rgbw"}},
		"tall":           {pngOf(t, quarters(100, 1600)), result{80, 1280, "rgbw"}},
		"a line":         {pngOf(t, quarters(4000, 2)), result{1280, 1, ""}},
		"a pixel":        {pngOf(t, quarters(1, 1)), result{1, 1, ""}},
		"upright":        {jpegOf(t, opaque, 1), result{64, 32, "rgbw"}},
		"mirrored":       {jpegOf(t, opaque, 2), result{64, 32, "grwb"}},
		"upside down":    {jpegOf(t, opaque, 3), result{64, 32, "wbgr"}},
		"flipped":        {jpegOf(t, opaque, 4), result{64, 32, "bwrg"}},
		"transposed":     {jpegOf(t, opaque, 5), result{32, 64, "rbgw"}},
		"right":          {jpegOf(t, opaque, 6), result{32, 64, "brwg"}},
		"transverse":     {jpegOf(t, opaque, 7), result{32, 64, "wgbr"}},
		"left":           {jpegOf(t, opaque, 8), result{32, 64, "gwrb"}},
		"no orientation": {jpegOf(t, opaque, 9), result{64, 32, "rgbw"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Clean(t.Context(), test.file)
			if err != nil {
				t.Fatal(err)
			}
			m, err := jpeg.Decode(bytes.NewReader(p.Data))
			if err != nil {
				t.Fatal(err)
			}
			got := result{m.Bounds().Dx(), m.Bounds().Dy(), describe(m)}
			if test.want.colours == "" {
				got.colours = ""
			}
			if got != test.want || got.width != p.Width || got.height != p.Height || len(p.Digest) != 32 {
				t.Errorf("got %+v and %d × %d %q, want %+v", got, p.Width, p.Height, p.Digest, test.want)
			}
			if bytes.Contains(p.Data, []byte("SECRET PLACE")) {
				t.Error("the metadata is still there")
			}
		})
	}
}

// bomb is a PNG file of some bytes that claims to be of a size.
func bomb(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), width), height)
	header = append(header, 8, 6, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(header))
}

func TestHostileFilesAreRejectedWithASentence(t *testing.T) {
	const (
		foreign = "This file is not a picture. Please choose a PNG, JPEG or GIF file."
		damaged = "This picture is damaged. Please choose another one."
	)
	whole := pngOf(t, quarters(64, 64))
	for name, test := range map[string]struct {
		file []byte
		want Rejection
	}{
		"text":            {[]byte("hello"), foreign},
		"markup":          {[]byte("<!doctype html><script>alert(1)</script>"), foreign},
		"svg":             {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), foreign},
		"webp":            {[]byte("RIFF\x1a\x00\x00\x00WEBPVP8 "), foreign},
		"program":         {[]byte("\x7fELF\x02\x01\x01"), foreign},
		"magic alone":     {[]byte("\xff\xd8\xff"), damaged},
		"gif with markup": {[]byte("GIF89a\x08\x00\x08\x00\x00\x00\x00<script>alert(1)</script>"), damaged},
		"half":            {whole[:len(whole)/2], damaged},
		"bomb":            {bomb(50_000, 50_000), "This picture has too many pixels: 50000 × 50000. Please scale it down first."},
		"wide bomb":       {bomb(1<<31-1, 1), "This picture has too many pixels: 2147483647 × 1. Please scale it down first."},
		"no pixels":       {bomb(0, 5), damaged},
	} {
		p, err := Clean(t.Context(), test.file)
		if !errors.Is(err, test.want) || p != nil {
			t.Errorf("%s: got %v, %v\nwant %v", name, p, err, test.want)
		}
	}
}

// TestNothingOfAPolyglotIsKept: a file may be a picture and a page at once.
func TestNothingOfAPolyglotIsKept(t *testing.T) {
	markup := []byte("<script>alert(1)</script>")
	p, err := Clean(t.Context(), append(pngOf(t, quarters(8, 8)), markup...))
	if err != nil || bytes.Contains(p.Data, markup) {
		t.Errorf("got %q, %v", p.Data, err)
	}
}

func TestDecodingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p, err := Clean(ctx, pngOf(t, quarters(64, 64))); err == nil {
		t.Errorf("got %v, want an error", p)
	}
}

// FuzzOrientation: whatever the metadata says, reading them ends well.
func FuzzOrientation(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x1cExif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x00"))
	f.Fuzz(func(_ *testing.T, file []byte) { orientation(file) })
}
