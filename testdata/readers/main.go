// Command readers reads what cgigen writes for others by libraries that have
// nothing to do with it. It reads standard input and prints JSON:
//
//	readers table          the cells of the rows of a Markdown table, as a browser shows them
//	readers dotenv         the variables of a .env file, by joho/godotenv
//	readers sbom SCHEMAS   the package URLs of a bill of materials that the schema of CycloneDX takes
//
// What is not valid ends it with a message.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/joho/godotenv"
	packageurl "github.com/package-url/packageurl-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"
)

func main() {
	log.SetFlags(0)
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	read := map[string]func([]byte) (any, error){"table": table, "dotenv": dotenv, "sbom": sbom}[os.Args[1]]
	result, err := read(text)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		log.Fatal(err)
	}
}

func table(text []byte) (any, error) {
	var page bytes.Buffer
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(gmhtml.WithUnsafe()))
	if err := markdown.Convert(text, &page); err != nil {
		return nil, err
	}
	root, err := html.Parse(&page)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "tr":
			rows = append(rows, nil)
		case "td", "th":
			rows[len(rows)-1] = append(rows[len(rows)-1], shown(n))
		case "html", "head", "body", "table", "thead", "tbody", "code", "a":
		default:
			return nil, fmt.Errorf("the table became <%s>", n.Data)
		}
	}
	return rows, nil
}

// shown is the text of a cell.
func shown(cell *html.Node) string {
	var b strings.Builder
	for n := range cell.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

func dotenv(text []byte) (any, error) {
	return godotenv.UnmarshalBytes(text)
}

// schemas gives the files of the folder SCHEMAS for the addresses of their names.
type schemas string

func (dir schemas) Load(url string) (any, error) {
	name := strings.Replace(path.Base(url), "jsf-0.82.schema.json", "jsf-0.82.schemax.json", 1)
	f, err := os.Open(filepath.Join(string(dir), name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return jsonschema.UnmarshalJSON(f)
}

func sbom(text []byte) (any, error) {
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(schemas(os.Args[2]))
	schema, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = schema.Validate(document)
	}
	if err != nil {
		return nil, err
	}
	var bom struct {
		Components []struct {
			Ref  string `json:"bom-ref"`
			Purl string `json:"purl"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &bom); err != nil {
		return nil, err
	}
	urls := map[string]string{}
	for _, c := range bom.Components {
		urls[c.Ref] = c.Purl
		if c.Purl == "" {
			continue
		}
		purl, err := packageurl.FromString(c.Purl)
		if err == nil && purl.String() != c.Purl {
			err = fmt.Errorf("%s is not in its canonical form, which is %s", c.Purl, purl)
		}
		if err == nil && purl.Namespace == "" {
			err = fmt.Errorf("%s has no namespace, which its type requires", c.Purl)
		}
		if err != nil {
			return nil, err
		}
	}
	return urls, nil
}
