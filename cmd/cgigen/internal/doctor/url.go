package doctor

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// Options of URL.
type Options struct {
	Token    string // of an uploaded probe; "" if there is no probe
	Manifest []byte // the manifest as it was written: nobody may get it
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
	nowhere  answer // what the server answers at an address that does not exist
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
	v := &visit{Report: &Report{Subject: base.String()}, Options: o, ctx: ctx, base: base, manifest: m}
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
	v.checkPrograms()
	v.checkRoutes()
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

// do makes a request. A body without a length is sent in chunks.
func (v *visit) do(method, path string, body io.Reader, header http.Header) answer {
	r, err := http.NewRequestWithContext(v.ctx, method, v.at(path), body)
	if err != nil {
		return answer{err: err}
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
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return answer{resp.StatusCode, resp.Header, data, err}
}

// reach requests an address that does not exist, to learn what the server itself
// answers.
func (v *visit) reach() bool {
	var random [8]byte
	rand.Read(random[:])
	v.nowhere = v.get(v.base.Path + "/cgigen-doctor-" + hex.EncodeToString(random[:]))
	err := v.nowhere.err
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	switch {
	case err == nil:
		return true
	case errors.As(err, &dns):
		v.add(Finding{"unreachable", Error, v.at(""), "cannot resolve the name " + dns.Name, "the domain has no address, or a change has not spread yet",
			"panel: DNS, add an A record with the address of the host"})
	case errors.As(err, &unknown), errors.As(err, &invalid), errors.As(err, &host):
		v.add(Finding{"tls-invalid", Error, v.at(""), "browsers refuse the certificate: " + cause(err), "it has expired, is for another name, or comes from an unknown authority",
			"panel: SSL/TLS, issue a certificate for " + v.base.Hostname()})
	default:
		v.add(Finding{"unreachable", Error, v.at(""), "cannot reach the server: " + cause(err), "the server is down, or a firewall blocks the connection", "try the address of another site on the host"})
	}
	return false
}

func cause(err error) string {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}

// isServers reports whether an answer is the server's own answer to an address that
// does not exist. Where a program takes every path, there is no such answer.
func (v *visit) isServers(a answer) bool {
	if isMux(v.nowhere) || a.status != v.nowhere.status {
		return false
	}
	return a.status == http.StatusNotFound && !isMux(a) && similar(a.body, v.nowhere.body)
}

// isMux reports whether an answer is that of a ServeMux without a route.
func isMux(a answer) bool {
	return a.status == http.StatusNotFound && string(a.body) == "404 page not found\n" ||
		a.status == http.StatusMethodNotAllowed && a.header.Get("Allow") != ""
}

// similar compares pages that may name the address.
func similar(a, b []byte) bool {
	first, _, _ := bytes.Cut(a, []byte("</title>"))
	second, _, _ := bytes.Cut(b, []byte("</title>"))
	return bytes.Equal(first, second)
}

// checkPrograms calls every program by its own address. Without more of a path,
// a server that does not run it would send it, or refuse to.
func (v *visit) checkPrograms() {
	for _, p := range v.manifest.Programs {
		if p.Address != "" && v.manifest.Server == "apache" {
			v.judge(p.Address, "GET", "the program "+p.Name)
		}
	}
}

// judge makes a request, and reports what its answer shows about the host. It reports
// whether a program answered.
func (v *visit) judge(path, method, what string) bool {
	return v.judgeAs(path, method, what, nil)
}

func (v *visit) judgeAs(path, method, what string, header http.Header) bool {
	a := v.do(method, path, nil, header)
	where := v.at(path)
	switch {
	case a.err != nil:
		v.add(Finding{"broken-answer", Error, where, what + " does not answer: " + cause(a.err), "the program ended early, or the connection broke",
			"look into the error log of the host (panel: Errors, or Metrics)"})
	case isProgram(a.body):
		v.programSent(where)
	case a.status == 500:
		v.add(serverError(where, what))
	case a.status == 503 || a.status == 508 || a.status == 429:
		v.add(Finding{"host-limit", Error, where, fmt.Sprintf("%s answers %d", what, a.status), "the host's limit of processes, memory or simultaneous requests is reached",
			"panel: Resource Usage shows which limit; reduce the requests at the same time: a program for several routes (binary=) does not help"})
	case a.status == 502 || a.status == 504:
		v.add(Finding{"gateway-dead", Error, where, fmt.Sprintf("%s answers %d", what, a.status), "the server cannot reach fcgiwrap, or the program's socket",
			"systemctl status fcgiwrap '" + v.manifest.Site + "@*'; compare the path of the socket with the server's configuration"})
	case a.status == 403:
		v.add(Finding{"program-forbidden", Error, where, "the server does not run " + what + ": 403",
			"the server has no handler for it, CGI is not allowed in this folder, the server may not enter the folder or read its .htaccess, " +
				"or the host forbids rewriting by Options without FollowSymLinks (AH00670 in the error log)",
			"chmod 755 on folders, 644 on .htaccess; switch CGI on in the panel; for AH00670 make \"Options +SymLinksIfOwnerMatch\" the first line of the site's .htaccess; if the host allows no .htaccess of this kind: cgigen package --layout cgi-bin"})
	case v.isServers(a):
		v.add(Finding{"route-missing", Error, where, "the server does not know " + what + ": 404",
			"the rules have no effect: .htaccess is missing, in another folder, or ignored (AllowOverride None), or the site lies below another path",
			"upload .htaccess (show hidden files); package with the right --base; if the host ignores .htaccess: cgigen package --layout cgi-bin, or ask for AllowOverride All"})
	case a.status == 401:
		return true
	default:
		return true
	}
	return false
}

func isProgram(body []byte) bool { return bytes.HasPrefix(body, []byte("\x7fELF")) }

func (v *visit) programSent(where string) {
	v.add(Finding{"program-sent", Error, where, "the server sends the program as a file",
		"everybody can download it, with everything that is compiled in: the server has no handler for it, and may read it",
		"chmod 711 the programs at once, or 111 where the server runs as you: a file that the server cannot read cannot be sent. Then upload .htaccess beside them; if the host ignores it: cgigen package --layout cgi-bin"})
}

func serverError(where, what string) Finding {
	return Finding{"server-error", Error, where, what + " answers 500",
		"the error log says which: a mode or an owner that suEXEC refuses, a line of .htaccess that the host does not allow, a damaged upload, a limit on address space below 0.8 GB, or missing settings",
		"run cgigen doctor DIR on the host, or on a downloaded copy; if it finds nothing, use cgigen doctor --probe"}
}
