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
// no file has to be there, and no file is looked for before it is needed.
//
//	CGIGEN_BASE           path of the site below its host, such as /~alice, where the
//	                      request does not show it; / is the root. The server may also
//	                      send it with a request. See docs/reference/mounting.md
//	CGIGEN_FORWARDED      fields that the trusted proxies set, the others being the client's:
//	                      names with commas, such as X-Forwarded-For,X-Forwarded-Proto.
//	                      X-Forwarded-Host, X-Real-IP and Forwarded;host are believed if they
//	                      are named; any other name is a field of the handler's. A named field
//	                      that is there twice is 400. x-forwarded stands for the first two,
//	                      forwarded for Forwarded (default x-forwarded where a request has one
//	                      of them, otherwise forwarded)
//	CGIGEN_IDLE_TIMEOUT   silence after which a body is given up with 408, or a connection
//	                      closed; 0 means no limit (default 5m; CGI: 1s at least)
//	CGIGEN_ACCESS_LOG     on: a record for each request that was answered, with its id,
//	                      method, path, pattern, status, bytes and duration (CGI: only
//	                      from the environment)
//	CGIGEN_LOG_FORMAT     json: loggers, reports and the access log write a JSON object a
//	                      line, as slog does (default text; CGI: reports and the access log
//	                      only from the environment)
//	CGIGEN_LOG_LEVEL      level of the *slog.Logger: debug, info (default), warn, error
//	CGIGEN_SPOOL_DIR      folder for request bodies that have to wait (default: the
//	                      system's temporary folder)
//	CGIGEN_SPOOL_LIMIT    size beyond which such a body is refused with 413 (default 64M);
//	                      with 503 where less than an eighth of the folder's file
//	                      system is free, but for 64 MiB
//	CGIGEN_STOP_TIMEOUT   time for constructors, the handler and the clean-ups after a
//	                      signal to stop (default 5s)
//	CGIGEN_TRUSTED_PROXIES  addresses and networks whose Forwarded and X-Forwarded fields
//	                      hold, with commas, such as 10.0.0.0/8,::1; "unix" is every client
//	                      on a unix socket (default none)
//	CGIGEN_WARM           of a site with warm CGI: off, or the time without a request
//	                      after which its workers end, such as 2m. shared, in the
//	                      environment, trusts all that runs as the same user. See
//	                      docs/explanation/warm-cgi.md
//
// The following apply to programs that keep running: through FastCGI, SCGI and
// HTTP. 0 means no limit.
//
//	CGIGEN_FINISH_TIMEOUT   time for requests to finish after a signal to stop, before
//	                        they are cancelled (default 10s)
//	CGIGEN_HEADER_LIMIT     size of a request's meta-variables or header; beyond it 431
//	                        (default 1M, of HTTP 32K)
//	CGIGEN_HEADER_TIMEOUT   time for them to arrive (default 30s)
//	CGIGEN_SPOOL_TOTAL      size of all bodies that wait; beyond it one is refused with 503
//	                        (default 256M; not HTTP)
//	CGIGEN_WRITE_TIMEOUT    time for the web server to take a write (default 2m; not HTTP)
//	CGIGEN_MAX_CONNECTIONS  open at the same time; more wait (default 0)
//	CGIGEN_MAX_REQUESTS     running at the same time; more are refused with 503 (default
//	                        1000, of HTTP 250, whose largest headers take 190 MB)
//	CGIGEN_MAX_SHARING      requests that share a FastCGI connection; 1 turns multiplexing
//	                        off (default 100)
//	CGIGEN_HEALTH_PATH      path that answers 200 as long as the program is not being
//	                        stopped, outside of the routes (HTTP; default /healthz, unless
//	                        a route has exactly this path; empty turns it off)
package runtime

// UpdateCgigenForContract1 is named by generated programs. A runtime too old for
// them does not have it, so that the compiler's message says what to do.
const UpdateCgigenForContract1 = 1

// settings are the names in the table above, so that a misspelt one in a
// program's own file is found.
func settings() []string {
	return []string{
		"CGIGEN_ACCESS_LOG", "CGIGEN_BASE", "CGIGEN_FINISH_TIMEOUT", "CGIGEN_FORWARDED", "CGIGEN_HEADER_LIMIT", "CGIGEN_HEADER_TIMEOUT", "CGIGEN_HEALTH_PATH",
		"CGIGEN_IDLE_TIMEOUT", "CGIGEN_LOG_FORMAT", "CGIGEN_LOG_LEVEL", "CGIGEN_MAX_CONNECTIONS", "CGIGEN_MAX_REQUESTS", "CGIGEN_MAX_SHARING",
		"CGIGEN_SPOOL_DIR", "CGIGEN_SPOOL_LIMIT", "CGIGEN_SPOOL_TOTAL", "CGIGEN_STOP_TIMEOUT", "CGIGEN_TRUSTED_PROXIES", "CGIGEN_WARM", "CGIGEN_WRITE_TIMEOUT",
	}
}
