/* The configuration: read once at the start, then constant.
 * A value comes from a flag (--listen.port=80), else from the environment (JOBALIKE_LISTEN_PORT),
 * else from a file (--config FILE, INI), else from the table in conf_table.c, which also says what
 * each option means. An unknown key is an error and names where it stands. */
#ifndef JOBALIKE_BASE_CONF_H
#define JOBALIKE_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "server/base/conf_redis.h"

enum conf_store { CONF_STORE_SQLITE, CONF_STORE_MEMORY, CONF_STORE_REDIS };
enum conf_durable { CONF_DURABLE_ALWAYS, CONF_DURABLE_EVERYSEC };
enum conf_synchronous { CONF_SYNC_FULL, CONF_SYNC_NORMAL };

struct conf_list {
	char **items;
	size_t n;
};

/* Texts are never NULL: one that is not set is "". Owned by the configuration, freed by conf_fini.
 */
struct conf {
	struct {
		char *host;   /* a numeric address, IPv4 or IPv6 */
		int64_t port; /* 0: any that is free; say which */
		bool shared;  /* with other instances of this machine */
	} listen;
	struct {
		char *url;
		int synchronous;              /* enum conf_synchronous */
		int64_t keep_days;            /* 0: for ever */
		enum conf_store kind;         /* of url */
		char *path;                   /* the database file; "" for memory */
		struct conf_redis_list redis; /* of url; empty for the others */
	} store;
	struct {
		char *user;
		char *password; /* secret */
		char *prefix;
		int durable; /* enum conf_durable */
		struct conf_list sentinels;
		char *master;
		char *ca, *certificate, *key; /* paths, for rediss:// */
	} redis;
	struct {
		char *dir;
	} data;
	struct {
		char *tickets;      /* secret; "": the one in data.dir, made at the first start */
		char *installation; /* secret; likewise */
	} keys;
	struct {
		int level;  /* enum log_level */
		int format; /* enum log_format */
	} log;
	struct {
		int64_t message_bytes;
		int64_t connections;
		int64_t connections_per_address;
		int64_t connects_per_second;
		int64_t half_open_per_address;
		int64_t joins_per_second;
		int64_t http_percent;
		int64_t rate_percent; /* 0: rates are not asked */
		int64_t queue_bytes;
		int64_t session_megabytes;
	} limits;
	struct {
		char *certificate, *key; /* paths, both or none */
		bool on;
	} tls;
	struct {
		char *public_url; /* without a slash at its end */
		struct conf_list allowed_origins;
		struct conf_list trusted_proxies;
	} http;
	struct {
		int64_t away_s;
		int64_t unload_s;
	} session;
	struct {
		bool session;
	} demo;
	struct {
		char *user;
		int seccomp; /* enum confine */
		bool core;
	} process;
	struct {
		char *listen;
		bool on;
		char *host; /* of listen, when on */
		uint16_t port;
	} admin;
	struct conf_given *given; /* each value as it was written, and where; for conf_print */
};

/* Reads flags, environment and files into *c and does what --help, --version, --default-config,
 * --check-config and --print-config ask. Returns -1 when the program shall go on with *c, else the
 * status to exit with: 0, or 2 after each mistake has been said on err, one a line.
 * c is valid for conf_fini whatever is returned. env is as in environ(7). */
int conf_load(struct conf *c, int argc, char **argv, char *const *env, FILE *out, FILE *err);
void conf_fini(struct conf *c);

/* Takes over from a fresh reading what may change while the program runs, and tells each option
 * that is another one now: live, or only after a new start. */
typedef void (*conf_told_fn)(void *arg, const char *option, bool live);
void conf_adopt(struct conf *c, struct conf *fresh, conf_told_fn told, void *arg);

/* Every value with its source, as a file that could be read again but for secrets, which are
 * masked. */
void conf_print(const struct conf *c, FILE *out);
/* Every option with its explanation and its default: configs/reference.ini. */
void conf_print_reference(FILE *out);

#endif
