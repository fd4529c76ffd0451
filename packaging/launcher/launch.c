/*
 * The first thing that runs: asks whether there is anything to do (gate.h), replaces the environment, then becomes the
 * program.
 *
 * sshd gives a clean environment, but people, configuration management and verify-install call the same paths with
 * theirs. The loader, the C library, OpenSSL and Node each read variables (LD_*, GLIBC_TUNABLES, MALLOC_*, OPENSSL_*,
 * SSL_*, NODE_*, UV_*, *_proxy) that would decide which code runs or whom it believes, and a list of the bad ones is
 * never complete. So this is a list of the good ones. It must hold before the loader starts: hence a static program
 * without a C library, which allocates nothing. The gate reads no variable at all.
 */
#include "gate.h"

#define PROGRAM "/usr/lib/ec2-instance-connect/ec2-instance-connect"

/* No other variable of the caller is passed on. */
static const char *const kept[] = {
	"HOME", "USER", "LOGNAME", "LANG", /* sshd sets these; the administrator's helpers get them */
	"TERM", "COLUMNS", "NO_COLOR", /* how a terminal looks */
};
/* Where the tools of the host are. */
static const char *const set[] = { "PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin" };

#define KEPT (sizeof kept / sizeof *kept)
#define SET (sizeof set / sizeof *set)

/* As much as everybody may ask for (/proc/sys/fs/pipe-max-size). */
enum { PIPE_SIZE = 1 << 20 };

/*
 * sshd sets its command no limit, and the program's own five seconds (src/imds/limits.ts) need a program that runs: where
 * the host has no thread left to give (TasksMax, LimitNPROC), Node waits for one before it begins, for as long as
 * LoginGraceTime. So the kernel ends with SIGALRM what is not over by then. The timer stays with the process when it
 * becomes the program, and its children do not have it (setitimer(2)).
 */
enum { LAST_SECONDS = 8 };

/* Whether it is sshd that calls: by that name, and without an option such as a person's `--explain`, which takes longer. */
static int is_sshd_call(word count, char *const *arguments)
{
	for (word i = 1; i < count; i++) {
		if (arguments[i][0] == '-' && arguments[i][1] == '-')
			return 0;
	}
	return sshd_arguments(count, arguments) == 1;
}

static void limit_time(void)
{
	static const struct timer limit = { 0, 0, LAST_SECONDS, 0 };
	call(SYS_setitimer, ITIMER_REAL, (word)&limit, 0, 0, 0, 0);
}

/* Whether `entry` is NAME=value for that name. */
static int names(const char *entry, const char *name)
{
	while (*name && *entry == *name)
		entry++, name++;
	return !*name && *entry == '=';
}

/*
 * sshd 7.2 and plain 7.4 stop reading at the first key that matches and wait for the program's end, with the pipe open:
 * what does not fit into it (64 KiB at first) would hold the login up until LoginGraceTime is over. Where standard output
 * is no pipe, or the kernel refuses, all stays as it is.
 */
static void widen_pipe(void)
{
	long size = call(SYS_fcntl, 1, F_GETPIPE_SZ, 0, 0, 0, 0);
	if (size > 0 && size < PIPE_SIZE)
		call(SYS_fcntl, 1, F_SETPIPE_SZ, PIPE_SIZE, 0, 0, 0);
}

/* `stack` is what the kernel leaves there: argc, the arguments, NULL, the environment, NULL (execve(2)). */
__attribute__((noreturn, used)) void launch(word *stack);
void launch(word *stack)
{
	static const char failed[] = "ec2-instance-connect: expected to run " PROGRAM ", found that it cannot be executed\n";
	char **arguments = (char **)(stack + 1);
	char **from = arguments + *stack + 1;
	const char *environment[KEPT + SET + 1];
	word count = 0;

	if (*stack > 0 && is_sshd_call(*stack, arguments))
		limit_time();
	/* Without a name of its own (argc 0) there is no telling which command is meant. */
	if (*stack > 0 && nobody_has_pushed_a_key(*stack, arguments))
		leave(0);
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
	if (*stack > 0) {
		widen_pipe();
		call(SYS_execve, (word)PROGRAM, (word)arguments, (word)environment, 0, 0, 0);
	}
	call(SYS_write, 2, (word)failed, sizeof failed - 1, 0, 0, 0);
	leave(127);
}
