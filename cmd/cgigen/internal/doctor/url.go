package doctor

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// Options of URL.
type Options struct {
	Token    string // of an uploaded probe; "" if there is no probe
	Manifest []byte // the manifest as it was written: nobody may get it
	// Patience is how long a body without an end is read; 0 is 10 seconds.
	Patience time.Duration
}

// maxBody is how much of an answer is looked at.
const maxBody = 16 << 20

// visit is a look at a site from outside.
type visit struct {
	*Report
	Options
	ctx      context.Context
	client   *http.Client
	base     *url.URL
	manifest *manifest.Manifest

	nowherePath      string  // an address that does not exist
	nowhere          answer  // what is answered there
	nowhereIsProgram bool    // by a program
	options          *answer // to OPTIONS there

	proven  int             // routes that their programs have answered
	working map[string]bool // programs that have answered
	refused []call          // routes that the server answers 500
	broken  map[string]bool // programs that have been reported to fail
}

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

// URL looks at a site from outside. base is the address of the site, with the
// path that it lies below.
func URL(ctx context.Context, base *url.URL, m *manifest.Manifest, o Options) (*Report, error) {
	v := &visit{Report: &Report{Subject: printable(base.Redacted())}, Options: o, ctx: ctx, base: base, manifest: m,
		working: map[string]bool{}, broken: map[string]bool{}}
	v.Patience = cmp.Or(o.Patience, 10*time.Second)
	v.base.Path = strings.TrimSuffix(base.Path, "/")
	v.client = &http.Client{
		Timeout:       time.Minute,
		Transport:     &http.Transport{DisableCompression: true, Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer v.client.CloseIdleConnections()
	if !v.reach() {
		return v.sorted(), ctx.Err()
	}
	v.checkRoutes()
	v.checkPrograms()
	v.narrow()
	v.checkLeaks()
	v.checkListings()
	v.checkHead()
	v.checkMethods()
	v.checkUploads()
	v.checkCompression()
	v.checkSlash()
	v.checkHost()
	v.checkTLS()
	v.checkProbe()
	return v.sorted(), ctx.Err()
}

// at returns the address of a path below the host.
func (v *visit) at(path string) string {
	u := url.URL{Scheme: v.base.Scheme, Host: v.base.Host}
	return u.String() + path
}

// get asks for a path below the host.
func (v *visit) get(path string) answer { return v.do("GET", path, nil, nil) }

// do makes a request. A body without a length is sent in chunks. The user and the
// password of the site's address go with it.
func (v *visit) do(method, path string, body io.Reader, header http.Header) answer {
	ctx, cancel := context.WithCancel(v.ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, v.at(path), body)
	if err != nil {
		return answer{err: err}
	}
	if v.base.User != nil {
		password, _ := v.base.User.Password()
		r.SetBasicAuth(v.base.User.Username(), password)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if host := header.Get("Host"); host != "" {
		r.Host = host
	}
	r.Header.Set("User-Agent", "cgigen-doctor")
	resp, err := v.client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	a.body, a.err = v.read(resp, cancel)
	return a
}

// read reads the body of an answer. A stream of events, or of anything else whose
// length is not said, may go on without an end: then what has come is enough.
func (v *visit) read(resp *http.Response, cancel func()) ([]byte, error) {
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return nil, nil
	}
	var late atomic.Bool
	timer := time.AfterFunc(v.Patience, func() {
		late.Store(true)
		cancel()
	})
	defer timer.Stop()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil && late.Load() && (resp.ContentLength < 0 || len(data) > 0) {
		err = nil
	}
	return data, err
}

// reach requests an address that does not exist, to learn what the server itself
// answers. It follows one that leads to the same site by another name.
func (v *visit) reach() bool {
	var random [8]byte
	rand.Read(random[:])
	v.nowherePath = v.base.Path + "/cgigen-doctor-" + hex.EncodeToString(random[:])
	const most = 3
	for range most {
		v.nowhere = v.get(v.nowherePath)
		if v.nowhere.err != nil {
			v.unreachable(v.nowhere.err)
			return false
		}
		other := v.elsewhere(v.nowhere)
		if other == nil {
			break
		}
		if !v.follow(other) {
			return false
		}
	}
	v.nowhereIsProgram = v.isMuxOrProbed(v.nowhere)
	return true
}

// isMuxOrProbed reports whether a program answers at an address that does not exist.
func (v *visit) isMuxOrProbed(a answer) bool {
	if isMux(a) {
		return true
	}
	if !v.hasCatchAll() {
		return false
	}
	for _, p := range v.manifest.Programs {
		if p.Build == "" || p.Address == "" {
			continue
		}
		probed := v.do("GET", v.nowherePath, nil, http.Header{"Cgigen-Probe": {p.Build}})
		if strings.Contains(probed.header.Get("Cgigen-Program"), p.Build) {
			return true
		}
	}
	return !slices.ContainsFunc(v.manifest.Programs, func(p manifest.Program) bool { return p.Build != "" })
}

// elsewhere is the origin that an answer leads to, if that is the same site: over
// HTTPS, or with or without www.
func (v *visit) elsewhere(a answer) *url.URL {
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status < 301 || a.status > 308 || to.Path != v.nowherePath || to.Scheme != "http" && to.Scheme != "https" {
		return nil
	}
	name := func(host string) string { return strings.TrimPrefix(strings.ToLower(host), "www.") }
	if name(to.Hostname()) != name(v.base.Hostname()) || to.Scheme == v.base.Scheme && to.Host == v.base.Host {
		return nil
	}
	return &url.URL{Scheme: to.Scheme, Host: to.Host, User: v.base.User, Path: v.base.Path}
}

// follow goes on with the site at another origin, if anybody listens there.
func (v *visit) follow(other *url.URL) bool {
	from := v.at("")
	v.base = other
	if a := v.get(v.nowherePath); a.err != nil {
		v.add(Finding{"redirect-dead", Error, from, "every address redirects to " + v.at("") + ", where nothing answers: " + cause(a.err),
			"HTTPS is forced, or the domain has another name, but the server does not serve it: visitors see an error of their browser",
			"panel: SSL/TLS, issue a certificate for " + other.Hostname() + "; until then switch the redirect off (panel: Force HTTPS Redirect; RewriteRule … https:// in .htaccess)"})
		return false
	}
	v.learn("redirect", "%s leads to %s, which was examined", from, v.at(""))
	return true
}

// unreachable reports that nothing answers.
func (v *visit) unreachable(err error) {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	switch {
	case errors.As(err, &dns):
		v.add(Finding{"unreachable", Error, v.at(""), "cannot resolve the name " + dns.Name, "the domain has no address, or a change has not spread yet",
			"panel: DNS, add an A record with the address of the host"})
	case errors.As(err, &unknown), errors.As(err, &invalid), errors.As(err, &host):
		v.add(Finding{"tls-invalid", Error, v.at(""), "browsers refuse the certificate: " + cause(err), "it has expired, is for another name, or comes from an unknown authority",
			"panel: SSL/TLS, issue a certificate for " + v.base.Hostname()})
	default:
		v.add(Finding{"unreachable", Error, v.at(""), "cannot reach the server: " + cause(err), "the server is down, or a firewall blocks the connection", "try the address of another site on the host"})
	}
}

func cause(err error) string {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}

func isProgram(body []byte) bool { return bytes.HasPrefix(body, []byte("\x7fELF")) }

func (v *visit) programSent(where string) {
	v.add(Finding{"program-sent", Error, where, "the server sends the program as a file",
		"everybody can download it, with everything that is compiled in: the server has no handler for it, and may read it",
		"chmod 711 the programs at once, or 111 where the server runs as you: a file that the server cannot read cannot be sent. Then upload .htaccess beside them; if the host ignores it: cgigen package --layout cgi-bin"})
}
