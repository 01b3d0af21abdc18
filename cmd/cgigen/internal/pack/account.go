package pack

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// maxAccount is the limit of Linux for the name of a user (useradd(8)).
const maxAccount = 31

// accountName makes a name from that of a site which users, services of clusters
// and variables of nginx can have, and of which paths of sockets have room for
// more. It begins with a letter, as a Service has to (RFC 1035), and as no number
// does, which User= of systemd takes for a user's number.
func accountName(site string) string {
	name := site
	if name[0] <= '9' {
		name = "site-" + name
	}
	if len(name) > maxAccount {
		sum := sha256.Sum256([]byte(site))
		name = fmt.Sprintf("%s-%x", strings.TrimRight(name[:maxAccount-9], "-"), sum[:4])
	}
	return name
}
