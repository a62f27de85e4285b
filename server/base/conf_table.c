#include "server/base/conf_table.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/conf.h"

#define ADDRESS_MAX 46 /* bytes of a numeric address with its NUL */

static bool is_address(const char *text)
{
	struct in6_addr any;

	return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

/* Digits only, so that neither "+1" nor " 1" is one. */
static bool read_digits(const char *text, long max, long *out)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 9 || text[n] != '\0')
		return false;
	*out = strtol(text, NULL, 10);
	return *out <= max;
}

bool conf_split_address(const char *text, char *host, uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	long number = 0;

	if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n == 0 || n >= ADDRESS_MAX || !read_digits(colon + 1, 65535, &number))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	*port = (uint16_t)number;
	return is_address(host);
}

static const char *wrong_address(const char *value)
{
	return is_address(value) ? NULL : "not a numeric address such as 127.0.0.1, 0.0.0.0 or ::1";
}

static const char *wrong_admin(const char *value)
{
	char host[ADDRESS_MAX];
	uint16_t port;

	if (strcmp(value, "off") == 0 || conf_split_address(value, host, &port))
		return NULL;
	return "neither off nor an address with a port such as 127.0.0.1:9090";
}

static const char *wrong_redis(const char *value)
{
	struct conf_redis_list list = { 0 };
	const char *why = conf_redis_read(&list, value);

	conf_redis_free(&list);
	return why;
}

static const char *wrong_prefix(const char *value)
{
	size_t n = strlen(value);

	return n <= 64 && strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789:._-") == n
		       ? NULL
		       : "more than 64 letters, digits and :._-";
}

static const char *wrong_store(const char *value)
{
	if (strcmp(value, "memory:") == 0 || strncmp(value, "sqlite:", 7) == 0)
		return NULL;
	if (conf_is_redis(value))
		return wrong_redis(value);
	return "neither sqlite:PATH nor redis://HOST:PORT nor memory:";
}

/* The length of scheme and host, up to the path; 0 when it does not begin as a web address. */
static size_t origin_length(const char *value)
{
	size_t scheme = strncmp(value, "https://", 8) == 0  ? 8
			: strncmp(value, "http://", 7) == 0 ? 7
							    : 0;
	size_t host = scheme ? strcspn(value + scheme, "/?#@ \"<>\\") : 0;

	return host ? scheme + host : 0;
}

static const char *wrong_url(const char *value)
{
	size_t n = origin_length(value);

	if (n == 0 || (value[n] != '\0' && value[n] != '/') || strpbrk(value, "?#@ \"<>\\"))
		return "not a web address such as https://meet.example.org";
	return NULL;
}

static const char *wrong_origin(const char *value)
{
	size_t n = origin_length(value);

	for (const char *c = value; *c; c++)
		if (isupper((unsigned char)*c))
			return "an origin is written in lower case, as browsers send it";
	return n != 0 && value[n] == '\0'
		       ? NULL
		       : "not an origin such as https://meet.example.org, without a path";
}

static const char *wrong_network(const char *value)
{
	char host[ADDRESS_MAX];
	size_t n = strcspn(value, "/");
	long bits = 0;

	if (n >= sizeof(host))
		return "not an address or network such as 10.0.0.0/8";
	memcpy(host, value, n);
	host[n] = '\0';
	if (!is_address(host))
		return "not an address or network such as 10.0.0.0/8";
	if (value[n] == '/' && !read_digits(value + n + 1, strchr(host, ':') ? 128 : 32, &bits))
		return "the part after / is not a number of bits";
	return NULL;
}

static const char *wrong_secret(const char *value)
{
	return strlen(value) >= 32 ? NULL : "shorter than 32 characters";
}

#define AT(member) offsetof(struct conf, member)

const struct conf_option conf_options[] = {
	{ "listen", "host", CONF_TEXT, AT(listen.host), "127.0.0.1", .wrong = wrong_address,
	  .doc = "Address to listen on. 127.0.0.1 is this machine alone, 0.0.0.0 every IPv4 "
		 "address,\n"
		 ":: every address. Before the world may come in: [tls], or a proxy in front that "
		 "speaks "
		 "it." },
	{ "listen", "port", CONF_NUMBER, AT(listen.port), "8080", 0, 65535,
	  .doc = "Port to listen on. 0 takes any that is free; the first line says which." },
	{ "listen", "shared", CONF_BOOL, AT(listen.shared), "no",
	  .doc = "Several instances of this machine listen on one port, and the kernel spreads "
		 "new\n"
		 "connections over them. They need a store that they share: redis://." },
	{ "tls", "certificate", CONF_TEXT, AT(tls.certificate), "", .live = true,
	  .doc = "File with the certificate and those that lead to its root, as PEM. Empty: no "
		 "TLS.\n"
		 "SIGHUP reads it anew, and the next connection has it." },
	{ "tls", "key", CONF_TEXT, AT(tls.key), "", .live = true,
	  .doc = "File with its private key, as PEM without a pass phrase, for our eyes only." },
	{ "http", "public_url", CONF_TEXT, AT(http.public_url), "", .wrong = wrong_url,
	  .doc = "The address under which people reach this server, as it stands in join links:\n"
		 "https://meet.example.org. Empty: made from host and port." },
	{ "http", "allowed_origins", CONF_LIST, AT(http.allowed_origins), "", .wrong = wrong_origin,
	  .live = true,
	  .doc = "Pages of other sites that may connect, each as scheme://host[:port]. Our own "
		 "page\n"
		 "always may. Empty: nobody else. Several: with spaces between, or the line "
		 "repeated." },
	{ "http", "trusted_proxies", CONF_LIST, AT(http.trusted_proxies), "",
	  .wrong = wrong_network, .live = true,
	  .doc = "Addresses or networks of proxies whose X-Forwarded-For is believed: 10.0.0.0/8 "
		 "::1.\n"
		 "Empty: nobody's, and limits per address count the proxy as one." },
	{ "admin", "listen", CONF_TEXT, AT(admin.listen), "127.0.0.1:0", .wrong = wrong_admin,
	  .doc = "Second listener, for metrics and operators: address:port, port 0 for any that "
		 "is\n"
		 "free, or off. Nobody is asked for a key here: keep it on the loopback." },
	{ "data", "dir", CONF_TEXT, AT(data.dir), "./var",
	  .doc = "Folder of everything that is kept; made at the first start. The keys of tickets "
		 "are\n"
		 "its keys/tickets, the installation key its install.key." },
	{ "store", "url", CONF_TEXT, AT(store.url), "sqlite:", .wrong = wrong_store,
	  .doc = "Where sessions are kept. sqlite:PATH is a database file, sqlite: alone is\n"
		 "jobalike.db in data.dir. memory: keeps nothing after the end, for trying out.\n"
		 "redis://HOST[:PORT][/DB] or redis+unix:///PATH[?db=DB] lets several instances "
		 "share them,\n"
		 "rediss:// over TLS, which asks who the other end is ([redis] ca). "
		 "Several, with spaces\n"
		 "between, are given a part of the sessions each, by their names:\n"
		 "redis://10.0.0.5#one redis://10.0.0.6#two. Every instance needs the same list." },
	{ "store", "synchronous", CONF_WORD, AT(store.synchronous), "full", .words = "full normal",
	  .doc = "full: what was acknowledged survives a power cut. normal: it survives the end "
		 "of\n"
		 "this program, but a power cut may take the last moments." },
	{ "store", "keep_days", CONF_NUMBER, AT(store.keep_days), "0", 0, 36500,
	  .doc = "Days after its end when a session is deleted for ever: after it was closed, or, "
		 "if nobody\n"
		 "did, after its planned end and what was said last. Not while somebody is in it.\n"
		 "0: all are kept." },
	{ "redis", "user", CONF_TEXT, AT(redis.user), "",
	  .doc = "Who we are for Redis (its ACL). Empty: its default user." },
	{ "redis", "password", CONF_SECRET, AT(redis.password), "",
	  .doc = "Its password. Best in a file that JOBALIKE_REDIS_PASSWORD_FILE names." },
	{ "redis", "prefix", CONF_TEXT, AT(redis.prefix), "jobalike:", .wrong = wrong_prefix,
	  .doc = "What every key and channel begins with, so that others may use the same "
		 "Redis." },
	{ "redis", "durable", CONF_WORD, AT(redis.durable), "always", .words = "always everysec",
	  .doc = "What Redis must have as appendfsync, or better. always: what was acknowledged "
		 "survives\n"
		 "a power cut. everysec: a power cut may take the last two seconds." },
	{ "redis", "sentinels", CONF_LIST, AT(redis.sentinels), "", .wrong = conf_wrong_sentinel,
	  .doc = "host:port of sentinels that know where Redis is; store.url is redis:// then, "
		 "or rediss://\n"
		 "and the sentinels speak TLS, too. A failover may lose what was acknowledged: "
		 "what an\n"
		 "instance still holds is given back." },
	{ "redis", "master", CONF_TEXT, AT(redis.master), "",
	  .doc = "What the sentinels call it." },
	{ "redis", "ca", CONF_TEXT, AT(redis.ca), "",
	  .doc = "File with the roots that a rediss:// is trusted by, as PEM. Empty: those of "
		 "the system.\n"
		 "This file and the next two are read at the start only." },
	{ "redis", "certificate", CONF_TEXT, AT(redis.certificate), "",
	  .doc = "File with our certificate, for a Redis that asks for one (tls-auth-clients), "
		 "as PEM." },
	{ "redis", "key", CONF_TEXT, AT(redis.key), "",
	  .doc = "File with its private key, as PEM without a pass phrase, for our eyes only." },
	{ "keys", "tickets", CONF_SECRET, AT(keys.tickets), "", .wrong = wrong_secret, .live = true,
	  .doc = "Secret that signs tickets and invitations, at least 32 characters; a second one "
		 "after a\n"
		 "space still opens what it signed. Empty: made at the first start and kept in "
		 "data.dir.\n"
		 "Best in a file that JOBALIKE_KEYS_TICKETS_FILE names; never as a flag." },
	{ "keys", "installation", CONF_SECRET, AT(keys.installation), "", .wrong = wrong_secret,
	  .live = true,
	  .doc = "Secret that planning asks for, as a bearer. Empty: as above. Join codes and who "
		 "a\n"
		 "device is follow from it: with another one, other codes are right, and those who "
		 "were\n"
		 "removed may come again.\n"
		 "Best in a file that JOBALIKE_KEYS_INSTALLATION_FILE names; never as a flag." },
	{ "process", "user", CONF_TEXT, AT(process.user), "",
	  .doc = "User to become once the ports are taken, for a start as root. Empty: whoever "
		 "starts it." },
	{ "process", "seccomp", CONF_WORD, AT(process.seccomp), "on", .words = "off on audit",
	  .doc = "on: the kernel refuses what this program never asks for, and ends it when it "
		 "asks "
		 "for\n"
		 "another program. audit: it is only told to the kernel's log." },
	{ "process", "core", CONF_BOOL, AT(process.core), "no",
	  .doc = "Leave the memory in a file when the program dies. It holds keys and what was "
		 "said." },
	{ "log", "level", CONF_WORD, AT(log.level), "info", .words = "none error warn info debug",
	  .live = true,
	  .doc = "Least level that is logged, to standard error. Texts people wrote and tickets "
		 "never are." },
	{ "log", "format", CONF_WORD, AT(log.format), "json", .words = "json text", .live = true,
	  .doc = "json: an object a line, for programs. text: for eyes at a terminal." },
	{ "session", "away_s", CONF_NUMBER, AT(session.away_s), "60", 1, 3600,
	  .doc = "Seconds without a connection after which somebody's seat and hand are free." },
	{ "session", "unload_s", CONF_NUMBER, AT(session.unload_s), "300", 1, 86400,
	  .doc = "Seconds after which a session that nobody has open leaves memory. It stays "
		 "stored." },
	{ "demo", "session", CONF_BOOL, AT(demo.session), "no",
	  .doc = "Open a sample session if there is none, and print its links at the start." },
	{ "limits", "message_bytes", CONF_NUMBER, AT(limits.message_bytes), "16384", 1024, 16384,
	  .doc = "Largest message a client may send; the protocol allows no more than the "
		 "default." },
	{ "limits", "connections", CONF_NUMBER, AT(limits.connections), "20000", 1, 1000000,
	  .doc = "Connections at once. The limit of open files (ulimit -n) must be higher." },
	{ "limits", "connections_per_address", CONF_NUMBER, AT(limits.connections_per_address),
	  "200", 1, 1000000, .live = true,
	  .doc = "Connections at once from one address. A school is often one address." },
	{ "limits", "connects_per_second", CONF_NUMBER, AT(limits.connects_per_second), "200", 1,
	  1000000,
	  .doc = "New connections a second from one address; a burst of five times as many is let\n"
		 "through." },
	{ "limits", "half_open_per_address", CONF_NUMBER, AT(limits.half_open_per_address), "64", 1,
	  1000000,
	  .doc = "Connections of one address that have not asked for anything yet. When there are\n"
		 "more, the oldest of them is closed once it has waited a second." },
	{ "limits", "joins_per_second", CONF_NUMBER, AT(limits.joins_per_second), "20", 1, 100000,
	  .live = true,
	  .doc = "Tickets a second handed to one address; a burst of five times as many is let "
		 "through." },
	{ "limits", "http_percent", CONF_NUMBER, AT(limits.http_percent), "5", 1, 100, .live = true,
	  .doc = "Part of the server's time that one address may take by requests over HTTP, in "
		 "per\n"
		 "cent; what five seconds bring may be taken at once. What a request costs is "
		 "measured." },
	{ "limits", "rate_percent", CONF_NUMBER, AT(limits.rate_percent), "100", 0, 10000,
	  .doc = "Per cent of the rates that the protocol has for each kind of command and query.\n"
		 "0: no rates are asked, for tests of load." },
	{ "limits", "queue_bytes", CONF_NUMBER, AT(limits.queue_bytes), "1048576", 65536, 67108864,
	  .doc = "Bytes that may wait for one connection that reads too slowly. Beyond that its "
		 "events\n"
		 "are dropped, and it gets a whole view when it can read again." },
	{ "limits", "session_megabytes", CONF_NUMBER, AT(limits.session_megabytes), "256", 1,
	  1048576,
	  .doc = "What a session holds, as it is stored. Beyond it attendees are told that it is "
		 "full,\n"
		 "and staff go on." },
};
const size_t n_conf_options = sizeof(conf_options) / sizeof(conf_options[0]);
