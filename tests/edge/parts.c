/* Rows that need no server: what is asked of the parts that read a stranger's bytes. */
#include "tests/edge/edge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/codec.h"
#include "server/base/text.h"
#include "server/net/ticket.h"

#define NOW INT64_C(1795305600000)

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static struct keys some_keys(void)
{
	static const struct keys_where where = {
		.dir = "/nowhere",
		.tickets = "an-old-secret-of-the-installation-0001",
		.installation = "the-installation-key-32-or-more-characters",
	};
	struct keys k;
	char why[256];

	if (!keys_load(&k, &where, why, sizeof(why)))
		abort();
	return k;
}

static char *good_ticket(const struct keys *k)
{
	const struct ticket ana = { .kind = TICKET_PERSON,
				    .role = ROLE_ATTENDEE,
				    .session = "k3f9",
				    .expires = NOW + 60000,
				    .issued = NOW,
				    .sub = "somebody",
				    .name = "Ana",
				    .school = "ISB",
				    .language = LANGUAGE_EN };

	return ticket_write(k, &ana);
}

static bool is_taken(const struct keys *k, const char *text, size_t len)
{
	struct ticket t;
	bool taken = ticket_read(k, text, len, NOW, &t) != TICKET_BAD;

	ticket_free(&t);
	return taken;
}

/* --- TOK: every bit, then several at once -------------------------------------------------------
 */

bool row_flips(unsigned n)
{
	struct keys k = some_keys();
	char *good = good_ticket(&k);
	size_t len = strlen(good), n_bits = 8 * len, accepted = 0;
	bool ok = n_bits > 0 && is_taken(&k, good, len);

	for (unsigned i = 0; n_bits > 0 && i < n; i++) {
		size_t bits = i < n_bits ? 1 : 1 + (size_t)random() % 4;
		char *bad = strdup(good);

		for (size_t b = 0; b < bits; b++) {
			size_t at = bits == 1 ? i % n_bits : (size_t)random() % n_bits;

			bad[at / 8] = (char)(bad[at / 8] ^ (1 << at % 8));
		}
		accepted += strcmp(bad, good) != 0 && is_taken(&k, bad, len);
		free(bad);
	}
	for (size_t cut = 0; cut < len; cut++)
		accepted += is_taken(&k, good, cut);
	printf("row=TOK-flips tries=%zu accepted=%zu\n", n + len, accepted);
	free(good);
	keys_fini(&k);
	return ok && accepted == 0;
}

/* --- TIME: does a right beginning of the signature take longer? --------------------------------
 */

struct sum {
	double n, mean, m2;
};

static void add(struct sum *s, double x)
{
	double d = x - s->mean;

	s->n++;
	s->mean += d / s->n;
	s->m2 += d * (x - s->mean);
}

/* Of Welch. */
static double t_of(const struct sum *a, const struct sum *b)
{
	double va = a->m2 / (a->n - 1) / a->n, vb = b->m2 / (b->n - 1) / b->n;

	return (a->mean - b->mean) / sqrt(va + vb);
}

static int64_t ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What a comparison that leaks does: it goes on while letters are equal. */
static void leak(const char *a, const char *b)
{
	volatile unsigned spent = 0;

	for (size_t i = 0; a[i] == b[i] && a[i]; i++)
		for (unsigned j = 0; j < 20; j++)
			spent = spent + j;
	(void)spent;
}

/* Wrong ones of the same letters, which take as long to read. kind 0: none is where it belongs; 1:
 * all but two near the end. */
static char *wrong_ticket(const char *good, int kind)
{
	char *bad = strdup(good), *mac = bad + strlen(bad) - 43;
	size_t i = kind ? 30 : 0, n = kind ? 2 : 41;

	while (mac[i] == mac[i + n - 1])
		i++;
	for (size_t j = 0; j < n / 2; j++) {
		char c = mac[i + j];

		mac[i + j] = mac[i + n - 1 - j];
		mac[i + n - 1 - j] = c;
	}
	return bad;
}

/* Tries of both kinds by chance, each from the same memory: where a text lies changes how long it
 * takes to read. The slowest tenth, which is somebody else's doing, counts for neither.
 */
static double measure(const struct keys *k, const char *good, unsigned n, bool leaks)
{
	size_t len = strlen(good);
	struct sum sums[2] = { { 0 } };
	double *took = calloc(n, sizeof(*took)), *sorted = calloc(n, sizeof(*sorted)), limit;
	char *texts[2] = { wrong_ticket(good, 0), wrong_ticket(good, 1) };
	char *kinds = calloc(n, 1), *text = calloc(len + 1, 1);

	for (unsigned i = 0; i < n; i++) {
		int kind = (int)(random() >> 8 & 1);
		int64_t begun;

		memcpy(text, texts[kind], len);
		begun = ns();
		if (is_taken(k, text, len))
			abort();
		if (leaks)
			leak(good + len - 43, text + len - 43);
		took[i] = sorted[i] = (double)(ns() - begun);
		kinds[i] = (char)kind;
	}
	qsort(sorted, n, sizeof(*sorted), compare);
	limit = sorted[n - n / 10];
	for (unsigned i = 0; i < n; i++)
		if (took[i] <= limit)
			add(&sums[(int)kinds[i]], took[i]);
	for (int kind = 0; kind < 2; kind++)
		free(texts[kind]);
	free(text);
	free(kinds);
	free(took);
	free(sorted);
	return t_of(&sums[0], &sums[1]);
}

bool row_time(unsigned n)
{
	struct keys k = some_keys();
	char *good = good_ticket(&k);
	double t = 99, control = measure(&k, good, n, true);
	unsigned runs = 0;

	/* A machine with others on it has bad moments; what leaks does so in each of five runs. */
	while (runs < 5 && fabs(t) >= 4.5) {
		t = measure(&k, good, n, false);
		runs++;
	}
	printf("row=TIME tries=%u runs=%u t=%.2f control_t=%.1f\n", n, runs, t, control);
	free(good);
	keys_fini(&k);
	return fabs(t) < 4.5 && fabs(control) >= 4.5;
}

/* --- J-2, J-5: messages that would cost much ----------------------------------------------------
 */

static void repeat(struct text *t, const char *what, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		text_puts(t, what);
}

/* One too large in one way or another; i: how much. */
static void write_heavy(struct text *t, unsigned i)
{
	unsigned more = 1 + i / 10 * 7;

	switch (i % 10) {
	case 0:
		repeat(t, "[", LIMIT_DEPTH + more);
		return;
	case 1:
		repeat(t, "{\"a\":", LIMIT_DEPTH + more);
		return;
	case 2:
		text_puts(t, "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":");
		repeat(t, "[", LIMIT_DEPTH + more);
		repeat(t, "]", LIMIT_DEPTH + more);
		break;
	case 3:
		text_puts(t, "{\"a\":0");
		for (unsigned j = 0; j < LIMIT_KEYS + more; j++)
			text_printf(t, ",\"k%u\":1", j);
		break;
	case 4:
		text_puts(t, "{\"a\":[0");
		repeat(t, ",1", LIMIT_ITEMS + more);
		text_puts(t, "]");
		break;
	case 5:
		text_puts(t, "{\"a\":\"");
		repeat(t, "x", LIMIT_STRING_BYTES + more);
		text_puts(t, "\"");
		break;
	case 6:
		text_puts(t, "{\"a\":\"");
		repeat(t, "\\u6f22", LIMIT_STRING_BYTES / 3 + more);
		text_puts(t, "\"");
		break;
	case 7:
		text_puts(t, "{\"a\":\"");
		repeat(t, "\\\"", LIMIT_STRING_BYTES / 2 + more);
		break;
	case 8:
		text_puts(t, "{\"a\":[");
		repeat(t, "{},", LIMIT_ITEMS + more);
		break;
	default:
		repeat(t, "x", LIMIT_MESSAGE_BYTES + more);
		return;
	}
	text_puts(t, "}");
}

bool row_heavy(unsigned n)
{
	unsigned refused = 0;
	double slowest = 0;

	for (unsigned i = 0; i < n; i++) {
		struct text t = { 0 };
		struct upward up;
		struct blame blame;
		double begun;

		write_heavy(&t, i);
		begun = cpu_us();
		refused += codec_read(t.s, t.len, &up, &blame) != OK;
		begun = cpu_us() - begun;
		slowest = begun > slowest ? begun : slowest;
		text_free(&t);
	}
	printf("row=J-2 cases=%u refused=%u slowest_us=%.0f\n", n, refused, slowest);
	return refused == n && slowest < 5000; /* 1,000 on a quiet machine */
}

bool row_many_keys(unsigned n)
{
	struct text t = { 0 };
	struct upward up;
	struct blame blame;
	double begun;
	enum err err;

	text_puts(&t, "{\"command\":\"chat.say\"");
	for (unsigned i = 0; i < n; i++)
		text_printf(&t, ",\"%08x\":0", i * 0x9E3779B9u);
	text_puts(&t, "}");
	begun = cpu_us();
	err = codec_read(t.s, t.len, &up, &blame);
	begun = cpu_us() - begun;
	printf("row=J-5 keys=%u bytes=%zu refused=%d took_us=%.0f\n", n, t.len, err != OK, begun);
	text_free(&t);
	return err != OK && begun < 20000;
}
