// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of key=value: words apart by blanks, a value with blanks in quotes.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "kv.h"
#include "virqctl.h"

/* The quote that ends a value: blanks or the end follow it. */
static char *closing_quote(char *text)
{
	while ((text = strchr(text, '"'))) {
		if (!text[1] || text[1] == ' ')
			return text;
		text++;
	}
	return NULL;
}

/* Cut one pair off @text. Returns what follows. */
static char *next_pair(char *text, struct kv_pair *pair)
{
	char *equals, *end;

	*pair = (struct kv_pair){ .key = text };
	end = text + strcspn(text, " ");
	equals = memchr(text, '=', end - text);
	if (equals) {
		*equals = 0;
		pair->value = equals + 1;
		if (equals[1] == '"' && closing_quote(equals + 2)) {
			pair->value++;
			pair->quoted = true;
			end = closing_quote(equals + 2);
			*end++ = 0;
		}
	}
	if (*end)
		*end++ = 0;
	return end;
}

static void parse_line(char *line, struct kv *kv)
{
	kv->nr = 0;
	while (kv->nr < KV_PAIRS) {
		line += strspn(line, " ");
		if (!*line)
			return;
		line = next_pair(line, &kv->pair[kv->nr++]);
	}
}

bool kv_next(char **text, struct kv *kv)
{
	while (*text && **text) {
		char *line = *text;

		*text = line + strcspn(line, "\n");
		if (**text)
			*(*text)++ = 0;
		if (*line == '#')
			continue;
		parse_line(line, kv);
		if (kv->nr)
			return true;
	}
	return false;
}

struct kv_lines kv_parse(char *text)
{
	struct kv_lines lines = {};
	struct kv kv;

	while (kv_next(&text, &kv)) {
		lines.kv = grow_array(lines.kv, lines.nr, &lines.room,
				      sizeof(*lines.kv));
		lines.kv[lines.nr++] = kv;
	}
	return lines;
}

const char *kv_get(const struct kv *kv, const char *key)
{
	unsigned int i;

	for (i = 0; i < kv->nr; i++)
		if (!strcmp(kv->pair[i].key, key))
			return kv->pair[i].value;
	return NULL;
}

bool kv_u64(const struct kv *kv, const char *key, uint64_t *number)
{
	const char *value = kv_get(kv, key);
	char *end;

	if (!value || !isdigit((unsigned char)*value))
		return false;
	errno = 0;
	*number = strtoull(value, &end, 0);
	return !*end && !errno;
}

bool kv_is(const struct kv *kv, const char *key, const char *value)
{
	const char *has = kv_get(kv, key);

	return has && !strcmp(has, value);
}

struct json_object *kv_json_value(const struct kv_pair *pair)
{
	const char *value = pair->value;

	if (!value || (!pair->quoted && !strcmp(value, "yes")))
		return json_object_new_boolean(true);
	if (!pair->quoted && !strcmp(value, "no"))
		return json_object_new_boolean(false);
	if (!pair->quoted && is_number(value))
		return json_object_new_uint64(strtoull(value, NULL, 10));
	return json_object_new_string(value);
}

struct json_object *kv_json(const struct kv *kv)
{
	struct json_object *object = json_object_new_object();
	unsigned int i;

	for (i = 0; i < kv->nr; i++)
		json_object_object_add(object, kv->pair[i].key,
				       kv_json_value(&kv->pair[i]));
	return object;
}

void json_print(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object,
					    JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_SPACED |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}
