// Command webdav serves a folder by WebDAV.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/fastcgi"
	"github.com/cgigen/cgigen/runtime/scgi"
	"golang.org/x/net/webdav"
)

func main() {
	runtime.Main("webdav", build, cgi.Gateway, fastcgi.Gateway, scgi.Gateway)
}

func build(_ context.Context, app *runtime.App) error {
	app.Handle("/", &webdav.Handler{
		FileSystem: webdav.Dir(os.Getenv("WEBDAV_ROOT")),
		LockSystem: webdav.NewMemLS(),
		Logger: func(r *http.Request, err error) {
			if err != nil && !os.IsNotExist(err) {
				log.Println(r.Method, r.URL, err)
			}
		},
	})
	return nil
}
