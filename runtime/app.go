package runtime

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// An App is a program while it is being built.
type App struct {
	name   string
	values *config.Values
	life   processContext
	router router

	mu       sync.Mutex
	cleanups []func() error
}

// Name returns the program's name.
func (a *App) Name() string { return a.name }

// Config returns the sources of the program's configuration.
func (a *App) Config() *config.Values { return a.values }

// Handle adds a route. The pattern is that of net/http.ServeMux; the same
// handler may have several.
func (a *App) Handle(pattern string, h http.Handler) { a.router.handle(pattern, h) }

// Base says below which path of its host the site lies, such as /shop, where
// the server and the settings do not: it is the weakest CGIGEN_BASE but that of
// cgigen package --base. It is called before the first Handle.
func (a *App) Base(path string) { a.router.mount.built = path }

// Cleanup has f called when the program ends, after the clean-ups that are
// added later. A nil f is nothing to do.
func (a *App) Cleanup(f func()) {
	if f != nil {
		a.CleanupError(func() error { f(); return nil })
	}
}

// CleanupError is Cleanup for a clean-up that can fail. The error goes to the log.
func (a *App) CleanupError(f func() error) {
	if f == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cleanups = append(a.cleanups, f)
	a.life.watch() // without a signal handler a SIGTERM would skip it
}

func (a *App) hasCleanups() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.cleanups) > 0
}

// stop runs the clean-ups once, in reverse order, within the limit that the
// settings give them. Their errors are joined.
func (a *App) stop() error {
	a.mu.Lock()
	cleanups := a.cleanups
	a.cleanups = nil
	a.mu.Unlock()
	if len(cleanups) == 0 {
		return nil
	}
	limit := a.stopTimeout()
	done := make(chan error, 1)
	go func() { done <- runCleanups(cleanups) }()
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		return errors.New("not finished after " + limit.String())
	}
}

func runCleanups(cleanups []func() error) error {
	var failed []error
	for _, f := range slices.Backward(cleanups) {
		failed = append(failed, runCleanup(f))
	}
	return errors.Join(failed...)
}

func runCleanup(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errors.New("panic: " + gateway.PanicText(v))
		}
	}()
	return f()
}

// stopTimeout is the setting CGIGEN_STOP_TIMEOUT.
func (a *App) stopTimeout() time.Duration {
	limit := 5 * time.Second
	if text, ok := a.values.Setting("CGIGEN_STOP_TIMEOUT"); ok {
		if d, err := time.ParseDuration(text); err == nil && d > 0 {
			limit = d
		}
	}
	return limit
}

// Prefix returns the part of the URL path below which the program is mounted:
// "" at the root of the host, "/~alice" below a user's folder, or the path of
// the program itself, such as "/cgi-bin/user.cgi", when it was called directly.
// It is not part of r.URL.Path; a link to another page of the site begins with it.
func Prefix(r *http.Request) string {
	if info := gateway.InfoOf(r.Context()); info != nil {
		return info.Prefix
	}
	return ""
}

// ErrorLog returns where the web server wants what is logged for a request: the
// STDERR stream of FastCGI, which servers add to their error log together with
// the request, otherwise standard error. Each call of Write is one entry.
func ErrorLog(r *http.Request) io.Writer {
	if info := gateway.InfoOf(r.Context()); info != nil && info.Log != nil {
		return info.Log
	}
	return os.Stderr
}

// Variable returns a meta-variable of the gateway (RFC 3875 §4.1), "" if the
// server did not set it. Whether a value such as REMOTE_USER can be trusted
// depends on the server's configuration.
//
// CGIGEN_GATEWAY is how the request has reached the program: cgi, warm, fastcgi, scgi or
// http.
func Variable(r *http.Request, name string) string {
	if info := gateway.InfoOf(r.Context()); info != nil {
		if name == "CGIGEN_GATEWAY" {
			return info.Gateway
		}
		return info.Vars.Get(name)
	}
	return ""
}

var _ context.Context = (*processContext)(nil)
