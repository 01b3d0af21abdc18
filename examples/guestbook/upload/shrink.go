package upload

import (
	"image"
	"image/color"
	"image/draw"
)

// shrink puts a picture on white and scales it down until neither side is
// longer than the limit: each pixel is the mean of those that it stands for.
// It works in strips, so that a large picture is not in memory a second time.
func shrink(source image.Image, limit int) *image.RGBA {
	from := source.Bounds()
	width, height := fit(from.Dx(), from.Dy(), limit)
	result := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		top, bottom := span(y, height, from.Dy())
		strip := image.NewRGBA(image.Rect(0, 0, from.Dx(), bottom-top))
		draw.Draw(strip, strip.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(strip, strip.Rect, source, from.Min.Add(image.Pt(0, top)), draw.Over)
		for x := range width {
			left, right := span(x, width, from.Dx())
			result.SetRGBA(x, y, mean(strip, left, right))
		}
	}
	return result
}

// fit scales a size down to the limit and keeps its proportions.
func fit(width, height, limit int) (int, int) {
	longest := max(width, height)
	if longest <= limit {
		return width, height
	}
	return max(1, width*limit/longest), max(1, height*limit/longest)
}

// span is the part of a side of length from that position i of a side of length
// to stands for. It is never empty, because to is not greater than from.
func span(i, to, from int) (start, end int) { return i * from / to, (i + 1) * from / to }

// mean is the average colour of the columns from left to right of a strip,
// which is opaque.
func mean(strip *image.RGBA, left, right int) color.RGBA {
	var r, g, b, n int
	for y := range strip.Rect.Dy() {
		row := strip.Pix[y*strip.Stride+4*left : y*strip.Stride+4*right]
		for ; len(row) > 0; row = row[4:] {
			r, g, b, n = r+int(row[0]), g+int(row[1]), b+int(row[2]), n+1
		}
	}
	return color.RGBA{uint8((r + n/2) / n), uint8((g + n/2) / n), uint8((b + n/2) / n), 0xff}
}
