package templates

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

//go:embed hosting
var hostingFiles embed.FS

// Hosting is what the configuration of a web server depends on. Its templates are in the
// folder hosting, by server; which path leads to which program is decided before, by
// package rules of the command.
type Hosting struct {
	Module   string   // module path, for comments
	Site     string   // short name of the site: [a-z0-9-]
	Hostname string   // its domain
	Aliases  []string // domains that routes name
	User     string   // its user on a server of one's own, and its name in clusters: at most 31 of [a-z0-9-], the first a letter
	Base     string   // path that it lies below, as /~alice/shop; "" for the whole host
	Root     string   // absolute folder of the package on a server of one's own
	Docroot  string   // document root, relative to Root
	Private  string   // folder of its settings and notes, relative to Root
	Programs string   // absolute folder of the programs on a server of one's own
	Folder   string   // last element of Programs, and the programs' path below Base
	Suffix   string   // of the programs' files
	Way      string   // how programs are reached: cgi, fastcgi or scgi
	Strength string   // what an .htaccess may do: full, or fileinfo without Options
	CGIBin   bool     // programs lie in the host's own cgi-bin
	List     []string // names of the programs
	Rules    []HostingRule
}

// A HostingRule leads requests to a program. The first one that fits counts.
type HostingRule struct {
	Program  string
	Patterns []string // of the routes that it is for, for a comment
	Methods  string   // alternatives of a regular expression; "" for any
	Host     string   // "" for any
	Path     string   // regular expression below Base for bytes, without anchors and the leading slash
	Full     string   // anchored regular expression of the whole path, for bytes
	Runes    string   // the same for characters
	Lua      []string // the same as Lua patterns, any of which may fit
	All      bool     // every path fits
}

// Pattern names the routes that a rule is for.
func (r HostingRule) Pattern() string { return strings.Join(r.Patterns, ", ") }

// InstallNotes is what INSTALL.md depends on.
type InstallNotes struct {
	Hosting
	Server     string
	Layout     string
	Targets    []string // the first is in use
	SiteFolder string   // folder of the site's .htaccess in the package
	InPackage  string   // folder of the programs in the package
	Ways       []string // cgi, fastcgi, scgi
	Required   []string // configuration values that have no default
	NeedsBase  bool     // programs have to be told Base
	Example    string   // address to try
	Image      string   // of a container: the reference that manifests have
	Digest     string   // of the image
	Data       string   // variable of the folder that the site keeps its files in; "" for none
	Pushed     bool     // Image says a registry
	Blocks     []HostingBlock
}

// A HostingBlock is what the package has in an .htaccess.
type HostingBlock struct {
	Path string // of the .htaccess
	File string // that holds the block
}

// Render returns INSTALL.md.
func (n InstallNotes) Render(name string) ([]byte, error) { return render(name, n) }

// Render returns the file that the template of the given name, as
// "nginx/nginx.conf", makes.
func (h Hosting) Render(name string) ([]byte, error) { return render(name, h) }

func render(name string, data any) ([]byte, error) {
	text, err := hostingFiles.ReadFile("hosting/" + name + ".tmpl")
	if err != nil {
		return nil, fmt.Errorf("finding a template: %w", err)
	}
	page, err := template.New(name).Funcs(hostingFuncs()).Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("parsing a template: %w", err)
	}
	var out strings.Builder
	if err := page.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("rendering a template: %w", err)
	}
	return []byte(out.String()), nil
}

// Names returns the names of the programs as alternatives of a regular expression.
func (h Hosting) Names() string { return strings.Join(h.List, "|") }

// Var is the site's name as part of a variable, which nginx limits to 46 bytes.
func (h Hosting) Var() string { return "site_" + strings.ReplaceAll(h.User, "-", "_") }

// Run is the folder of the programs' sockets.
func (h Hosting) Run() string { return "/run/" + h.User }

// Hostnames returns the site's domain and those that routes name.
func (h Hosting) Hostnames() []string {
	names := []string{h.Hostname}
	for _, host := range h.Aliases {
		if !slices.Contains(names, host) {
			names = append(names, host)
		}
	}
	return names
}

// CatchesAll reports whether a rule fits every path.
func (h Hosting) CatchesAll() bool {
	return slices.ContainsFunc(h.Rules, func(r HostingRule) bool { return r.All })
}

// Scheme is the protocol as Apache names it.
func (h Hosting) Scheme() string {
	if h.Way == "scgi" {
		return "scgi"
	}
	return "fcgi"
}

// Directive is what the directives of nginx begin with.
func (h Hosting) Directive() string {
	if h.Way == "scgi" {
		return "scgi"
	}
	return "fastcgi"
}

// Params are the meta-variables that nginx has to be told. An empty HTTP_PROXY
// keeps the client from setting it.
func (h Hosting) Params() []string {
	params := []string{
		"REQUEST_METHOD $request_method", "REQUEST_URI $request_uri", "QUERY_STRING $query_string",
		"CONTENT_TYPE $content_type", "CONTENT_LENGTH $content_length",
		"SERVER_PROTOCOL $server_protocol", "SERVER_NAME $server_name", "SERVER_PORT $server_port", "SERVER_ADDR $server_addr",
		"REMOTE_ADDR $remote_addr", "REMOTE_PORT $remote_port", "REQUEST_SCHEME $scheme", "HTTPS $https if_not_empty",
		"SERVER_SOFTWARE nginx/$nginx_version", "DOCUMENT_ROOT $document_root", `HTTP_PROXY ""`,
		"HTTP_HOST $" + h.Var() + "_host", "CGIGEN_HEADER_BUFFER 32768",
	}
	if h.Way == "scgi" {
		return append(params, "SCGI 1")
	}
	return append(params, "GATEWAY_INTERFACE CGI/1.1")
}

func hostingFuncs() template.FuncMap {
	return template.FuncMap{
		"quoteMeta": regexp.QuoteMeta,
		"comment":   comment,
		"caddy":     caddyWord,
		"nginx":     nginxString,
		"lighttpd":  lighttpdString,
		"httpd":     httpdString,
		"unit":      unitText,
		"yaml":      yamlString,
		"group":     group,
		"exposed":   exposed,
		"serverNames": func(hosts []string) string {
			var names []string
			for _, host := range hosts {
				names = append(names, serverName(host))
			}
			return strings.Join(names, " ")
		},
		"hostsPattern": func(names []string) string {
			var quoted []string
			for _, name := range names {
				quoted = append(quoted, regexp.QuoteMeta(name))
			}
			return strings.Join(quoted, "|")
		},
		"join":  strings.Join,
		"shell": shellWord,
		"reversedBlocks": func(blocks []HostingBlock) []HostingBlock {
			blocks = slices.Clone(blocks)
			slices.Reverse(blocks)
			return blocks
		},
		"words":        func(alternatives string) string { return strings.ReplaceAll(alternatives, "|", " ") },
		"alternatives": alternatives,
		"reversed": func(rules []HostingRule) []HostingRule {
			rules = slices.Clone(rules)
			slices.Reverse(rules)
			return rules
		},
	}
}

func group(alternatives string) string {
	if alternatives == "" {
		return ""
	}
	return "(" + alternatives + ")"
}
