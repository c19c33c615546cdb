/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of key=value, as the module prints them: the one place that knows.
 */
#ifndef VIRQCTL_KV_H
#define VIRQCTL_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

#define KV_PAIRS	32

/**
 * struct kv_pair - one of a line
 * @key: its key; of a bare word the word
 * @value: what it has, without quotes; NULL for a bare word
 * @quoted: it stood in quotes
 */
struct kv_pair {
	const char *key;
	const char *value;
	bool quoted;
};

/**
 * struct kv - a line
 * @pair: what it has, in order
 * @nr: how many
 */
struct kv {
	struct kv_pair pair[KV_PAIRS];
	unsigned int nr;
};

/**
 * struct kv_lines - all lines of a text
 * @kv: the lines
 * @nr: how many
 * @room: for how many there is memory
 */
struct kv_lines {
	struct kv *kv;
	size_t nr, room;
};

/* They point into @text, which is written into. @kv is to be freed. */
struct kv_lines kv_parse(char *text);

/*
 * Cut the first line off *@text, which is written into, and what it has goes to
 * @kv. Lines without anything and comments are skipped. False at the end.
 */
bool kv_next(char **text, struct kv *kv);

/* The value of @key; NULL if there is none. */
const char *kv_get(const struct kv *kv, const char *key);

/* It as a number, decimal or 0x. False if there is none, or it is no number. */
bool kv_u64(const struct kv *kv, const char *key, uint64_t *number);

/* Whether @key has the value @value. */
bool kv_is(const struct kv *kv, const char *key, const char *value);

/*
 * A value for JSON: a decimal number becomes a number, yes and no become true
 * and false, all else is a string.
 */
struct json_object *kv_json_value(const struct kv_pair *pair);

/* A line for JSON; a bare word is "word": true. */
struct json_object *kv_json(const struct kv *kv);

/* Print @object, and release it. */
void json_print(struct json_object *object);

#endif /* VIRQCTL_KV_H */
