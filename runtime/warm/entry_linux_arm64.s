// The beginning of a warm program, before Go's runtime. entry_linux_amd64.s explains the
// steps, which are the same here, label by label, and why they are safe.
//
// The stack is as the kernel made it: argc, argv, 0, variables, 0, auxiliary vector. RSP
// is never changed; scratch memory lies below it. System calls have their number in R8
// and their arguments in R0 to R5; they change R0 alone.
//
// Registers that last: R19 scratch memory, R20 the socket or -1, R21 effective user, R22
// effective group, R23 the last variable, R24 argc, R25 argv[0].

#include "textflag.h"

// Scratch memory, as offsets from R19.
#define STAT     0   // struct stat, 128 bytes
#define ADDRESS  144 // struct sockaddr_un: 106 bytes
#define IDENTITY 256 // what its digits say: six times 8 bytes
#define MESSAGE  304 // struct msghdr, 56 bytes
#define VECTOR   360 // struct iovec, twice 16 bytes
#define CONTROL  392 // struct cmsghdr and three descriptors: 32 bytes
#define HELLO    424 // 64 bytes
#define HEADER   488 // 48 bytes
#define PEER     536 // struct ucred, 12 bytes
#define LENGTH   552
#define POLL     560 // struct pollfd, 8 bytes
#define LIMIT    568 // struct timespec, 16 bytes
#define SHARED   584
#define SCRATCH  1024

// struct stat
#define STAT_DEV   0
#define STAT_INO   8
#define STAT_UID   24
#define STAT_SIZE  48
#define STAT_CTIME 104

#define SYS_close      57
#define SYS_ppoll      73
#define SYS_newfstatat 79
#define SYS_exit_group 94
#define SYS_umask      166
#define SYS_socket     198
#define SYS_connect    203
#define SYS_recvfrom   207
#define SYS_getsockopt 209
#define SYS_sendmsg    211

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

DATA prefix<>+0(SB)/8, $"cgigen/\x00"
GLOBL prefix<>(SB), RODATA, $8

DATA yes<>+0(SB)/8, $"cgigen1\n"
DATA yes<>+8(SB)/8, $"yes\n\x00\x00\x00\x00"
GLOBL yes<>(SB), RODATA, $16

TEXT ·Entry(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	MOVD RSP, R19
	SUB  $SCRATCH, R19
	MOVD $-1, R20
	MOVD ZR, SHARED(R19)
	MOVD RSP, R9
	MOVD 0(R9), R24           // argc
	CBZ  R24, notCGI
	MOVD 8(R9), R25           // argv[0]
	ADD  $16, R9
	ADD  R24<<3, R9           // variables
	MOVD ZR, R10              // 1: REQUEST_METHOD is set

variables:
	MOVD 0(R9), R11
	CBZ  R11, auxiliary
	MOVD R11, R23
	ADD  $8, R9
	MOVD $method<>(SB), R12
	MOVD R11, R13
	MOVD $15, R14
compareMethod:
	MOVBU (R12), R15
	MOVBU (R13), R16
	CMP  R15, R16
	BNE  isSetting
	ADD  $1, R12
	ADD  $1, R13
	SUB  $1, R14
	CBNZ R14, compareMethod
	MOVD $1, R10
	B    variables
isSetting:
	MOVD $setting<>(SB), R12
	MOVD R11, R13
	MOVD $12, R14
compareSetting:
	MOVBU (R12), R15
	MOVBU (R13), R16
	CMP  R15, R16
	BNE  variables
	ADD  $1, R12
	ADD  $1, R13
	SUB  $1, R14
	CBNZ R14, compareSetting
	MOVBU (R13), R15          // the value's first letter
	CMP  $111, R15            // o
	BEQ  turnedOff
	CMP  $115, R15            // s
	BNE  variables
	MOVD $1, R15
	MOVD R15, SHARED(R19)
	B    variables

auxiliary:
	CBZ  R10, notCGI
	ADD  $8, R9
	MOVD $-1, R21
	MOVD $-1, R22
	MOVD ZR, R10              // AT_SECURE
pair:
	MOVD 0(R9), R11
	MOVD 8(R9), R12
	ADD  $16, R9
	CMP  $12, R11             // AT_EUID
	BNE  isGroup
	MOVD R12, R21
	B    pair
isGroup:
	CMP  $14, R11             // AT_EGID
	BNE  isSecure
	MOVD R12, R22
	B    pair
isSecure:
	CMP  $23, R11             // AT_SECURE
	BNE  isEnd
	MOVD R12, R10
	B    pair
isEnd:
	CBNZ R11, pair            // AT_NULL
	CBNZ R10, secure

program:
	MOVD $-100, R0            // AT_FDCWD
	MOVD $exe<>(SB), R1
	ADD  $STAT, R19, R2
	MOVD ZR, R3
	MOVD $SYS_newfstatat, R8
	SVC
	CBNZ R0, noProc
	MOVWU (STAT+STAT_UID)(R19), R9
	CMP  R9, R21
	BEQ  name
	MOVD SHARED(R19), R9
	CBZ  R9, foreignFile

name:
	MOVD (STAT+STAT_DEV)(R19), R9
	MOVD R9, IDENTITY(R19)
	MOVD (STAT+STAT_INO)(R19), R9
	MOVD R9, (IDENTITY+8)(R19)
	MOVD (STAT+STAT_SIZE)(R19), R9
	MOVD R9, (IDENTITY+16)(R19)
	MOVD (STAT+STAT_CTIME)(R19), R9
	MOVD R9, (IDENTITY+24)(R19)
	MOVD (STAT+STAT_CTIME+8)(R19), R9
	MOVD R9, (IDENTITY+32)(R19)
	MOVW R21, (IDENTITY+40)(R19)
	MOVW R22, (IDENTITY+44)(R19)
	MOVD $1, R9               // AF_UNIX, and the 0 of an abstract address behind it
	MOVW R9, ADDRESS(R19)
	ADD  $(ADDRESS+3), R19, R12
	MOVD $prefix<>(SB), R13
	MOVD $7, R14
copyPrefix:
	MOVBU (R13), R15
	MOVB R15, (R12)
	ADD  $1, R13
	ADD  $1, R12
	SUB  $1, R14
	CBNZ R14, copyPrefix
	ADD  $IDENTITY, R19, R13
	MOVD $digits<>(SB), R16
	MOVD $48, R14
digit:
	MOVBU (R13), R15
	LSR  $4, R15, R17
	MOVBU (R16)(R17), R17
	MOVB R17, (R12)
	AND  $15, R15
	MOVBU (R16)(R15), R17
	MOVB R17, 1(R12)
	ADD  $1, R13
	ADD  $2, R12
	SUB  $1, R14
	CBNZ R14, digit

connect:
	MOVD $1, R0               // AF_UNIX
	MOVD $0x80805, R1         // SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK
	MOVD ZR, R2
	MOVD $SYS_socket, R8
	SVC
	TBNZ $63, R0, noSocket
	MOVD R0, R20
	ADD  $ADDRESS, R19, R1
	MOVD $106, R2
	MOVD $SYS_connect, R8
	SVC
	CMN  $111, R0             // -ECONNREFUSED
	BEQ  noWorker
	CBNZ R0, notTaken

credentials:
	MOVD $12, R9
	MOVD R9, LENGTH(R19)
	MOVD R20, R0
	MOVD $1, R1               // SOL_SOCKET
	MOVD $17, R2              // SO_PEERCRED
	ADD  $PEER, R19, R3
	ADD  $LENGTH, R19, R4
	MOVD $SYS_getsockopt, R8
	SVC
	CBNZ R0, foreignPeer
	MOVWU (PEER+4)(R19), R9
	CMP  R9, R21
	BNE  foreignPeer

hello:
	MOVW R20, POLL(R19)
	MOVD $1, R9               // POLLIN
	MOVW R9, (POLL+4)(R19)
	MOVD R9, LIMIT(R19)       // a second
	MOVD ZR, (LIMIT+8)(R19)
	ADD  $POLL, R19, R0
	MOVD $1, R1
	ADD  $LIMIT, R19, R2
	MOVD ZR, R3
	MOVD $8, R4
	MOVD $SYS_ppoll, R8
	SVC
	CMP  $1, R0
	BNE  timedOut
	MOVD R20, R0
	ADD  $HELLO, R19, R1
	MOVD $64, R2
	MOVD ZR, R3
	MOVD ZR, R4
	MOVD ZR, R5
	MOVD $SYS_recvfrom, R8
	SVC
	CMP  $48, R0
	BNE  notTaken
	MOVD $yes<>(SB), R12
	MOVD 0(R12), R13
	MOVD HELLO(R19), R14
	CMP  R13, R14
	BNE  notTaken
	MOVD 8(R12), R13
	MOVD (HELLO+8)(R19), R14
	CMP  R13, R14
	BNE  notTaken
	MOVD ·linkedBuild(SB), R12
	MOVD ·linkedBuild+8(SB), R14
	CMP  $32, R14
	BHI  otherBuild
	ADD  $(HELLO+16), R19, R13
	CBZ  R14, request
compareBuild:
	MOVBU (R12), R15
	MOVBU (R13), R16
	CMP  R15, R16
	BNE  otherBuild
	ADD  $1, R12
	ADD  $1, R13
	SUB  $1, R14
	CBNZ R14, compareBuild

request:
	MOVD $-100, R0
	MOVD $here<>(SB), R1
	ADD  $STAT, R19, R2
	MOVD ZR, R3
	MOVD $SYS_newfstatat, R8
	SVC
	CBNZ R0, notSent
	MOVD ZR, R0
	MOVD $SYS_umask, R8       // which tells the old one
	SVC
	MOVD R0, (HEADER+32)(R19)
	MOVD $SYS_umask, R8       // and is put back
	SVC
	MOVD $yes<>(SB), R12
	MOVD 0(R12), R9
	MOVD R9, HEADER(R19)
	MOVD R24, (HEADER+8)(R19)
	MOVD (STAT+STAT_DEV)(R19), R9
	MOVD R9, (HEADER+16)(R19)
	MOVD (STAT+STAT_INO)(R19), R9
	MOVD R9, (HEADER+24)(R19)
	MOVD ZR, (HEADER+40)(R19)
	MOVD R23, R9
end:
	MOVBU (R9), R10
	ADD  $1, R9
	CBNZ R10, end
	SUB  R25, R9              // length of the piece
	CMP  $1, R9
	BLT  notSent
	ADD  $HEADER, R19, R10
	MOVD R10, VECTOR(R19)
	MOVD $48, R10
	MOVD R10, (VECTOR+8)(R19)
	MOVD R25, (VECTOR+16)(R19)
	MOVD R9, (VECTOR+24)(R19)

send:
	MOVD ZR, MESSAGE(R19)     // msg_name
	MOVD ZR, (MESSAGE+8)(R19)
	ADD  $VECTOR, R19, R9
	MOVD R9, (MESSAGE+16)(R19)
	MOVD $2, R9
	MOVD R9, (MESSAGE+24)(R19)
	ADD  $CONTROL, R19, R9
	MOVD R9, (MESSAGE+32)(R19)
	MOVD $28, R9
	MOVD R9, (MESSAGE+40)(R19)
	MOVD ZR, (MESSAGE+48)(R19)
	MOVD R9, CONTROL(R19)     // cmsg_len
	MOVD $0x100000001, R9     // SOL_SOCKET, SCM_RIGHTS
	MOVD R9, (CONTROL+8)(R19)
	MOVD $0x100000000, R9     // descriptors 0 and 1
	MOVD R9, (CONTROL+16)(R19)
	MOVD $2, R9
	MOVD R9, (CONTROL+24)(R19)
	MOVD R20, R0
	ADD  $MESSAGE, R19, R1
	MOVD $0x4000, R2          // MSG_NOSIGNAL
	MOVD $SYS_sendmsg, R8
	SVC
	TBNZ $63, R0, notSent

answer:
	ADD  $POLL, R19, R0
	MOVD $1, R1
	MOVD ZR, R2               // without a limit
	MOVD ZR, R3
	MOVD $8, R4
	MOVD $SYS_ppoll, R8
	SVC
	CMN  $4, R0               // -EINTR
	BEQ  answer
	MOVD R20, R0
	ADD  $HELLO, R19, R1
	MOVD $64, R2
	MOVD ZR, R3
	MOVD ZR, R4
	MOVD ZR, R5
	MOVD $SYS_recvfrom, R8
	SVC
	CMN  $4, R0
	BEQ  answer
	CMN  $11, R0              // -EAGAIN
	BEQ  answer
	CMP  $2, R0
	BNE  lost
	MOVBU HELLO(R19), R9
	CMP  $100, R9             // d
	BEQ  declined
	CMP  $115, R9             // s
	BNE  lost
	MOVBU (HELLO+1)(R19), R0
	B    exit
lost:
	MOVD $1, R0
exit:
	MOVD $SYS_exit_group, R8
	SVC
	B    exit

notCGI:
	MOVD $NOT_CGI, R9
	B    cold
turnedOff:
	MOVD $TURNED_OFF, R9
	B    cold
secure:
	MOVD $SECURE, R9
	B    cold
noProc:
	MOVD $NO_PROC, R9
	B    cold
foreignFile:
	MOVD $FOREIGN_FILE, R9
	B    cold
noSocket:
	MOVD $NO_SOCKET, R9
	B    cold
noWorker:
	MOVD $NO_WORKER, R9
	B    cold
notTaken:
	MOVD $NOT_TAKEN, R9
	B    cold
foreignPeer:
	MOVD $FOREIGN_PEER, R9
	B    cold
timedOut:
	MOVD $TIMED_OUT, R9
	B    cold
otherBuild:
	MOVD $OTHER_BUILD, R9
	B    cold
notSent:
	MOVD $NOT_SENT, R9
	B    cold
declined:
	MOVD $DECLINED, R9

cold:
	MOVD $·entered(SB), R10
	MOVB R9, (R10)
	TBNZ $63, R20, start
	MOVD R20, R0
	MOVD $SYS_close, R8
	SVC
start:
	B    _rt0_arm64_linux(SB)
