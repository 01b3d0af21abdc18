// The beginning of a warm program, before Go's runtime.
//
// A program linked with -E runtime/warm.Entry begins here. Entry finds the worker, which
// is the same program, already running for the same user. It hands the worker this
// request, waits for the exit status, and exits with it. Where anything is unusual it
// jumps to Go's own entry, and the program is the CGI program that it would have been
// without -E: nothing has been sent then, and nothing of the process has changed but
// the byte ·entered, which says why.
//
// The steps, one label each:
//
//	Entry       is there a first argument?
//	variables   is this a CGI request, and is warm not turned off?        (no system call)
//	auxiliary   effective user and group; is the program not set-uid?     (no system call)
//	program     which file is this, and does the user own it?             newfstatat
//	name        the worker's address, made of the file's identity         (no system call)
//	connect     is there a worker?                                        socket, connect
//	credentials is it this user's?                                        getsockopt
//	hello       does it take a request now, and is it of this build?      poll, recvfrom
//	request     the request: variables, working directory, umask          newfstatat, umask × 2
//	send        with descriptors 0, 1 and 2                               sendmsg
//	answer      until the worker has done, or declined, or is gone        poll, recvfrom
//	cold        Go's own entry                                            (close)
//
// Why it is safe:
//   - Until the worker has said hello, no byte and no descriptor leaves the process. A
//     worker that is stopped, full, of another build or another user's gets nothing.
//   - The worker may decline what it was sent, but only before it reads or writes
//     anything of the request, and with its copies of the descriptors closed. So a
//     request is served once: by the worker, or here.
//   - A worker that is gone after it was sent the request ends as a failed program does,
//     with exit status 1. The request is never repeated.
//   - The wait for hello ends after a second. The wait for the answer ends with the
//     worker; the server's own limit is the one of a cold program.
//   - The file's identity is its device, inode, size and time of change, which nobody can
//     set: a replaced program has another address at once.
//
// The stack is as the kernel made it (System V ABI, AMD64 supplement, §3.4.1): argc, argv,
// 0, variables, 0, auxiliary vector. SP is never changed; scratch memory lies below it,
// where nothing else writes, because no function is called and no signal has a handler.
//
// Registers that last: R12 scratch memory, R13 the socket or -1, R14 the first variable's
// pointer, R15 the last variable. System calls change AX, CX and R11 alone.

#include "textflag.h"

// Scratch memory, as offsets from R12.
#define STAT     0  // struct stat, 144 bytes: of the program, then of the working directory
#define ADDRESS  144 // struct sockaddr_un: family, 0, "cgigen/", 96 digits: 106 bytes
#define IDENTITY 256 // what the digits say: six times 8 bytes
#define MESSAGE  304 // struct msghdr, 56 bytes
#define VECTOR   360 // struct iovec, twice 16 bytes
#define CONTROL  392 // struct cmsghdr, 16 bytes, and three descriptors: 32 bytes
#define HELLO    424 // what the worker says: 64 bytes
#define HEADER   488 // what goes before the variables: 48 bytes
#define PEER     536 // struct ucred, 12 bytes
#define LENGTH   552 // of PEER
#define POLL     560 // struct pollfd, 8 bytes
#define SHARED   568 // 1: CGIGEN_WARM=shared
#define SCRATCH  1024

// struct stat
#define STAT_DEV   0
#define STAT_INO   8
#define STAT_UID   28
#define STAT_SIZE  48
#define STAT_CTIME 104 // seconds; nanoseconds 8 further

// struct msghdr
#define MSG_IOV        16
#define MSG_IOVLEN     24
#define MSG_CONTROL    32
#define MSG_CONTROLLEN 40

// System calls.
#define SYS_poll       7
#define SYS_close      3
#define SYS_socket     41
#define SYS_connect    42
#define SYS_recvfrom   45
#define SYS_sendmsg    46
#define SYS_getsockopt 55
#define SYS_umask      95
#define SYS_exit_group 231
#define SYS_newfstatat 262

// Why a program is cold: the values of ·entered. reasons() in warm.go has their words.
#define NOT_CGI      1
#define TURNED_OFF   2
#define SECURE       3
#define NO_PROC      4
#define FOREIGN_FILE 5
#define NO_SOCKET    6
#define NO_WORKER    7
#define NOT_TAKEN    8
#define FOREIGN_PEER 9
#define TIMED_OUT    10
#define OTHER_BUILD  11
#define NOT_SENT     12
#define DECLINED     13

DATA exe<>+0(SB)/8, $"/proc/se"
DATA exe<>+8(SB)/8, $"lf/exe\x00\x00"
GLOBL exe<>(SB), RODATA, $16

DATA here<>+0(SB)/8, $".\x00\x00\x00\x00\x00\x00\x00"
GLOBL here<>(SB), RODATA, $8

DATA method<>+0(SB)/8, $"REQUEST_"
DATA method<>+8(SB)/8, $"METHOD=\x00"
GLOBL method<>(SB), RODATA, $16

DATA setting<>+0(SB)/8, $"CGIGEN_W"
DATA setting<>+8(SB)/8, $"ARM=\x00\x00\x00\x00"
GLOBL setting<>(SB), RODATA, $16

DATA digits<>+0(SB)/8, $"01234567"
DATA digits<>+8(SB)/8, $"89abcdef"
GLOBL digits<>(SB), RODATA, $16

// What the worker says if it takes a request: the name of the protocol, and yes.
DATA yes<>+0(SB)/8, $"cgigen1\n"
DATA yes<>+8(SB)/8, $"yes\n\x00\x00\x00\x00"
GLOBL yes<>(SB), RODATA, $16

TEXT ·Entry(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	LEAQ -SCRATCH(SP), R12
	ANDQ $~15, R12
	MOVQ $-1, R13             // no socket yet
	MOVQ $0, SHARED(R12)
	MOVQ SP, SI
	MOVQ 0(SI), AX            // argc
	TESTQ AX, AX
	JZ   notCGI               // without argv[0] there is no name to be called by
	LEAQ 16(SI)(AX*8), R14    // variables: behind argc, argv and its 0
	MOVQ R14, BX              // the one that is looked at
	XORQ R8, R8               // 1: REQUEST_METHOD is set
	CLD

	// variables: a loop over their pointers. A comparison ends at the first
	// byte that differs, so it never reads beyond the end of a variable.
variables:
	MOVQ 0(BX), DX
	TESTQ DX, DX
	JZ   auxiliary
	MOVQ DX, R15
	ADDQ $8, BX
	MOVQ DX, SI
	LEAQ method<>(SB), DI
	MOVQ $15, CX
	REP; CMPSB
	JNE  isSetting
	MOVQ $1, R8
	JMP  variables
isSetting:
	MOVQ DX, SI
	LEAQ setting<>(SB), DI
	MOVQ $12, CX
	REP; CMPSB
	JNE  variables
	MOVBLZX 0(SI), AX         // the value's first letter: off, shared, or a time
	CMPB AX, $'o'
	JEQ  turnedOff
	CMPB AX, $'s'
	JNE  variables
	MOVQ $1, SHARED(R12)
	JMP  variables

	// auxiliary: pairs of type and value behind the variables' 0 (getauxval(3)).
auxiliary:
	TESTQ R8, R8
	JZ   notCGI
	ADDQ $8, BX
	MOVQ $-1, R9              // effective user
	MOVQ $-1, R10             // effective group
	XORQ R8, R8               // AT_SECURE
pair:
	MOVQ 0(BX), AX
	MOVQ 8(BX), DX
	ADDQ $16, BX
	CMPQ AX, $12              // AT_EUID
	JNE  isGroup
	MOVQ DX, R9
	JMP  pair
isGroup:
	CMPQ AX, $14              // AT_EGID
	JNE  isSecure
	MOVQ DX, R10
	JMP  pair
isSecure:
	CMPQ AX, $23              // AT_SECURE
	JNE  isEnd
	MOVQ DX, R8
	JMP  pair
isEnd:
	TESTQ AX, AX              // AT_NULL
	JNZ  pair
	TESTQ R8, R8
	JNZ  secure

	// program: its file, and whose it is. On hosts where many sites have one
	// user, another site could listen on our name: there only who says so
	// (CGIGEN_WARM=shared) is warm.
program:
	MOVQ R10, BX              // system calls take their fourth argument in R10
	MOVQ $-100, DI            // AT_FDCWD
	LEAQ exe<>(SB), SI
	LEAQ STAT(R12), DX
	XORQ R10, R10
	MOVQ $SYS_newfstatat, AX
	SYSCALL
	TESTQ AX, AX
	JNZ  noProc
	MOVLQZX STAT+STAT_UID(R12), AX
	CMPQ AX, R9
	JEQ  name
	CMPQ SHARED(R12), $0
	JEQ  foreignFile

	// name: an abstract address (unix(7)), which needs no file and goes with
	// its owner: device, inode, size, time of change, user and group.
name:
	MOVQ STAT+STAT_DEV(R12), AX
	MOVQ AX, IDENTITY+0(R12)
	MOVQ STAT+STAT_INO(R12), AX
	MOVQ AX, IDENTITY+8(R12)
	MOVQ STAT+STAT_SIZE(R12), AX
	MOVQ AX, IDENTITY+16(R12)
	MOVQ STAT+STAT_CTIME(R12), AX
	MOVQ AX, IDENTITY+24(R12)
	MOVQ STAT+STAT_CTIME+8(R12), AX
	MOVQ AX, IDENTITY+32(R12)
	MOVL R9, IDENTITY+40(R12)
	MOVL BX, IDENTITY+44(R12)
	MOVW $1, ADDRESS(R12)     // AF_UNIX
	MOVB $0, ADDRESS+2(R12)
	MOVL $0x67696763, ADDRESS+3(R12) // "cgig"
	MOVL $0x2f6e65, ADDRESS+7(R12)   // "en/"
	LEAQ IDENTITY(R12), SI
	LEAQ ADDRESS+10(R12), DI
	LEAQ digits<>(SB), DX
	MOVQ $48, CX
digit:
	MOVBLZX 0(SI), AX
	MOVQ AX, BX
	SHRQ $4, AX
	ANDQ $15, BX
	MOVBLZX (DX)(AX*1), AX
	MOVBLZX (DX)(BX*1), BX
	MOVB AX, 0(DI)
	MOVB BX, 1(DI)
	INCQ SI
	ADDQ $2, DI
	DECQ CX
	JNZ  digit

	// connect: a socket that keeps messages whole and never blocks: a full
	// backlog is an error at once.
connect:
	MOVQ $1, DI               // AF_UNIX
	MOVQ $0x80805, SI         // SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK
	XORQ DX, DX
	MOVQ $SYS_socket, AX
	SYSCALL
	TESTQ AX, AX
	JLT  noSocket
	MOVQ AX, R13
	MOVQ R13, DI
	LEAQ ADDRESS(R12), SI
	MOVQ $106, DX
	MOVQ $SYS_connect, AX
	SYSCALL
	CMPQ AX, $-111            // ECONNREFUSED: nobody listens there
	JEQ  noWorker
	TESTQ AX, AX
	JNZ  notTaken

	// credentials: of who called listen (SO_PEERCRED). The worker looks at ours.
credentials:
	MOVQ $12, LENGTH(R12)
	MOVQ R13, DI
	MOVQ $1, SI               // SOL_SOCKET
	MOVQ $17, DX              // SO_PEERCRED
	LEAQ PEER(R12), R10
	LEAQ LENGTH(R12), R8
	MOVQ $SYS_getsockopt, AX
	SYSCALL
	TESTQ AX, AX
	JNZ  foreignPeer
	MOVLQZX PEER+4(R12), AX   // uid
	CMPQ AX, R9
	JNE  foreignPeer

	// hello: within a second, or the worker is stopped.
hello:
	MOVL R13, POLL(R12)
	MOVL $1, POLL+4(R12)      // POLLIN
	LEAQ POLL(R12), DI
	MOVQ $1, SI
	MOVQ $1000, DX
	MOVQ $SYS_poll, AX
	SYSCALL
	CMPQ AX, $1
	JNE  timedOut
	MOVQ R13, DI
	LEAQ HELLO(R12), SI
	MOVQ $64, DX
	XORQ R10, R10
	XORQ R8, R8
	MOVQ R9, BX
	XORQ R9, R9
	MOVQ $SYS_recvfrom, AX
	SYSCALL
	CMPQ AX, $48
	JNE  notTaken
	LEAQ HELLO(R12), SI
	LEAQ yes<>(SB), DI
	MOVQ $16, CX
	REP; CMPSB
	JNE  notTaken
	MOVQ ·linkedBuild(SB), DI // the string's bytes, which follow in hello
	MOVQ ·linkedBuild+8(SB), CX
	CMPQ CX, $32
	JHI  otherBuild
	TESTQ CX, CX
	JZ   request
	REP; CMPSB
	JNE  otherBuild

	// request: what the worker cannot see by itself: the number of arguments,
	// the working directory, the umask; and the arguments and variables,
	// which lie in one piece as the kernel has copied them (execve(2)).
request:
	MOVQ $-100, DI
	LEAQ here<>(SB), SI
	LEAQ STAT(R12), DX
	XORQ R10, R10
	MOVQ $SYS_newfstatat, AX
	SYSCALL
	TESTQ AX, AX
	JNZ  notSent
	XORQ DI, DI
	MOVQ $SYS_umask, AX       // which tells the old one
	SYSCALL
	MOVQ AX, HEADER+32(R12)
	MOVQ AX, DI
	MOVQ $SYS_umask, AX       // and is put back
	SYSCALL
	MOVQ yes<>(SB), AX
	MOVQ AX, HEADER+0(R12)
	MOVQ SP, SI
	MOVQ 0(SI), AX            // argc
	MOVQ AX, HEADER+8(R12)
	MOVQ 8(SI), DX            // argv[0], where the piece begins
	MOVQ STAT+STAT_DEV(R12), AX
	MOVQ AX, HEADER+16(R12)
	MOVQ STAT+STAT_INO(R12), AX
	MOVQ AX, HEADER+24(R12)
	MOVQ $0, HEADER+40(R12)
	MOVQ R15, DI              // the last variable
end:
	MOVBLZX 0(DI), AX
	INCQ DI
	TESTQ AX, AX
	JNZ  end
	SUBQ DX, DI               // length of the piece
	JLS  notSent
	LEAQ HEADER(R12), AX
	MOVQ AX, VECTOR+0(R12)
	MOVQ $48, VECTOR+8(R12)
	MOVQ DX, VECTOR+16(R12)
	MOVQ DI, VECTOR+24(R12)

	// send: one message, whole or not at all; one that is too long for the
	// socket is an error.
send:
	MOVQ $0, MESSAGE+0(R12)   // msg_name
	MOVQ $0, MESSAGE+8(R12)   // msg_namelen
	LEAQ VECTOR(R12), AX
	MOVQ AX, MESSAGE+MSG_IOV(R12)
	MOVQ $2, MESSAGE+MSG_IOVLEN(R12)
	LEAQ CONTROL(R12), AX
	MOVQ AX, MESSAGE+MSG_CONTROL(R12)
	MOVQ $28, MESSAGE+MSG_CONTROLLEN(R12)
	MOVQ $0, MESSAGE+48(R12)  // msg_flags
	MOVQ $28, CONTROL+0(R12)  // cmsg_len
	MOVL $1, CONTROL+8(R12)   // SOL_SOCKET
	MOVL $1, CONTROL+12(R12)  // SCM_RIGHTS
	MOVL $0, CONTROL+16(R12)
	MOVL $1, CONTROL+20(R12)
	MOVL $2, CONTROL+24(R12)
	MOVQ R13, DI
	LEAQ MESSAGE(R12), SI
	MOVQ $0x4000, DX          // MSG_NOSIGNAL
	MOVQ $SYS_sendmsg, AX
	SYSCALL
	TESTQ AX, AX
	JLT  notSent

	// answer: 'd' is declined, 's' and the exit status is served. A worker that
	// is gone has left a response that is not whole: exit status 1.
answer:
	LEAQ POLL(R12), DI
	MOVQ $1, SI
	MOVQ $-1, DX
	MOVQ $SYS_poll, AX
	SYSCALL
	CMPQ AX, $-4              // EINTR: stopped and continued
	JEQ  answer
	MOVQ R13, DI
	LEAQ HELLO(R12), SI
	MOVQ $64, DX
	XORQ R10, R10
	XORQ R8, R8
	XORQ R9, R9
	MOVQ $SYS_recvfrom, AX
	SYSCALL
	CMPQ AX, $-4
	JEQ  answer
	CMPQ AX, $-11             // EAGAIN
	JEQ  answer
	CMPQ AX, $2
	JNE  lost
	MOVBLZX HELLO(R12), AX
	CMPB AX, $'d'
	JEQ  declined
	CMPB AX, $'s'
	JNE  lost
	MOVBLZX HELLO+1(R12), DI
	JMP  exit
lost:
	MOVQ $1, DI
exit:
	MOVQ $SYS_exit_group, AX
	SYSCALL
	JMP  exit

notCGI:
	MOVB $NOT_CGI, ·entered(SB)
	JMP  cold
turnedOff:
	MOVB $TURNED_OFF, ·entered(SB)
	JMP  cold
secure:
	MOVB $SECURE, ·entered(SB)
	JMP  cold
noProc:
	MOVB $NO_PROC, ·entered(SB)
	JMP  cold
foreignFile:
	MOVB $FOREIGN_FILE, ·entered(SB)
	JMP  cold
noSocket:
	MOVB $NO_SOCKET, ·entered(SB)
	JMP  cold
noWorker:
	MOVB $NO_WORKER, ·entered(SB)
	JMP  cold
notTaken:
	MOVB $NOT_TAKEN, ·entered(SB)
	JMP  cold
foreignPeer:
	MOVB $FOREIGN_PEER, ·entered(SB)
	JMP  cold
timedOut:
	MOVB $TIMED_OUT, ·entered(SB)
	JMP  cold
otherBuild:
	MOVB $OTHER_BUILD, ·entered(SB)
	JMP  cold
notSent:
	MOVB $NOT_SENT, ·entered(SB)
	JMP  cold
declined:
	MOVB $DECLINED, ·entered(SB)

	// cold: Go's own entry, with the stack as it was.
cold:
	TESTQ R13, R13
	JLT  start
	MOVQ R13, DI
	MOVQ $SYS_close, AX
	SYSCALL
start:
	XORQ DX, DX               // no function to call at exit
	JMP  _rt0_amd64_linux(SB)
