/*
 * What the gate believes: of a call, of the machine, of an answer. Text in, a verdict out, no system calls, so that
 * the tests can feed it whatever they like. Text has a length and no end mark, except for the arguments of a call, which
 * the kernel has ended with a zero. Every index is compared with the length before it is used.
 */
#ifndef RULES_H
#define RULES_H

typedef unsigned long word;

struct text {
	const char *start;
	word size;
};

/* Of something that comes piece by piece. */
enum verdict {
	WAIT, /* well-formed so far; more must come before there is an answer */
	YES,
	ASIDE, /* no, or anything that is not understood: the program's affair */
};

enum { TOKEN_MAX = 1000, USER_MAX = 32, REQUEST_ROOM = 1536 };

static int is_between(char c, char first, char last)
{
	return c >= first && c <= last;
}

static int is_digit(char c)
{
	return is_between(c, '0', '9');
}

static int is_letter_or_digit(char c)
{
	return is_between(c, 'a', 'z') || is_between(c, 'A', 'Z') || is_digit(c);
}

static int is_one_of(char c, const char *set)
{
	for (; *set; set++) {
		if (*set == c)
			return 1;
	}
	return 0;
}

/* Whether the whole text is `expected`. */
static int equals(const char *text, const char *expected)
{
	while (*expected && *text == *expected)
		text++, expected++;
	return *text == *expected;
}

/* Whether the text begins so; returns how long that is. */
static word begins(struct text text, const char *expected)
{
	word size = 0;
	while (expected[size]) {
		if (size == text.size || text.start[size] != expected[size])
			return 0;
		size++;
	}
	return size;
}

/* ------------------------------------------------------------------ of a call */

/*
 * Whether a key can be pushed for this user (src/ssh/user-name.ts), and the name is the same in a URL: `@` and a `$` at
 * the end, which domains have, would have to be encoded.
 */
static int is_plain_user(const char *user)
{
	word size = 0;
	if (!is_letter_or_digit(user[0]) && user[0] != '_')
		return 0;
	for (; user[size]; size++) {
		if (size == USER_MAX || (!is_letter_or_digit(user[size]) && !is_one_of(user[size], "._-")))
			return 0;
	}
	return 1;
}

/* Whether this is what sshd gives for %f: `SHA256:` and 43 of base64, `MD5` and 16 of `:` and two hex digits. */
static int is_fingerprint(const char *text)
{
	static const char sha256[] = "SHA256:", md5[] = "MD5";
	word size = 0;
	if (text[0] == 'S') {
		for (; size < 7 + 43; size++) {
			char c = text[size];
			if (size < 7 ? c != sha256[size] : !is_letter_or_digit(c) && !is_one_of(c, "+/"))
				return 0;
		}
		return !text[size];
	}
	for (; size < 3 + 16 * 3; size++) {
		char c = text[size];
		if (size < 3 ? c != md5[size] : size % 3 == 0 ? c != ':' : !is_digit(c) && !is_between(c, 'a', 'f'))
			return 0;
	}
	return !text[size];
}

/*
 * Where the login's arguments begin: behind the name `eic_run_authorized_keys`, or behind the command `authorized-keys`.
 * Zero for any other call.
 */
static word sshd_arguments(word count, char *const *arguments)
{
	const char *name = arguments[0];
	for (const char *c = name; *c; c++) {
		if (*c == '/')
			name = c + 1;
	}
	if (equals(name, "eic_run_authorized_keys"))
		return 1;
	return count > 1 && equals(arguments[1], "authorized-keys") ? 2 : 0;
}

/* The user of a call with `USER [FINGERPRINT]` alone. Zero for any other call. */
static const char *asked_user(word count, char *const *arguments)
{
	word first = sshd_arguments(count, arguments);
	if (!first || count <= first || count > first + 2 || !is_plain_user(arguments[first]))
		return 0;
	if (count == first + 2 && !is_fingerprint(arguments[first + 1]))
		return 0;
	return arguments[first];
}

/* ------------------------------------------------------------------ of the machine */

/* Whether the board's asset tag is the id of an instance: `i-` and 8 to 32 hex digits (src/host/machine.ts). */
static int is_instance_id(struct text tag)
{
	word size = begins(tag, "i-");
	if (!size)
		return 0;
	while (size < tag.size && (is_digit(tag.start[size]) || is_between(tag.start[size], 'a', 'f')))
		size++;
	if (size < 2 + 8 || size > 2 + 32)
		return 0;
	return size == tag.size || (size + 1 == tag.size && tag.start[size] == '\n');
}

/* Whether the hypervisor's id is that of a Xen instance. */
static int is_xen_instance(struct text uuid)
{
	return begins(uuid, "ec2") != 0;
}

/*
 * Whether these records of getdents64(2) name nothing but the folder and its parent. A record has its own length at 16,
 * and at 19 the name, which ends with a zero.
 */
static int names_nothing(const unsigned char *records, word size)
{
	word at = 0;
	while (at < size) {
		if (size - at < 24)
			return 0;
		const unsigned char *record = records + at;
		word length = record[16] | (word)record[17] << 8;
		word dots = record[19] == '.' ? record[20] == '.' ? 2 : 1 : 0;
		if (!dots || record[19 + dots] || length < 24 || length > size - at)
			return 0;
		at += length;
	}
	return 1;
}

/* ------------------------------------------------------------------ of an answer (RFC 9112) */

struct head {
	word status; /* 0 until its line is whole */
	word size; /* with the empty line that ends it; 0 until that has come */
	word lengths, length; /* how many Content-Length there are, and the value */
	word codings; /* how many Transfer-Encoding there are */
};

/*
 * Where a line ends: the index of its CR LF, or the text's size where that has not come yet. Visible ASCII, spaces and
 * tabs are all that a line may have; anything else gives size + 1.
 */
static word line_end(struct text text, word from)
{
	word at = from;
	while (at < text.size && (is_between(text.start[at], ' ', '~') || text.start[at] == '\t'))
		at++;
	if (at == text.size)
		return at;
	if (text.start[at] != '\r')
		return text.size + 1;
	if (at + 1 == text.size)
		return text.size;
	return text.start[at + 1] == '\n' ? at : text.size + 1;
}

/* `HTTP/1.1 404 Not Found`: a version, three digits, a phrase that may be empty. The status, or 0. */
static word status_of(struct text line)
{
	const char *at = line.start;
	if (line.size < 13 || begins(line, "HTTP/1.") != 7 || !is_one_of(at[7], "01") || at[8] != ' ')
		return 0;
	if (!is_between(at[9], '1', '5') || !is_digit(at[10]) || !is_digit(at[11]) || at[12] != ' ')
		return 0;
	return (word)(at[9] - '0') * 100 + (word)(at[10] - '0') * 10 + (word)(at[11] - '0');
}

/* Whether a field has this name, which is given in small letters. */
static int is_named(struct text field, const char *name)
{
	word size = 0;
	for (; name[size]; size++) {
		char c = size < field.size ? field.start[size] : 0;
		if (is_between(c, 'A', 'Z'))
			c = (char)(c | 0x20);
		if (c != name[size])
			return 0;
	}
	return field.start[size] == ':';
}

/* The value of a Content-Length, up to six digits; 0 where it has another form. */
static int read_length(struct text value, word *length)
{
	word at = 0, digits = 0;
	*length = 0;
	while (at < value.size && is_one_of(value.start[at], " \t"))
		at++;
	for (; at < value.size && is_digit(value.start[at]); at++, digits++) {
		if (digits == 6)
			return 0;
		*length = *length * 10 + (word)(value.start[at] - '0');
	}
	while (at < value.size && is_one_of(value.start[at], " \t"))
		at++;
	return digits && at == value.size;
}

/* Takes a whole field line into the head; 0 where it has not the form of one. */
static int take_field(struct text line, struct head *head)
{
	word name = 0;
	while (name < line.size && (is_letter_or_digit(line.start[name]) || is_one_of(line.start[name], "!#$%&'*+-.^_`|~")))
		name++;
	if (!name || name == line.size || line.start[name] != ':')
		return 0;
	if (is_named(line, "content-length")) {
		struct text value = { line.start + name + 1, line.size - name - 1 };
		return !head->lengths++ && read_length(value, &head->length);
	}
	if (is_named(line, "transfer-encoding"))
		head->codings++;
	return 1;
}

/* Reads as many lines of a head as are there; 0 where they are not well-formed. */
static int read_head(struct text text, struct head *head)
{
	word from = 0;
	head->status = head->size = head->lengths = head->length = head->codings = 0;
	for (;;) {
		word end = line_end(text, from);
		if (end >= text.size)
			return end == text.size;
		struct text line = { text.start + from, end - from };
		from = end + 2;
		if (!head->status) {
			head->status = status_of(line);
			if (!head->status)
				return 0;
		} else if (!line.size) {
			head->size = from;
			return 1;
		} else if (!take_field(line, head) || (head->lengths && head->codings)) {
			return 0;
		}
	}
}

/* Whether this answer gives a session token, and which: status 200, one Content-Length, one word and nothing behind it. */
static enum verdict token_in(struct text answer, struct text *token)
{
	struct head head;
	if (!read_head(answer, &head) || (head.status && head.status != 200))
		return ASIDE;
	if (!head.size)
		return WAIT;
	word size = answer.size - head.size;
	if (head.lengths != 1 || !head.length || head.length > TOKEN_MAX || size > head.length)
		return ASIDE;
	token->start = answer.start + head.size;
	token->size = size;
	for (word i = 0; i < size; i++) {
		if (!is_letter_or_digit(token->start[i]) && !is_one_of(token->start[i], "+/=_-"))
			return ASIDE;
	}
	return size == head.length ? YES : WAIT;
}

/*
 * Whether this answer says that nobody has pushed a key: status 404. What stands behind that is not waited for, but the
 * lines of it that have come must be well-formed.
 */
static enum verdict nobody_in(struct text answer)
{
	struct head head;
	if (!read_head(answer, &head) || (head.size && head.lengths && answer.size - head.size > head.length))
		return ASIDE;
	return !head.status ? WAIT : head.status == 404 ? YES : ASIDE;
}

/* ------------------------------------------------------------------ of a request */

struct request {
	word size;
	char bytes[REQUEST_ROOM];
};

/* Adds a text; 0 where there is no room for it. */
static int add(struct request *request, struct text text)
{
	if (text.size > REQUEST_ROOM - request->size)
		return 0;
	for (word i = 0; i < text.size; i++)
		request->bytes[request->size++] = text.start[i];
	return 1;
}

static struct text text_of(const char *words)
{
	struct text text = { words, 0 };
	while (words[text.size])
		text.size++;
	return text;
}

#define HOST "Host: 169.254.169.254\r\n"
#define ABOUT "Accept: */*\r\nUser-Agent: ec2-instance-connect\r\n\r\n"

/* Asks for a token that lives as long as a run of the program (src/imds/limits.ts). */
static int ask_token(struct request *request)
{
	request->size = 0;
	return add(request, text_of("PUT /latest/api/token HTTP/1.1\r\n" HOST
		"X-aws-ec2-metadata-token-ttl-seconds: 10\r\nContent-Length: 0\r\n" ABOUT));
}

/* Asks for the keys of a user whom is_plain_user has passed, with a token from token_in. */
static int ask_keys(struct request *request, const char *user, struct text token)
{
	request->size = 0;
	return add(request, text_of("GET /latest/meta-data/managed-ssh-keys/active-keys/")) && add(request, text_of(user)) &&
		add(request, text_of("/ HTTP/1.1\r\n" HOST "X-aws-ec2-metadata-token: ")) && add(request, token) &&
		add(request, text_of("\r\n" ABOUT));
}

#endif
