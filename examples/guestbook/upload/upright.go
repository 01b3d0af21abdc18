package upload

import (
	"bytes"
	"encoding/binary"
	"image"
)

// upright turns a picture as its EXIF orientation says, which the browser no
// longer sees after the picture has been encoded anew.
func upright(m *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 { // rows and columns change places
		size = image.Rect(0, 0, h, w)
	}
	result := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := origin(orientation, x, y, w, h)
			result.SetRGBA(x, y, m.RGBAAt(sx, sy))
		}
	}
	return result
}

// origin is the place in a stored picture of w by h pixels whose pixel belongs
// at x, y of the upright one (Exif 2.32 §4.6.4, tag 0x0112).
func origin(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// orientation reads the EXIF orientation of a JPEG file, 1 to 8; 0 if there is
// none. The segments up to the first scan are walked (ISO/IEC 10918-1 §B.1.1).
func orientation(file []byte) int {
	const app1, startOfScan = 0xe1, 0xda
	if len(file) < 2 || file[0] != 0xff || file[1] != 0xd8 {
		return 0
	}
	for rest := file[2:]; len(rest) >= 4 && rest[0] == 0xff && rest[1] != startOfScan; {
		length := int(binary.BigEndian.Uint16(rest[2:]))
		if length < 2 || len(rest) < 2+length {
			return 0
		}
		if tiff, ok := bytes.CutPrefix(rest[4:2+length], []byte("Exif\x00\x00")); ok && rest[1] == app1 {
			return tiffOrientation(tiff)
		}
		rest = rest[2+length:]
	}
	return 0
}

// tiffOrientation finds tag 0x0112 in the first directory of a TIFF block
// (TIFF 6.0 §2).
func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	start := order.Uint32(tiff[4:])
	if uint64(start)+2 > uint64(len(tiff)) {
		return 0
	}
	directory := tiff[start:]
	count := int(order.Uint16(directory))
	for directory = directory[2:]; count > 0 && len(directory) >= 12; count-- {
		if order.Uint16(directory) == 0x0112 {
			return int(order.Uint16(directory[8:]))
		}
		directory = directory[12:]
	}
	return 0
}
