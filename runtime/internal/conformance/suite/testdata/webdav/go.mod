module example.com/webdav

go 1.26.0

require (
	github.com/cgigen/cgigen v0.0.0
	golang.org/x/net v0.56.0
)

replace github.com/cgigen/cgigen => ../../../../../..
