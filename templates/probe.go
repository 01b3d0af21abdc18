package templates

// Probe returns a CGI program, a shell script, that shows what a host grants to
// whoever knows the token.
func Probe(token string) ([]byte, error) { return render("probe.sh", token) }
