/*
 * Puts texts before the rules of the gate (packaging/launcher/rules.h) and prints a line for each: what was decided.
 *
 * Standard input is a row of records: a letter, the size of a text and a number (32 bits each, little-endian), the text.
 * An answer comes in pieces whose sizes depend on the number, and the first verdict that is not WAIT counts, as in the
 * gate. Every text stands in memory of its own size, so that the address sanitizer sees each byte that is read beyond.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../packaging/launcher/rules.h"

enum { ROOM = 2048, TEXTS_MAX = 8 };

static char *copy_of(const char *text, word size)
{
	char *copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, text, size);
	return copy;
}

/* Builds the next request from a token as the gate does; nothing of it may be out of place. */
static void build_requests(struct text token)
{
	struct request request;
	const char *user = "user_of.32-characters_0123456789";
	if (!ask_token(&request) || !ask_keys(&request, user, token))
		abort();
}

static void judge_answer(char kind, const char *text, word size, uint32_t pieces)
{
	enum verdict verdict = WAIT;
	word got = 0;
	char *copy = 0;
	struct text token = { 0, 0 };
	if (size > ROOM)
		size = ROOM;
	while (verdict == WAIT && got < size) {
		pieces = pieces * 1664525 + 1013904223;
		got += 1 + (pieces >> 24) % (pieces >> 30 ? 255 : 3);
		if (got > size)
			got = size;
		free(copy);
		copy = copy_of(text, got);
		struct text answer = { copy, got };
		verdict = kind == 'n' ? nobody_in(answer) : token_in(answer, &token);
	}
	printf("%c %lu ", "WYA"[verdict], got);
	if (kind == 't' && verdict == YES) {
		build_requests(token);
		fwrite(token.start, 1, token.size, stdout);
	}
	putchar('\n');
	free(copy);
}

/* The text is the arguments of a call, each with a zero behind it. */
static void judge_call(const char *text, word size)
{
	char *arguments[TEXTS_MAX + 1] = { 0 };
	word count = 0;
	for (word at = 0; at < size && count < TEXTS_MAX;) {
		word length = strlen(text + at) + 1;
		arguments[count++] = copy_of(text + at, length);
		at += length;
	}
	const char *user = asked_user(count, arguments);
	printf("%s\n", user ? user : "");
	while (count)
		free(arguments[--count]);
}

static void judge(char kind, const char *text, word size, uint32_t pieces)
{
	struct text whole = { text, size };
	switch (kind) {
	case 'n':
	case 't':
		judge_answer(kind, text, size, pieces);
		break;
	case 'c':
		judge_call(text, size);
		break;
	case 'i':
		printf("%d\n", is_instance_id(whole));
		break;
	case 'x':
		printf("%d\n", is_xen_instance(whole));
		break;
	case 'd':
		printf("%d\n", names_nothing((const unsigned char *)text, size));
		break;
	default:
		abort();
	}
}

int main(void)
{
	unsigned char head[9];
	while (fread(head, sizeof head, 1, stdin) == 1) {
		uint32_t size, pieces;
		memcpy(&size, head + 1, sizeof size);
		memcpy(&pieces, head + 5, sizeof pieces);
		char *text = malloc(size ? size : 1);
		if (!text || (size && fread(text, size, 1, stdin) != 1))
			abort();
		judge((char)head[0], text, size, pieces);
		free(text);
	}
	return 0;
}
