#include "tests/unit/tls_ends.h"

#include <string.h>

#include "tests/unit/unit.h"

struct ends ends_new(const struct redis_tls *tls, const struct certificate *c, const char *host)
{
	struct ends e = { .ctx = SSL_CTX_new(TLS_server_method()),
			  .cut_at = ENDS_NEVER,
			  .flip_at = ENDS_NEVER };

	assert_int_equal(SSL_CTX_use_certificate(e.ctx, c->x), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(e.ctx, c->key), 1);
	e.server = SSL_new(e.ctx);
	e.in = BIO_new(BIO_s_mem());
	e.out = BIO_new(BIO_s_mem());
	SSL_set_bio(e.server, e.in, e.out);
	SSL_set_accept_state(e.server);
	e.talk = talk_new(tls, host);
	text_puts(&e.clear, ENDS_WORDS);
	return e;
}

void ends_free(struct ends *e)
{
	talk_free(e->talk);
	SSL_free(e->server);
	SSL_CTX_free(e->ctx);
	text_free(&e->clear);
	text_free(&e->sent);
	text_free(&e->heard);
	text_free(&e->got);
}

static void hand_over(struct ends *e, char *bytes, size_t n)
{
	if (e->flip_at - e->passed < n)
		bytes[e->flip_at - e->passed] ^= 1;
	if (e->cut_at < e->passed + n)
		n = e->cut_at > e->passed ? e->cut_at - e->passed : 0;
	e->passed += n;
	if (n > 0)
		talk_came(e->talk, bytes, n);
}

bool ends_we(struct ends *e)
{
	struct text sealed = { 0 };
	char bytes[4096];
	ssize_t n;
	bool more;

	while ((n = talk_read(e->talk, bytes, sizeof(bytes))) > 0)
		text_add(&e->got, bytes, (size_t)n);
	talk_write(e->talk, &e->clear, &sealed);
	more = sealed.len > 0;
	if (more) {
		assert_int_equal(BIO_write(e->in, sealed.s, (int)sealed.len), sealed.len);
		text_add(&e->sent, sealed.s, sealed.len);
	}
	text_free(&sealed);
	return more && n == 0;
}

bool ends_they(struct ends *e)
{
	char bytes[16384];
	int n;

	while ((n = SSL_read(e->server, bytes, sizeof(bytes))) > 0)
		text_add(&e->heard, bytes, (size_t)n);
	n = BIO_read(e->out, bytes, e->piece ? (int)e->piece : (int)sizeof(bytes));
	if (n > 0)
		hand_over(e, bytes, (size_t)n);
	return n > 0;
}

void ends_talk(struct ends *e)
{
	bool more = true;

	for (int i = 0; more && i < 100000; i++) {
		more = ends_we(e);
		more = ends_they(e) || more;
	}
	ends_we(e);
	assert_null(e->sent.s ? memmem(e->sent.s, e->sent.len, "geheim", 6) : NULL);
}

void ends_say(struct ends *e, const char *bytes, size_t n)
{
	size_t done;

	assert_int_equal(SSL_write_ex(e->server, bytes, n, &done), 1);
}
