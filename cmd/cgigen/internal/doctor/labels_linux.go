package doctor

import "syscall"

// labelType is the type that SELinux knows a file by, "" without a label.
func labelType(name string) string {
	var label [256]byte
	n, err := syscall.Getxattr(name, "security.selinux", label[:])
	if err != nil {
		return ""
	}
	return typeOf(string(label[:n]))
}
