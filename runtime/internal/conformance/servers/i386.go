//go:build unix

package servers

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os/exec"
	"syscall"
	"testing"
)

// Need386 skips a test where the kernel runs no programs for 386: one for amd64
// may be built without, and some virtual machines refuse them. Nothing that can
// be installed changes it, so that it may skip on CI as well.
func Need386(t testing.TB) {
	t.Helper()
	err := exec.Command(Write(t, t.TempDir(), "exit", exit386(), 0o755)).Run()
	if errors.Is(err, syscall.ENOEXEC) {
		t.Skip("this kernel runs no programs for 386")
	}
	if err != nil && !errors.Is(err, syscall.ETXTBSY) { // another test has just started a process
		t.Fatalf("a program for 386 that does nothing: %v", err)
	}
}

// exit386 is a program for 386 that ends at once, without an error.
func exit386() string {
	code := []byte{
		0xb8, 1, 0, 0, 0, // mov eax, 1: the number of exit
		0x31, 0xdb, //       xor ebx, ebx
		0xcd, 0x80, //       int 0x80
	}
	const address, headers = 0x8048000, 52 + 32
	header := elf.Header32{
		Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_386), Version: uint32(elf.EV_CURRENT),
		Entry: address + headers, Phoff: 52, Ehsize: 52, Phentsize: 32, Phnum: 1,
	}
	copy(header.Ident[:], elf.ELFMAG)
	header.Ident[elf.EI_CLASS], header.Ident[elf.EI_DATA], header.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS32), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	size := uint32(headers + len(code))
	segment := elf.Prog32{
		Type: uint32(elf.PT_LOAD), Vaddr: address, Paddr: address, Filesz: size, Memsz: size,
		Flags: uint32(elf.PF_R | elf.PF_X), Align: 0x1000,
	}
	var file bytes.Buffer
	for _, part := range []any{header, segment, code} {
		_ = binary.Write(&file, binary.LittleEndian, part) // a buffer takes everything
	}
	return file.String()
}
