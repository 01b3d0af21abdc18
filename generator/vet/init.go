package vet

import (
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// initAnalyzer finds heavy work in package initialisers, which every request
// pays for: each one starts the program anew.
func initAnalyzer() *analysis.Analyzer {
	return newAnalyzer("cgigeninit", "find heavy work at package initialisation, which every request pays for", func(p *pass) {
		for _, file := range p.files {
			for _, decl := range file.Decls {
				switch decl := decl.(type) {
				case *ast.FuncDecl:
					if decl.Recv == nil && decl.Name.Name == "init" && decl.Body != nil {
						p.checkInit(decl.Body)
					}
				case *ast.GenDecl:
					if decl.Tok == token.VAR {
						p.checkInit(decl)
					}
				}
			}
		}
	})
}

// checkInit reports heavy calls, but not those that only happen when a function
// literal is called later.
func (p *pass) checkInit(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if lit, ok := ast.Unparen(n.Fun).(*ast.FuncLit); ok {
				p.checkInit(lit.Body)
			}
			if pkg, name := called(p.TypesInfo, n); heavy(pkg, name) {
				p.Reportf(n.Pos(), "%s.%s at package initialisation: every request pays for it, needed or not; do it in a constructor, or at the first use with sync.OnceValue", lastElement(pkg), name)
			}
		}
		return true
	})
}

// heavy recognizes calls that take a tenth of a millisecond or much more: files, the
// network, other programs, keys and passwords, decoding, templates from files.
func heavy(pkg, name string) bool {
	has := func(names ...string) bool {
		for _, n := range names {
			if name == n {
				return true
			}
		}
		return false
	}
	switch pkg {
	case "os":
		return has("ReadFile", "Open", "ReadDir", "Create", "WriteFile")
	case "net", "crypto/tls":
		return strings.HasPrefix(name, "Dial") || strings.HasPrefix(name, "Lookup") || strings.HasPrefix(name, "Listen")
	case "net/http":
		return has("Get", "Post", "Head", "PostForm", "Client.Get", "Client.Do", "Client.Post", "Client.Head")
	case "os/exec":
		return has("Cmd.Run", "Cmd.Output", "Cmd.CombinedOutput", "Cmd.Start")
	case "database/sql":
		return has("DB.Ping", "DB.PingContext", "DB.Query", "DB.QueryRow", "DB.Exec", "DB.QueryContext", "DB.ExecContext")
	case "time":
		return has("Sleep", "LoadLocation")
	case "html/template", "text/template":
		return has("ParseFiles", "ParseGlob", "ParseFS", "Template.ParseFiles", "Template.ParseGlob", "Template.ParseFS")
	case "encoding/json", "encoding/xml", "encoding/gob":
		return has("Unmarshal", "Decoder.Decode")
	case "crypto/rsa", "crypto/ecdsa":
		return has("GenerateKey", "GenerateMultiPrimeKey")
	case "golang.org/x/crypto/bcrypt":
		return has("GenerateFromPassword", "CompareHashAndPassword")
	case "golang.org/x/crypto/argon2", "golang.org/x/crypto/scrypt", "golang.org/x/crypto/pbkdf2", "crypto/pbkdf2":
		return has("Key", "IDKey")
	case "image", "image/png", "image/jpeg", "image/gif":
		return has("Decode")
	case "compress/gzip", "archive/zip", "compress/zlib":
		return has("NewReader", "OpenReader")
	}
	return false
}
