#include "server/store/redis_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

void hash_write(const struct hash *h, char out[HASH_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_BYTES; i++) {
		out[2 * i] = digits[h->bytes[i] >> 4];
		out[2 * i + 1] = digits[h->bytes[i] & 15];
	}
	out[HASH_HEX] = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hash_read(const char *text, size_t len, struct hash *out)
{
	if (len != HASH_HEX)
		return false;
	for (size_t i = 0; i < HASH_BYTES; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out->bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

void page_free(struct redis_page *p)
{
	for (size_t i = 0; i < p->n; i++)
		msg_unref(&p->records[i].body);
	free(p->records);
	free(p->chains);
	*p = (struct redis_page){ 0 };
}

void page_add(struct redis_page *p, uint64_t seq, struct msg *body, const struct hash *chain)
{
	p->records = x_grow(p->records, p->n, sizeof(*p->records));
	p->chains = x_grow(p->chains, p->n, sizeof(*p->chains));
	p->records[p->n] = (struct store_record){ .seq = seq, .body = body };
	p->chains[p->n++] = *chain;
}

/* --- entries of a stream --- */

static bool is_text(const redisReply *r)
{
	return r && r->type == REDIS_REPLY_STRING;
}

/* [id, [name, value, ...]], the values in the order body, chain, hash. */
static bool is_entry(const redisReply *e, uint64_t seq)
{
	char id[24];

	snprintf(id, sizeof(id), "%" PRIu64 "-0", seq);
	if (e->type != REDIS_REPLY_ARRAY || e->elements != 2 || !is_text(e->element[0]) ||
	    strcmp(e->element[0]->str, id) != 0)
		return false;
	const redisReply *fields = e->element[1];
	if (fields->type != REDIS_REPLY_ARRAY || (fields->elements != 4 && fields->elements != 6))
		return false;
	for (size_t i = 0; i < fields->elements; i++)
		if (!is_text(fields->element[i]))
			return false;
	return strcmp(fields->element[0]->str, "body") == 0;
}

/* The chain that this entry must have after the one before; false when it is not whole. */
static bool next_chain(const redisReply *fields, const struct hash *before, struct hash *out)
{
	const redisReply *body = fields->element[1];
	struct hash hash;

	if (fields->elements == 4)
		hash = hash_of(body->str, body->len);
	else if (!hash_read(fields->element[5]->str, fields->element[5]->len, &hash))
		return false;
	*out = chain_next(before, &hash);
	return true;
}

const char *page_read(struct redis_page *p, const char *before, const redisReply *entries,
		      uint64_t from)
{
	struct hash chain, noted;

	p->has_before = hash_read(before, strlen(before), &p->before);
	if (entries->type != REDIS_REPLY_ARRAY || (!p->has_before && entries->elements > 0))
		return "A record is missing.";
	chain = p->before;
	for (size_t i = 0; i < entries->elements; i++) {
		const redisReply *e = entries->element[i], *body;

		if (!is_entry(e, from + i))
			return "A record is missing.";
		body = e->element[1]->element[1];
		if (!next_chain(e->element[1], &chain, &chain) ||
		    !hash_read(e->element[1]->element[3]->str, e->element[1]->element[3]->len,
			       &noted) ||
		    !hash_equal(&chain, &noted))
			return "A record is not what was appended.";
		page_add(p, from + i, msg_new(body->str, body->len), &chain);
	}
	return NULL;
}

/* --- messages --- */

/* One line of at most 160 bytes; false: there is none. */
static bool take_line(const char **bytes, size_t *len, char line[160])
{
	const char *end = memchr(*bytes, '\n', *len);
	size_t n = end ? (size_t)(end - *bytes) : 0;

	if (!end || n >= 160)
		return false;
	memcpy(line, *bytes, n);
	line[n] = '\0';
	*bytes += n + 1;
	*len -= n + 1;
	return true;
}

static bool read_one(struct redis_page *p, uint64_t seq, const char **bytes, size_t *len)
{
	char line[160], hex[HASH_HEX + 1];
	struct hash chain;
	size_t size;

	if (!take_line(bytes, len, line) || sscanf(line, "%zu %64s", &size, hex) != 2 ||
	    size > *len || !hash_read(hex, strlen(hex), &chain))
		return false;
	page_add(p, seq, msg_new(*bytes, size), &chain);
	*bytes += size;
	*len -= size;
	return true;
}

bool word_read(struct redis_word *w, const char *bytes, size_t len)
{
	static const struct hash none = { { 0 } };
	char line[160];
	uint64_t first, n;

	*w = (struct redis_word){ 0 };
	if (!take_line(&bytes, &len, line))
		return false;
	if (sscanf(line, "S %15s", w->who) == 1) {
		w->kind = WORD_SIGNAL;
		page_add(&w->page, 0, msg_new(bytes, len), &none);
		return true;
	}
	if (sscanf(line, "E %16s %" SCNu64, w->epoch, &first) == 2) {
		w->kind = WORD_ERASED;
		page_add(&w->page, first, msg_new(bytes, len), &none);
		return true;
	}
	if (strcmp(line, "D") == 0) {
		w->kind = WORD_DROPPED;
		return true;
	}
	if (sscanf(line, "R %15s %16s %" SCNu64 " %" SCNu64, w->who, w->epoch, &first, &n) != 4)
		return false;
	for (uint64_t i = 0; i < n; i++)
		if (!read_one(&w->page, first + i, &bytes, &len))
			return false;
	return n > 0;
}
