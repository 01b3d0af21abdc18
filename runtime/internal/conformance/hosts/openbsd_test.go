//go:build unix

package hosts_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// httpd of OpenBSD runs nowhere else, and Debian has none. So its configuration
// is read here by the grammar of httpd.conf(5), as far as the template uses it;
// every other word is a mistake. Requests go where httpd.conf(5) says: to the
// server of their name, and there to the first location that fits.
func TestOpenBSD(t *testing.T) {
	t.Parallel()
	for _, way := range ways(t, "cgi", "fastcgi") {
		for _, base := range bases() {
			t.Run(way+" "+base, func(t *testing.T) {
				dir := install(t, "--for", "nginx", "--host", "127.0.0.1", "--base", base)
				text := config(t, dir, "openbsd-httpd-"+way+".conf")
				conf := readHTTPD(t, text)
				for _, c := range calls() {
					if c.program != "" && strings.Contains(text, "# NOT REACHED: "+c.pattern+" ") || c.status == http.StatusMethodNotAllowed {
						continue // another program has the path, and answers 405
					}
					if got := conf.program(t, c.host, base+pathOf(c)); got != c.program && c.method != "HEAD" {
						t.Errorf("%s: %s%s leads to %q, want %q", c.name, c.host, c.path, got, c.program)
					}
				}
				noHTTPDFiles(t, conf, dir+"/public")
				for _, pattern := range []string{"PUT /users/{id}", "POST /users"} {
					if !strings.Contains(text, "# NOT REACHED: "+pattern+" of the program save.") {
						t.Errorf("that %s is not reached is not said", pattern)
					}
				}
				if strings.Count(text, "NOT REACHED") != 4 { // for each of two names
					t.Errorf("more is said not to be reached:\n%s", text)
				}
			})
		}
	}
}

// noHTTPDFiles asks for files of the package, and for hidden ones: none of them
// lies below the document root, and hidden ones are refused.
func noHTTPDFiles(t *testing.T, conf httpd, docroot string) {
	t.Helper()
	for _, s := range conf.servers {
		if s.root != docroot {
			t.Errorf("the document root is %s", s.root)
		}
	}
	for _, path := range []string{"/.env", "/.git/config", "/sub/.htaccess"} {
		if l := conf.location(t, "", path); l == nil || l.block != "404" {
			t.Errorf("%s is not refused: %+v", path, l)
		}
	}
	if l := conf.location(t, "", "/.well-known/security.txt"); l == nil || l.block != "" || l.fastcgi != nil {
		t.Errorf("/.well-known is not for files: %+v", l)
	}
}

// pathOf returns the path of a call as servers match it: decoded.
func pathOf(c call) string {
	path, _, _ := strings.Cut(c.path, "?")
	return strings.NewReplacer("%20", " ", "%25", "%").Replace(path)
}

// httpd is what a configuration says.
type httpd struct{ servers []httpdServer }

type httpdServer struct {
	name, root string
	locations  []httpdLocation
}

type httpdLocation struct {
	path    string         // a pattern of the shell; "" if fits is set
	fits    *regexp.Regexp // what a pattern of Lua says
	block   string         // status
	fastcgi map[string]string
}

// location finds the first that fits. The first server is that of unknown names.
func (h httpd) location(t *testing.T, host, uri string) *httpdLocation {
	t.Helper()
	server := h.servers[0]
	for _, s := range h.servers {
		if s.name == host {
			server = s
		}
	}
	for _, l := range server.locations {
		if l.fits != nil && l.fits.MatchString(uri) {
			return &l
		}
		if l.path == "" {
			continue
		}
		if prefix, ok := strings.CutSuffix(l.path, "*"); ok && strings.HasPrefix(uri, prefix) {
			return &l
		}
		if ok, err := path.Match(l.path, uri); err != nil {
			t.Errorf("%s: %v", l.path, err)
		} else if ok {
			return &l
		}
	}
	return nil
}

// program returns the name of the program that a request leads to.
func (h httpd) program(t *testing.T, host, uri string) string {
	t.Helper()
	l := h.location(t, host, uri)
	if l == nil || l.fastcgi == nil {
		return ""
	}
	file := l.fastcgi["SCRIPT_FILENAME"]
	if file == "" {
		file = l.fastcgi["socket"]
	}
	if proxy, ok := l.fastcgi["HTTP_PROXY"]; !ok || proxy != "" {
		t.Errorf("%s: a client can set HTTP_PROXY", uri)
	}
	return strings.TrimSuffix(path.Base(file), path.Ext(file))
}

// httpdWords splits a line: words, strings, braces.
var httpdWords = regexp.MustCompile(`"([^"\\]|\\.)*"|[{}]|[^\s{}"#]+|#.*`)

// readHTTPD reads a configuration, and fails at what httpd.conf(5) does not know.
func readHTTPD(t *testing.T, text string) httpd {
	t.Helper()
	var conf httpd
	state := []string{"top"}
	for number, line := range strings.Split(text, "\n") {
		words := httpdWords.FindAllString(line, -1)
		words = slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "#") })
		if len(words) == 0 {
			continue
		}
		within := state[len(state)-1]
		next, err := conf.statement(within, words)
		if err != nil {
			t.Fatalf("line %d: %v, inside of %s: %s", number+1, err, within, line)
		}
		switch next {
		case "}":
			state = state[:len(state)-1]
		case "":
		default:
			state = append(state, next)
		}
	}
	if len(state) != 1 || len(conf.servers) == 0 {
		t.Fatalf("not complete: inside of %q", state)
	}
	return conf
}

// statement reads one line, and says which block it opens or closes.
func (h *httpd) statement(within string, words []string) (next string, err error) {
	arguments := []string{}
	for i, w := range words {
		if strings.HasPrefix(w, `"`) {
			text, err := httpdString(w)
			if err != nil {
				return "", err
			}
			arguments = append(arguments, text)
			words[i] = "STRING"
		}
	}
	var server *httpdServer
	var location *httpdLocation
	if len(h.servers) > 0 {
		server = &h.servers[len(h.servers)-1]
		if n := len(server.locations); n > 0 {
			location = &server.locations[n-1]
		}
	}
	number := regexp.MustCompile(`^[0-9]+$`)
	form := within + ": " + strings.Join(words, " ")
	switch {
	case words[0] == "}" && len(words) == 1 && within != "top":
		return "}", nil
	case form == "top: server STRING {":
		h.servers = append(h.servers, httpdServer{name: arguments[0]})
		return "server", nil
	case form == "server: listen on * port 80":
	case form == "server: root STRING":
		server.root = arguments[0]
	case strings.HasPrefix(form, "server: connection max request body ") && len(words) == 5 && number.MatchString(words[4]):
	case form == "server: location STRING {":
		server.locations = append(server.locations, httpdLocation{path: arguments[0]})
		return "location", nil
	case form == "server: location match STRING {":
		fits, err := luaPattern(arguments[0])
		server.locations = append(server.locations, httpdLocation{fits: fits})
		return "location", err
	case form == "location: pass":
	case form == "location: root STRING":
	case strings.HasPrefix(form, "location: request strip ") && len(words) == 3 && number.MatchString(words[2]):
	case form == "location: block return 404":
		location.block = "404"
	case form == "location: fastcgi {":
		location.fastcgi = map[string]string{}
		return "fastcgi", nil
	case form == "fastcgi: socket STRING":
		location.fastcgi["socket"] = arguments[0]
	case strings.HasPrefix(form, "fastcgi: param ") && len(words) == 3 && words[2] == "STRING":
		location.fastcgi[words[1]] = arguments[0]
	default:
		return "", fmt.Errorf("no statement of httpd.conf(5)")
	}
	return "", nil
}

// httpdString reads a string as yylex of httpd's parse.y does: a backslash before
// a quote or a space is taken away, any other stands for itself.
func httpdString(word string) (string, error) {
	inside := word[1 : len(word)-1]
	for _, sign := range []string{`\ `, "\\\t"} {
		if strings.Contains(inside, sign) {
			return "", fmt.Errorf("%s loses a backslash", word)
		}
	}
	return strings.ReplaceAll(inside, `\"`, `"`), nil
}

// Texts that mean something in httpd.conf or in patterns(7) lead to their program.
func TestOpenBSDWithAwkwardTexts(t *testing.T) {
	t.Parallel()
	patterns := awkwardPatterns()
	dir := installOf(t, awkwardSite(t, "awkward", patterns), "--for", "nginx", "--host", "127.0.0.1")
	conf := readHTTPD(t, config(t, dir, "openbsd-httpd-cgi.conf"))
	for i, pattern := range patterns {
		_, place, found := strings.Cut(pattern, " ")
		if !found || pattern[0] == '/' {
			place = pattern
		}
		host, path, _ := strings.Cut(place, "/")
		for _, value := range []string{"1", "a b", `"`, "\n", "%", "ä"} {
			uri, err := url.PathUnescape(expand("/"+path, url.PathEscape(value)))
			must(t, err)
			if got, want := conf.program(t, host, uri), fmt.Sprintf("p%d", i%3); got != want && pattern != "POST /hosted/{x}" {
				t.Errorf("%s%s leads to %q, want %q", host, uri, got, want)
			}
		}
	}
}

// luaPattern turns a pattern of patterns(7) into a regular expression, as far
// as the two have the same: classes, ., and the quantifiers + * ? behind them.
func luaPattern(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '%':
			i++
			if i == len(pattern) || regexp.MustCompile(`[0-9A-Za-z]`).MatchString(pattern[i:i+1]) {
				return nil, fmt.Errorf("%q: %% before no special character", pattern)
			}
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		case c == '-' || c == '(' || c == ')':
			return nil, fmt.Errorf("%q: %q has a meaning of its own", pattern, c)
		case strings.IndexByte("^$.[]+*?", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	return regexp.Compile("(?s)" + b.String())
}
