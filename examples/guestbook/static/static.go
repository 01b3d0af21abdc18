// Package static serves the style sheet and the icon. Its program links neither
// the database nor templates, and so starts in a moment.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"time"
)

//go:embed files
var files embed.FS

// URL is the address of a file below a mount prefix. It changes with the
// file's content, so that browsers may keep the file for ever.
func URL(prefix, name string) string {
	content, err := files.ReadFile("files/" + name)
	if err != nil {
		panic(err) // the name of a file that is not embedded
	}
	return prefix + "/static/" + name + "?v=" + digest(content)
}

// Serve answers with one of the files. It takes their types from a list of its
// own: that of the host may differ, and costs time to read. Browsers ask for
// /favicon.ico where no page names an icon.
//
//cgigen:handler GET /static/{file...} name=static
//cgigen:handler GET /favicon.ico
func Serve(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if r.URL.Path == "/favicon.ico" {
		name = "icon.svg"
	}
	content, err := files.ReadFile("files/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	version := digest(content)
	header := w.Header()
	header.Set("Content-Type", contentType(name))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("ETag", `"`+version+`"`)
	header.Set("Cache-Control", "public, max-age=3600")
	if r.URL.Query().Get("v") == version {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}
