#include "server/store/redis_script.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/store.h"

/* Lua 5.1. Arguments 1 and 2 of each: the run_id of this Redis, and a name for a new epoch. A key
 * of another type is damage of this log alone: the error would end the script for all that it asks.
 */
#define LOOK                                                                                       \
	"local run, fresh = ARGV[1], ARGV[2]\n"                                                    \
	"local time = redis.call('TIME')\n"                                                        \
	"local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"                                \
	"local function renew(about, log)\n"                                                       \
	"	log.epoch, log.changed = fresh, now\n"                                                   \
	"	redis.call('HSET', about, 'epoch', fresh, 'run', run,\n"                                 \
	"		'changed', string.format('%d', now))\n"                                                 \
	"end\n"                                                                                    \
	"local function look(about, stream)\n"                                                     \
	"	local a = redis.pcall('HMGET', about,\n"                                                 \
	"		'epoch', 'run', 'head', 'chain', 'changed')\n"                                          \
	"	local size = redis.pcall('XLEN', stream)\n"                                              \
	"	local wrong = a.err or type(size) == 'table' and size.err\n"                             \
	"	if wrong then\n"                                                                         \
	"		if not string.find(wrong, 'WRONGTYPE', 1, true) then error(wrong) end\n"                \
	"		return {epoch = '', head = 0, chain = '',\n"                                            \
	"			damage = 'Its key holds something else.'}\n"                                           \
	"	end\n"                                                                                   \
	"	local log = {epoch = a[1] or '', head = tonumber(a[3] or 0) or -1,\n"                    \
	"		chain = a[4] or string.rep('0', 64), changed = tonumber(a[5] or 0) or "                 \
	"0}\n"                                                                                     \
	"	if size ~= log.head then\n"                                                              \
	"		log.damage = string.format(\n"                                                          \
	"			'Redis holds %d records of it, and its head is %d.', size, "                           \
	"log.head)\n"                                                                              \
	"	elseif a[1] and a[1] ~= '" STORE_DROPPED_EPOCH "' and a[2] ~= run then\n"          \
	"		renew(about, log)\n"                                                                    \
	"	end\n"                                                                                   \
	"	return log\n"                                                                            \
	"end\n"                                                                                    \
	"local function id(seq) return string.format('%d-0', seq) end\n"                           \
	"local function answer(word, log, ...)\n"                                                  \
	"	return {word, log.epoch, string.format('%d', log.head), ...}\n"                          \
	"end\n"                                                                                    \
	"local function damaged(log) return {'damaged', log.epoch, log.damage} end\n"              \
	"local function records(word, log, stream, from, count)\n"                                 \
	"	local before = string.rep('0', 64)\n"                                                    \
	"	if from > 1 then\n"                                                                      \
	"		local e = redis.call('XRANGE', stream, id(from - 1), id(from - 1))[1]\n"                \
	"		before = e and e[2][4] or ''\n"                                                         \
	"	end\n"                                                                                   \
	"	if from > log.head or count == 0 then return answer(word, log, before, {}) end\n"        \
	"	return answer(word, log, before,\n"                                                      \
	"		redis.call('XRANGE', stream, id(from), '+', 'COUNT', count))\n"                         \
	"end\n"

/* turn: for so many ms a loser goes first, as far as it is away. lost: the records were in the log
 * before, and come back to where they were. Nobody waits for
 * their turn then, and who is not the only one who holds them is told conflict. before ~= log.chain
 * is another history under the same name: that name ends. */
#define APPEND                                                                                     \
	"local about, stream, next = KEYS[1], KEYS[2], KEYS[3]\n"                                  \
	"local who, channel, epoch = ARGV[3], ARGV[4], ARGV[5]\n"                                  \
	"local first, before, n = tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8])\n"                 \
	"local turn = tonumber(ARGV[9])\n"                                                         \
	"local log = look(about, stream)\n"                                                        \
	"if log.damage then return damaged(log) end\n"                                             \
	"if log.epoch == '" STORE_DROPPED_EPOCH "' then return answer('none', log) end\n"          \
	"local new = epoch == '' and first == 1 and not (lost and log.head > 0)\n"                 \
	"if first <= log.head and (new or epoch == log.epoch) and not lost then\n"                 \
	"	if not new then redis.call('SET', next, who, 'PX', turn, 'NX') end\n"                    \
	"	return records('conflict', log, stream, first, 1000)\n"                                  \
	"end\n"                                                                                    \
	"if not new and (epoch ~= log.epoch or first ~= log.head + 1 or before == '') then\n"      \
	"	return answer('conflict', log, '', {})\n"                                                \
	"end\n"                                                                                    \
	"if before ~= log.chain then\n"                                                            \
	"	if not lost then renew(about, log) end\n"                                                \
	"	return answer('conflict', log, '', {})\n"                                                \
	"end\n"                                                                                    \
	"local since = now - log.changed\n"                                                        \
	"if since >= 0 and since < 2000 and not lost then\n"                                       \
	"	return answer('wait', log, '', string.format('%d', 2000 - since))\n"                     \
	"end\n"                                                                                    \
	"local ahead = redis.call('GET', next)\n"                                                  \
	"if ahead and ahead ~= who and not lost then return answer('wait', log, '', '5') end\n"    \
	"if ahead and not lost then redis.call('DEL', next) end\n"                                 \
	"if log.head == 0 then\n"                                                                  \
	"	log.epoch = fresh\n"                                                                     \
	"	redis.call('HSET', about, 'epoch', fresh, 'run', run,\n"                                 \
	"		'changed', lost and string.format('%d', now) or 0)\n"                                   \
	"end\n"                                                                                    \
	"local word = {string.format('R %s %s %d %d\\n', who, log.epoch, first, n)}\n"             \
	"for i = 0, n - 1 do\n"                                                                    \
	"	local body, chain = ARGV[10 + 2 * i], ARGV[11 + 2 * i]\n"                                \
	"	redis.call('XADD', stream, id(first + i), 'body', body, 'chain', chain)\n"               \
	"	word[#word + 1] = string.format('%d %s\\n', #body, chain)\n"                             \
	"	word[#word + 1] = body\n"                                                                \
	"end\n"                                                                                    \
	"log.head = first + n - 1\n"                                                               \
	"redis.call('HSET', about, 'head', string.format('%d', log.head),\n"                       \
	"	'chain', ARGV[9 + 2 * n])\n"                                                             \
	"redis.call('PUBLISH', channel, table.concat(word))\n"                                     \
	"return answer('ok', log)\n"

static const char append_text[] = LOOK "local lost = false\n" APPEND;
static const char restore_text[] = LOOK "local lost = true\n" APPEND;

static const char read_text[] =
	LOOK "local log = look(KEYS[1], KEYS[2])\n"
	     "if log.damage then return damaged(log) end\n"
	     "if log.head == 0 then return answer('none', log) end\n"
	     "return records('ok', log, KEYS[2], tonumber(ARGV[3]), tonumber(ARGV[4]))\n";

/* (An epoch that nobody has makes followers read, and so find the damage.) */
static const char heads_text[] = LOOK "local heads = {}\n"
				      "for i = 1, #KEYS, 2 do\n"
				      "	local log = look(KEYS[i], KEYS[i + 1])\n"
				      "	heads[#heads + 1] = log.damage and '!' or log.epoch\n"
				      "	heads[#heads + 1] = string.format('%d', log.head)\n"
				      "	heads[#heads + 1] = log.chain\n"
				      "end\n"
				      "return heads\n";

/* An entry of a stream cannot be changed: all are copied, with the stub in its place. */
static const char erase_text[] =
	LOOK "local about, stream, spare = KEYS[1], KEYS[2], KEYS[3]\n"
	     "local seq, stub, hash, channel = tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]\n"
	     "local log = look(about, stream)\n"
	     "if log.damage then return damaged(log) end\n"
	     "if seq < 1 or seq > log.head then return {'none', log.epoch, '0'} end\n"
	     "redis.call('DEL', spare)\n"
	     "for from = 1, log.head, 1000 do\n"
	     "	local slice = redis.call('XRANGE', stream, id(from), '+', 'COUNT', 1000)\n"
	     "	for i, e in ipairs(slice) do\n"
	     "		local f = e[2]\n"
	     "		if from + i - 1 == seq then\n"
	     "			redis.call('XADD', spare, e[1], 'body', stub, 'chain', f[4],\n"
	     "				'hash', f[6] or hash)\n"
	     "		else\n"
	     "			redis.call('XADD', spare, e[1], unpack(f))\n"
	     "		end\n"
	     "	end\n"
	     "end\n"
	     "redis.call('RENAME', spare, stream)\n"
	     "log.epoch = fresh\n"
	     "redis.call('HSET', about, 'epoch', fresh)\n"
	     "redis.call('PUBLISH', channel, string.format('E %s %d\\n', log.epoch, seq) .. stub)\n"
	     "return answer('ok', log)\n";

/* Whatever is there goes, also what is damaged. The mark keeps others from giving it back. */
static const char drop_text[] =
	LOOK "local about, stream, channel = KEYS[1], KEYS[2], ARGV[3]\n"
	     "redis.call('DEL', about, stream)\n"
	     "redis.call('HSET', about, 'epoch', '" STORE_DROPPED_EPOCH "')\n"
	     "redis.call('PUBLISH', channel, 'D\\n')\n"
	     "return answer('ok', look(about, stream))\n";

static const char *const texts[N_SCRIPTS] = {
	[SCRIPT_APPEND] = append_text, [SCRIPT_READ] = read_text, [SCRIPT_HEADS] = heads_text,
	[SCRIPT_ERASE] = erase_text,   [SCRIPT_DROP] = drop_text, [SCRIPT_RESTORE] = restore_text,
};
static char names[N_SCRIPTS][41];

void scripts_init(void)
{
	unsigned char sha[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	for (size_t i = 0; i < N_SCRIPTS; i++) {
		if (!EVP_Digest(texts[i], strlen(texts[i]), sha, &len, EVP_sha1(), NULL))
			x_end(X_MEMORY);
		for (size_t b = 0; b < 20; b++)
			snprintf(&names[i][2 * b], 3, "%02x", sha[b]);
	}
}

void words_add(struct redis_words *w, const char *bytes, size_t len)
{
	w->words = x_grow(w->words, w->n, sizeof(*w->words));
	w->lens = x_grow(w->lens, w->n, sizeof(*w->lens));
	w->words[w->n] = bytes;
	w->lens[w->n++] = len;
}

void words_put(struct redis_words *w, const char *format, ...)
{
	va_list args;
	char *copy;
	int n;

	va_start(args, format);
	n = vasprintf(&copy, format, args);
	va_end(args);
	if (n < 0)
		x_end(X_MEMORY);
	w->copies = x_grow(w->copies, w->n_copies, sizeof(*w->copies));
	w->copies[w->n_copies++] = copy;
	words_add(w, copy, (size_t)n);
}

void words_free(struct redis_words *w)
{
	while (w->n_copies)
		free(w->copies[--w->n_copies]);
	free(w->copies);
	free(w->words);
	free(w->lens);
	*w = (struct redis_words){ 0 };
}

bool words_send(struct redis_words *w, struct link *l, reply_fn *fn, void *arg)
{
	bool sent = link_ask(l, fn, arg, (int)w->n, w->words, w->lens);

	words_free(w);
	return sent;
}

bool words_tell(struct redis_words *w, struct link *l)
{
	bool sent = link_tell(l, (int)w->n, w->words, w->lens);

	words_free(w);
	return sent;
}

void script_begin(struct redis_words *w, enum redis_script script, bool whole, size_t n_keys)
{
	words_put(w, "%s", whole ? "EVAL" : "EVALSHA");
	words_put(w, "%s", whole ? texts[script] : names[script]);
	words_put(w, "%zu", n_keys);
}
