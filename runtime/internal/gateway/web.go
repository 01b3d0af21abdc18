package gateway

import (
	"context"
	"net/http"
)

// WithVars returns a request that net/http has made, with the meta-variables
// that [InfoOf] finds.
func WithVars(r *http.Request, vars Vars) *http.Request {
	c := &webContext{Context: r.Context()}
	c.info.Vars, c.info.Gateway = vars, "http"
	return r.WithContext(c)
}

// A webContext is the context of a request of net/http.Server.
type webContext struct {
	context.Context
	info Info
}

func (c *webContext) Value(key any) any {
	if key == (infoKey{}) {
		return &c.info
	}
	return c.Context.Value(key)
}
