/*
 * What the launcher needs of the kernel: system calls, and the few numbers and structures that go with them, for
 * x86-64 and arm64. There is no C library. All of it is older than Linux 3.7, and none of it ever changes.
 */
#ifndef SYSTEM_H
#define SYSTEM_H

typedef unsigned long word;

#if defined(__x86_64__)
enum {
	SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_setitimer = 38, SYS_socket = 41, SYS_connect = 42, SYS_sendto = 44,
	SYS_getsockopt = 55, SYS_execve = 59, SYS_fcntl = 72, SYS_getdents64 = 217, SYS_clock_gettime = 228, SYS_exit_group = 231,
	SYS_openat = 257, SYS_faccessat = 269, SYS_ppoll = 271,
	O_DIRECTORY = 0200000,
};
/* The kernel leaves argc at the top of the stack (execve(2)); the ABI wants 16 bytes of alignment at a call. */
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall launch\n");
static long call(word number, word a, word b, word c, word d, word e, word f)
{
	register word r10 __asm__("r10") = d;
	register word r8 __asm__("r8") = e;
	register word r9 __asm__("r9") = f;
	word result;
	__asm__ volatile("syscall"
		: "=a"(result)
		: "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "memory");
	return (long)result;
}
#elif defined(__aarch64__)
enum {
	SYS_read = 63, SYS_write = 64, SYS_close = 57, SYS_socket = 198, SYS_connect = 203, SYS_sendto = 206,
	SYS_getsockopt = 209, SYS_execve = 221, SYS_fcntl = 25, SYS_getdents64 = 61, SYS_clock_gettime = 113,
	SYS_exit_group = 94, SYS_openat = 56, SYS_faccessat = 48, SYS_ppoll = 73, SYS_setitimer = 103,
	O_DIRECTORY = 040000,
};
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tbl launch\n");
static long call(word number, word a, word b, word c, word d, word e, word f)
{
	register word x8 __asm__("x8") = number;
	register word x0 __asm__("x0") = a;
	register word x1 __asm__("x1") = b;
	register word x2 __asm__("x2") = c;
	register word x3 __asm__("x3") = d;
	register word x4 __asm__("x4") = e;
	register word x5 __asm__("x5") = f;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return (long)x0;
}
#else
#error "expected x86-64 or arm64"
#endif

/* A failed call gives the negative number of its error (errno(3)). */
enum { ENOENT = 2, ENOTDIR = 20, EINPROGRESS = 115 };

enum { AT_FDCWD = -100, O_NONBLOCK = 04000, O_CLOEXEC = 02000000 };
enum { AF_INET = 2, SOCK_STREAM = 1, SOL_SOCKET = 1, SO_ERROR = 4, MSG_NOSIGNAL = 0x4000 };
enum { POLLIN = 1, POLLOUT = 4, CLOCK_MONOTONIC = 1 };
enum { F_SETPIPE_SZ = 1031, F_GETPIPE_SZ = 1032 };
enum { ITIMER_REAL = 0 };

struct timespec {
	long seconds, nanoseconds;
};

/* setitimer(2) */
struct timer {
	long interval_seconds, interval_microseconds, seconds, microseconds;
};

struct pollfd {
	int descriptor;
	short events, happened;
};

/* IPv4; port and address in network byte order (ip(7)). */
struct socket_address {
	unsigned short family;
	unsigned char port[2], address[4], unused[8];
};

__attribute__((noreturn)) static void leave(word status)
{
	for (;;)
		call(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

#endif
