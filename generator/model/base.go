package model

import (
	"path"
	"regexp"
)

// basePath is a path that stands in servers' configurations and in links as it
// is. package --base takes the same.
var basePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

// CheckBase says why a path cannot be what a site lies below; "" if it can.
func CheckBase(base string) string {
	clean := path.Clean("/" + base)
	switch {
	case basePath.MatchString(base) && clean == base:
		return ""
	case clean == "/":
		return "a site that lies at the root of its host needs none"
	case basePath.MatchString(clean):
		return "write " + clean
	}
	return "a base is the path of the site on its host, as /~alice/shop: segments of letters, digits and any of . _ ~ -"
}
