/*
 * The first thing that runs: replaces the environment, then becomes the program.
 *
 * sshd gives a clean environment, but people, configuration management and verify-install call the same paths with
 * theirs. The loader, the C library, OpenSSL and Node each read variables (LD_*, GLIBC_TUNABLES, MALLOC_*, OPENSSL_*,
 * SSL_*, NODE_*, UV_*, *_proxy) that would decide which code runs or whom it believes, and a list of the bad ones is
 * never complete. So this is a list of the good ones. It must hold before the loader starts: hence a static program
 * without a C library, which reads nothing and allocates nothing.
 */

#define PROGRAM "/usr/lib/ec2-instance-connect/ec2-instance-connect"

typedef unsigned long word;

/* No other variable of the caller is passed on. */
static const char *const kept[] = {
	"HOME", "USER", "LOGNAME", "LANG", /* sshd sets these; the chained helpers of the administrator get them */
	"TERM", "COLUMNS", "NO_COLOR", /* how a terminal looks */
};
/* Where the tools of the host are. */
static const char *const set[] = { "PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin" };

#define KEPT (sizeof kept / sizeof *kept)
#define SET (sizeof set / sizeof *set)

#if defined(__x86_64__)
enum { SYS_write = 1, SYS_execve = 59, SYS_exit = 60 };
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall launch\n");
static word syscall3(word number, word a, word b, word c)
{
	word result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
enum { SYS_write = 64, SYS_execve = 221, SYS_exit = 93 };
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tbl launch\n");
static word syscall3(word number, word a, word b, word c)
{
	register word x8 __asm__("x8") = number;
	register word x0 __asm__("x0") = a;
	register word x1 __asm__("x1") = b;
	register word x2 __asm__("x2") = c;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}
#else
#error "expected x86-64 or arm64"
#endif

/* Whether `entry` is NAME=value for that name. */
static int names(const char *entry, const char *name)
{
	while (*name && *entry == *name)
		entry++, name++;
	return !*name && *entry == '=';
}

/* `stack` is what the kernel leaves there: argc, the arguments, NULL, the environment, NULL (execve(2)). */
__attribute__((noreturn, used)) void launch(word *stack)
{
	static const char failed[] = "ec2-instance-connect: expected to run " PROGRAM ", found that it cannot be executed\n";
	char **arguments = (char **)(stack + 1);
	char **from = arguments + *stack + 1;
	const char *environment[KEPT + SET + 1];
	word count = 0;

	for (word i = 0; i < KEPT; i++) {
		for (char **entry = from; *entry; entry++) {
			if (names(*entry, kept[i])) {
				environment[count++] = *entry;
				break;
			}
		}
	}
	for (word i = 0; i < SET; i++)
		environment[count++] = set[i];
	environment[count] = 0;

	/* Without a name of its own (argc 0) there is no telling which command is meant. */
	if (*stack > 0)
		syscall3(SYS_execve, (word)PROGRAM, (word)arguments, (word)environment);
	syscall3(SYS_write, 2, (word)failed, sizeof failed - 1);
	for (;;)
		syscall3(SYS_exit, 127, 0, 0);
}
