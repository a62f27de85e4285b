#include "tests/redis/papers.h"

#include <stdio.h>
#include <string.h>

void papers_path(const struct papers *p, const char *name, const char *end, char out[PATH_SIZE])
{
	snprintf(out, PATH_SIZE, "%s/%s%s", p->bench->dir, name, end);
}

struct papers papers_new(struct bench *b)
{
	struct papers p = { .bench = b };

	p.root = certificate_new((struct certificate_how){ 0 });
	p.other = certificate_new((struct certificate_how){ 0 });
	papers_path(&p, "ca", ".pem", p.ca);
	papers_path(&p, "other", ".pem", p.other_ca);
	certificate_write(&p.root, p.ca, NULL);
	certificate_write(&p.other, p.other_ca, NULL);
	return p;
}

void papers_free(struct papers *p)
{
	certificate_free(&p->root);
	certificate_free(&p->other);
}

void papers_issue(const struct papers *p, const char *name, struct certificate_how how)
{
	char pem[PATH_SIZE], key[PATH_SIZE];
	struct certificate c;

	how.by = how.by ? how.by : &p->root;
	c = certificate_new(how);
	papers_path(p, name, ".pem", pem);
	papers_path(p, name, "-key.pem", key);
	certificate_write(&c, pem, key);
	certificate_free(&c);
}

struct redis_tls *papers_trusting(const struct papers *p, const char *ca, const char *name)
{
	char why[400] = "", pem[PATH_SIZE] = "", key[PATH_SIZE] = "";
	struct redis_tls *tls;

	if (name) {
		papers_path(p, name, ".pem", pem);
		papers_path(p, name, "-key.pem", key);
	}
	tls = redis_tls_new(ca, pem, key, why, sizeof(why));
	if (!tls)
		fail_msg("%s", why);
	return tls;
}

uint16_t papers_start(struct redis_server *s, const struct papers *p, const char *name,
		      uint16_t port, const char *const *more)
{
	char pem[PATH_SIZE], key[PATH_SIZE], dir[PATH_SIZE], text[8];
	const char *words[24] = { "--tls-port",         text, "--bind",         "127.0.0.1",
				  "--tls-cert-file",    pem,  "--tls-key-file", key,
				  "--tls-ca-cert-file", p->ca };
	size_t n = 10;

	port = port ? port : free_port();
	snprintf(text, sizeof(text), "%u", port);
	papers_path(p, name, ".pem", pem);
	papers_path(p, name, "-key.pem", key);
	papers_path(p, name, "", dir);
	while (*more && n < 23)
		words[n++] = *more++;
	redis_server_start(s, dir, words);
	return port;
}
