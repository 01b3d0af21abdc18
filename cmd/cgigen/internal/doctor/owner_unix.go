//go:build unix

package doctor

import (
	"io/fs"
	"os"
	"syscall"
)

func ownerIn(info fs.FileInfo) owner {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return owner{int(stat.Uid), int(stat.Gid)}
	}
	return owner{-1, -1}
}

func ownerOf(name string) owner {
	info, err := os.Stat(name)
	if err != nil {
		return owner{-1, -1}
	}
	return ownerIn(info)
}
