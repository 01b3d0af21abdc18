package gateway

import "net/http"

// isProbe reports whether a request asks which program answers: it carries the
// hash that was linked into this one. Any other value is a field as any other.
func (p *Program) isProbe(r *http.Request) bool {
	if p.Build == "" {
		return false
	}
	asked := r.Header["Cgigen-Probe"]
	return len(asked) == 1 && asked[0] == p.Build
}

// AnswerProbe answers a probe, instead of the routes, and reports whether the
// request is one. failed is the error of Program.Start: the status is then 500,
// but the answer still shows that the server runs the program.
func (p *Program) AnswerProbe(w http.ResponseWriter, r *http.Request, failed error) bool {
	if !p.isProbe(r) {
		return false
	}
	reason := p.Reason
	if reason == "" {
		reason = "-"
	}
	h := w.Header()
	h.Set("Cgigen-Program", p.Name+" "+p.Build+" "+p.Gateway+" "+reason)
	h.Set("Cache-Control", "no-store")
	if failed != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return true
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}
