// Package runtime runs the programs that cgigen generates: it finds out how the
// web server started the process, gives the handler the request as net/http
// would, and the server the response.
//
// A generated program calls [Main] and nothing else of its own accord. Handlers
// may ask for what net/http does not have: [Prefix] is the path below which the
// program is mounted, for links, and [Variable] a meta-variable of the gateway,
// such as REMOTE_USER.
//
// # Settings
//
// Keys of the same sources as the program's configuration (see runtime/config);
// none has to be there, and none is looked for before it is needed.
//
//	CGIGEN_BASE           path of the site below its host, such as /~alice, where the
//	                      request does not show it
//	CGIGEN_LOG_LEVEL      level of the *slog.Logger: debug, info (default), warn, error
//	CGIGEN_SPOOL_DIR      folder for request bodies that have to wait (default: the
//	                      system's temporary folder)
//	CGIGEN_SPOOL_LIMIT    size beyond which such a body is refused with 413 (default 64M)
//	CGIGEN_STOP_TIMEOUT   time for the handler and the clean-ups after a signal to stop
//	                      (default 5s)
package runtime

// UpdateCgigenForContract1 is named by generated programs. A runtime too old for
// them does not have it, so that the compiler's message says what to do.
const UpdateCgigenForContract1 = 1

// settings are the names in the table above, so that a misspelt one in a
// program's own file is found.
func settings() []string {
	return []string{"CGIGEN_BASE", "CGIGEN_LOG_LEVEL", "CGIGEN_SPOOL_DIR", "CGIGEN_SPOOL_LIMIT", "CGIGEN_STOP_TIMEOUT"}
}
