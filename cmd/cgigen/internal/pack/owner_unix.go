//go:build unix

package pack

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a file to the owner of the one that it has replaced. Only root
// has to, and can.
func keepOwner(root *os.Root, name string, before fs.FileInfo) error {
	st, ok := before.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return root.Lchown(name, int(st.Uid), int(st.Gid))
}
