/* TLS 1.3 as a browser speaks it, beneath any dialect. As with plain connections little is kept of
 * one; whom it speaks to is not asked, as that is dear to us and nothing to the server. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "tests/load/load.h"

static SSL_CTX *context(void)
{
	static const unsigned char protocols[] = "\x08http/1.1";
	static SSL_CTX *ctx;

	if (ctx)
		return ctx;
	ctx = SSL_CTX_new(TLS_client_method());
	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_alpn_protos(ctx, protocols, sizeof(protocols) - 1) != 0)
		abort();
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return ctx;
}

/* What has gone wrong, as recv and send would have it. */
static ssize_t failed(struct client *c, int result)
{
	int error = SSL_get_error(c->ssl, result);
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		errno = EAGAIN;
		return -1;
	}
	if (why)
		run_fault(c->run, "tls", why, strlen(why));
	return 0;
}

/* Nothing was read yet, however it ends. */
static ssize_t shake(struct client *c)
{
	int done;

	ERR_clear_error();
	done = SSL_do_handshake(c->ssl);
	if (done != 1)
		return failed(c, done);
	c->greeted = true;
	c->run->dialect->begin(c);
	errno = EAGAIN;
	return -1;
}

void tls_open(struct client *c)
{
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	c->ssl = SSL_new(context());
	if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1 ||
	    SSL_set_tlsext_host_name(c->ssl, "localhost") != 1)
		abort();
	SSL_set_connect_state(c->ssl);
	shake(c);
}

void tls_close(struct client *c)
{
	SSL_free(c->ssl);
	c->ssl = NULL;
	c->greeted = false;
}

ssize_t tls_read(struct client *c, void *bytes, size_t n)
{
	int got;

	if (!c->greeted)
		return shake(c);
	ERR_clear_error();
	got = SSL_read(c->ssl, bytes, (int)n);
	return got > 0 ? got : failed(c, got);
}

ssize_t tls_write(struct client *c, const void *bytes, size_t n)
{
	int sent;

	ERR_clear_error();
	sent = SSL_write(c->ssl, bytes, (int)n);
	return sent > 0 ? sent : failed(c, sent);
}
