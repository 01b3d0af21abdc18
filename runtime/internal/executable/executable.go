// Package executable knows the file of the program. A worker of warm CGI runs from a
// copy in memory, so that the file can be replaced, and is told which file it is a
// copy of.
package executable

import "os"

// path is set by a worker, before anybody asks.
var path string

// Use makes Path return a path.
func Use(file string) { path = file }

// Path returns the absolute path of the program's file.
func Path() (string, error) {
	if path != "" {
		return path, nil
	}
	return os.Executable()
}
