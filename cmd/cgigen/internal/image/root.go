package image

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// root makes the file system as a tar, and the variables that go with it.
func (o Options) root(p Program) ([]byte, []string, error) {
	program, err := os.ReadFile(p.Path)
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	var variables []string
	root := &rootTar{tar.NewWriter(&out), o.Time}
	root.add("tmp/", 0o1777, nil)
	root.add(p.Name, 0o755, program)
	if o.Roots || uses(program, "net/http.(*Transport).dialConn") {
		root.add("etc/", 0o755, nil)
		root.add("etc/ssl/", 0o755, nil)
		root.add("etc/ssl/certs/", 0o755, nil)
		root.add("etc/ssl/certs/ca-certificates.crt", 0o644, certificates())
	}
	if uses(program, "time.LoadLocation") {
		zones, err := timeZones()
		if err != nil {
			return nil, nil, err
		}
		root.add("zoneinfo.zip", 0o644, zones)
		variables = append(variables, "ZONEINFO=/zoneinfo.zip")
	}
	if err := root.Close(); err != nil { // which writes the end of the archive
		return nil, nil, err
	}
	return out.Bytes(), variables, nil
}

// uses reports whether one of the functions was linked: its name stands in the
// table that stack traces are made from, between zeros.
func uses(program []byte, functions ...string) bool {
	for _, f := range functions {
		if bytes.Contains(program, []byte("\x00"+f+"\x00")) {
			return true
		}
	}
	return false
}

// certificates are the roots that browsers trust, of the version that stands
// in go.mod.
func certificates() []byte {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		// Writing to memory cannot fail.
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
	}
	return out.Bytes()
}

// timeZones are those of the Go distribution.
func timeZones() ([]byte, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("finding the time zones of Go: %w", err)
	}
	return os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "lib", "time", "zoneinfo.zip"))
}

type rootTar struct {
	*tar.Writer
	time time.Time
}

// add adds a file, or a folder if the name ends with a slash. Writing to memory
// can fail only by a wrong header, which Close reports.
func (r *rootTar) add(name string, mode int64, data []byte) {
	header := tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(data)), ModTime: r.time, Format: tar.FormatUSTAR}
	if strings.HasSuffix(name, "/") {
		header.Typeflag = tar.TypeDir
	}
	_ = r.WriteHeader(&header)
	_, _ = r.Write(data)
}
