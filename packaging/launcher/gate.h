/*
 * The gate: at most logins nobody has pushed a key, and to find that out takes two questions. So the launcher asks them
 * itself, and starts Node, which costs thirty times as much, only where the answer is another.
 *
 * All it may decide is this: "nobody has pushed a key for this user", where the metadata service says so with status 404.
 * Then nothing is printed and the exit code is 0, as the program would do. It never lets anybody in, prints nothing, logs
 * nothing and passes nothing on. In every other case, and in every doubt (another status, an answer that is not
 * well-formed or comes late, a failed or interrupted system call, a helper, a machine that might be no instance), it
 * steps aside: the program runs as if there were no gate, asks everything anew, and says what is wrong. So an error here
 * can cost a login a pushed key, which whoever answers as the metadata service can do anyway; it cannot give one.
 *
 * It waits 150 ms over all. The program counts them as part of its own five seconds, because it asks the kernel when the
 * process began (src/login/deadline.ts).
 */
#include "system.h"
#include "rules.h"

#define HELPERS "/etc/ec2-instance-connect/authorized-keys-command.d"
#define DEBUG_SWITCH "/run/ec2-instance-connect/debug"
#define ASSET_TAG "/sys/devices/virtual/dmi/id/board_asset_tag"
#define HYPERVISOR_ID "/sys/hypervisor/uuid"

enum { ANSWER_ROOM = 2048, ATTRIBUTE_ROOM = 128, RECORDS_ROOM = 1024 };
static const long PATIENCE = 150 * 1000 * 1000; /* nanoseconds */

static int is_absent(long result)
{
	return result == -ENOENT || result == -ENOTDIR;
}

static long open_at(const char *path, int flags)
{
	return call(SYS_openat, (word)AT_FDCWD, (word)path, (word)(flags | O_CLOEXEC), 0, 0, 0);
}

/* ------------------------------------------------------------------ may it ask? */

/* Reads a small file; returns its size, at most ATTRIBUTE_ROOM, or the error of the call that failed. */
static long read_attribute(const char *path, char *buffer)
{
	long file = open_at(path, 0), got, size = 0;
	if (file < 0)
		return file;
	do {
		got = call(SYS_read, (word)file, (word)(buffer + size), (word)(ATTRIBUTE_ROOM - size), 0, 0, 0);
		if (got < 0)
			size = got;
		else
			size += got;
	} while (got > 0 && size < ATTRIBUTE_ROOM);
	call(SYS_close, (word)file, 0, 0, 0, 0, 0);
	return size;
}

/* Whether this certainly is an EC2 instance, by the rule of src/host/machine.ts. */
static int is_instance(void)
{
	char buffer[ATTRIBUTE_ROOM];
	long size = read_attribute(ASSET_TAG, buffer);
	if (size < 0 && !is_absent(size))
		return 0;
	if (size > 0 && is_instance_id((struct text){ buffer, (word)size }))
		return 1;
	size = read_attribute(HYPERVISOR_ID, buffer);
	return size > 0 && is_xen_instance((struct text){ buffer, (word)size });
}

/* Whether nothing at all is in the helpers' folder: what of it would be run is for the program to say. */
static int has_no_helpers(void)
{
	unsigned char records[RECORDS_ROOM];
	long folder = open_at(HELPERS, O_DIRECTORY), got;
	if (folder < 0)
		return folder == -ENOENT;
	do {
		got = call(SYS_getdents64, (word)folder, (word)records, sizeof records, 0, 0, 0);
	} while (got > 0 && names_nothing(records, (word)got));
	call(SYS_close, (word)folder, 0, 0, 0, 0, 0);
	return got == 0;
}

/*
 * The administrator's switch: while this file is there every login goes through the program, which judges it and when it
 * ends (src/host/debug-switch.ts).
 */
static int is_being_debugged(void)
{
	return call(SYS_faccessat, (word)AT_FDCWD, (word)DEBUG_SWITCH, 0, 0, 0, 0) != -ENOENT;
}

/* ------------------------------------------------------------------ the question */

static long now(void)
{
	struct timespec time = { 0, 0 };
	call(SYS_clock_gettime, CLOCK_MONOTONIC, (word)&time, 0, 0, 0, 0);
	return time.seconds * 1000000000 + time.nanoseconds;
}

/* Waits until the socket is ready; 0 when the time is up, or for any other reason to stop. */
static int wait_for(long socket, short events, long end)
{
	long left = end - now();
	struct timespec limit = { left / 1000000000, left % 1000000000 };
	struct pollfd poll = { (int)socket, events, 0 };
	return left > 0 && call(SYS_ppoll, (word)&poll, 1, (word)&limit, 0, 0, 0) == 1 && (poll.happened & events);
}

/* Connects within the time. */
static int connect_to_service(long socket, long end)
{
	static const struct socket_address service = { AF_INET, { 0, 80 }, { 169, 254, 169, 254 }, { 0 } };
	long result = call(SYS_connect, (word)socket, (word)&service, sizeof service, 0, 0, 0);
	int error = 0;
	unsigned int size = sizeof error;
	if (result != -EINPROGRESS)
		return result == 0;
	return wait_for(socket, POLLOUT, end) &&
		call(SYS_getsockopt, (word)socket, SOL_SOCKET, SO_ERROR, (word)&error, (word)&size, 0) == 0 && error == 0;
}

/* Sends a request; a few hundred bytes fit into a new connection at once, or something is wrong. */
static int send(long socket, const struct request *request)
{
	word size = request->size;
	return call(SYS_sendto, (word)socket, (word)request->bytes, size, MSG_NOSIGNAL, 0, 0) == (long)size;
}

/* Waits for more of an answer; 0 where nothing more comes, or there is no room for it. */
static int receive(long socket, char *buffer, word *size, long end)
{
	if (*size == ANSWER_ROOM || !wait_for(socket, POLLIN, end))
		return 0;
	long got = call(SYS_read, (word)socket, (word)(buffer + *size), ANSWER_ROOM - *size, 0, 0, 0);
	if (got <= 0)
		return 0;
	*size += (word)got;
	return 1;
}

/* Whether the service says, on this connection, that nobody has pushed a key for the user. */
static int service_says_nobody(long socket, const char *user, long end)
{
	struct request request;
	char answer[ANSWER_ROOM];
	struct text token = { answer, 0 };
	enum verdict verdict = WAIT;
	word size = 0;
	if (!connect_to_service(socket, end) || !ask_token(&request) || !send(socket, &request))
		return 0;
	while (verdict == WAIT && receive(socket, answer, &size, end))
		verdict = token_in((struct text){ answer, size }, &token);
	if (verdict != YES || !ask_keys(&request, user, token) || !send(socket, &request))
		return 0;
	verdict = WAIT;
	size = 0;
	while (verdict == WAIT && receive(socket, answer, &size, end))
		verdict = nobody_in((struct text){ answer, size });
	return verdict == YES;
}

/* Whether it is certain that nobody has pushed a key for the user of this call. */
static int nobody_has_pushed_a_key(word count, char *const *arguments)
{
	long end = now() + PATIENCE;
	const char *user = asked_user(count, arguments);
	if (!user || is_being_debugged() || !has_no_helpers() || !is_instance())
		return 0;
	long socket = call(SYS_socket, AF_INET, SOCK_STREAM | O_NONBLOCK | O_CLOEXEC, 0, 0, 0, 0);
	if (socket < 0)
		return 0;
	int result = service_says_nobody(socket, user, end);
	call(SYS_close, (word)socket, 0, 0, 0, 0, 0);
	return result;
}
