// Command s3 keeps buckets in memory and serves them as S3 does: an application for every path, whose buckets are folders.
package main

import (
	"context"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/fastcgi"
	"github.com/cgigen/cgigen/runtime/scgi"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func main() {
	runtime.Main("s3", build, fastcgi.Gateway, scgi.Gateway)
}

func build(_ context.Context, app *runtime.App) error {
	app.Handle("/", gofakes3.New(s3mem.New(), gofakes3.WithAutoBucket(false)).Server())
	return nil
}
