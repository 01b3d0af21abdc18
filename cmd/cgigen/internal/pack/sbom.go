package pack

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// bill returns the bill of materials of all programs, from what the compiler
// wrote into them: the modules, and the version of Go. It has no serial number
// and no time, so that the same programs give the same bill.
func (b *arrangement) bill() ([]byte, error) {
	versions := map[string]*debug.Module{}
	for _, build := range b.Builds {
		for _, p := range build.Programs {
			info, err := buildinfo.ReadFile(p.Path)
			if err != nil {
				return nil, fmt.Errorf("reading what %s is built from: %w", p.Name, err)
			}
			versions["std"] = &debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}
			for _, m := range info.Deps {
				versions[m.Path] = m
			}
		}
	}
	return encodeBill(b.Model.Module.Path, versions)
}

func encodeBill(module string, versions map[string]*debug.Module) ([]byte, error) {
	main := cdx.Component{BOMRef: module, Type: cdx.ComponentTypeApplication, Name: module, PackageURL: purl(module, "")}
	var components []cdx.Component
	var needs []string
	for _, m := range versions {
		c := component(m)
		components = append(components, c)
		needs = append(needs, c.BOMRef)
	}
	slices.SortFunc(components, func(a, b cdx.Component) int { return strings.Compare(a.BOMRef, b.BOMRef) })
	slices.Sort(needs)
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Component: &main}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: main.BOMRef, Dependencies: &needs}}
	var out bytes.Buffer
	encoder := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).SetPretty(true)
	if err := encoder.EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("writing the bill of materials: %w", err)
	}
	return out.Bytes(), nil
}

// component describes a module as it was compiled: what it was replaced by, if
// that has a version.
func component(m *debug.Module) cdx.Component {
	if m.Replace != nil && m.Replace.Version != "" && m.Replace.Version != "(devel)" {
		m = m.Replace
	}
	c := cdx.Component{BOMRef: m.Path, Type: cdx.ComponentTypeLibrary, Name: m.Path, Version: m.Version, PackageURL: purl(m.Path, m.Version)}
	if m.Version != "" {
		c.BOMRef += "@" + m.Version
	}
	if m.Path == "std" && regexp.MustCompile(`^[0-9][0-9a-z.]*$`).MatchString(m.Version) {
		c.CPE = "cpe:2.3:a:golang:go:" + m.Version + ":*:*:*:*:*:*:*" // the name that vulnerabilities of Go have
	}
	return c
}

// purl is a package URL (ECMA-427) of type golang, which is written in lower case
// and has a namespace: the standard library has no namespace, and so no such URL.
func purl(path, version string) string {
	if !strings.Contains(path, "/") {
		return ""
	}
	url := "pkg:golang/" + strings.ToLower(path)
	if version != "" && version != "(devel)" {
		url += "@" + strings.ReplaceAll(version, "+", "%2B")
	}
	return url
}
