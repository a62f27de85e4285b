#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/base/text.h"
#include "server/net/address.h"

#define MANY  8 /* arguments given to a format; none has more */
#define LARGE (1 << 20)

/* --- what is written to stderr meanwhile -------------------------------------------------------
 */

static int keep_stderr = -1, file = -1;

static void begin(void)
{
	char path[] = "/tmp/jobalike-log-XXXXXX";

	file = mkstemp(path);
	assert_true(file >= 0);
	unlink(path);
	fflush(stderr);
	keep_stderr = dup(STDERR_FILENO);
	dup2(file, STDERR_FILENO);
}

/* Everything that was written, to be freed. */
static char *end(void)
{
	off_t n = lseek(file, 0, SEEK_END);
	char *text = calloc(1, (size_t)n + 1);

	dup2(keep_stderr, STDERR_FILENO);
	close(keep_stderr);
	assert_int_equal(pread(file, text, (size_t)n, 0), n);
	close(file);
	return text;
}

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* --- every call of ours with values that want to be more than values ---------------------------
 */

/* A line of the source: log_warn("what", "format", ...), its what and its format. */
struct call {
	char what[64], format[256];
};

static bool read_string(const char **at, char *out, size_t size)
{
	const char *from = strchr(*at, '"'), *to = from ? strchr(from + 1, '"') : NULL;

	if (!to || (size_t)(to - from) >= size)
		return false;
	memcpy(out, from + 1, (size_t)(to - from - 1));
	out[to - from - 1] = '\0';
	*at = to + 1;
	return true;
}

/* Every conversion becomes %s: a string is the worst that can be given. */
static void all_strings(const char *format, char *out, size_t size)
{
	size_t n = 0;

	for (const char *c = format; *c && n + 3 < size;) {
		if (*c != '%') {
			out[n++] = *c++;
			continue;
		}
		out[n++] = '%';
		out[n++] = 's';
		c += strcspn(c, " ");
	}
	out[n] = '\0';
}

static const char *evil[] = {
	"a\r\nb",
	"\x1b[2J\x1b]0;t\x07",
	"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae",
	"\"},{\"level\":\"none\"",
	"%n%s%d%99999d",
	"a=b c=d level=none",
	"\xff\xfe\xc0\xaf",
	"\x1e\x1fts=1\x1e",
	"",
	"\\\\\"\\u0000",
};

static void check_line(const char *line, size_t len, const char *what)
{
	json_t *j = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *key;
	json_t *value;

	if (!json_is_object(j))
		fail_msg("%s: not an object: %.*s", what, (int)len, line);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || (unsigned char)line[i] > '~')
			fail_msg("%s: byte %02x", what, (unsigned char)line[i]);
	assert_string_equal(json_string_value(json_object_get(j, "what")), what);
	assert_string_equal(json_string_value(json_object_get(j, "level")), "debug");
	json_object_foreach (j, key, value)
		assert_true(json_string_length(value) <= 4 * LOG_VALUE_MAX);
	json_decref(j);
}

static void say(const struct call *call, const char *v)
{
	char format[512];

	all_strings(call->format, format, sizeof(format));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	log_line(LEVEL_DEBUG, call->what, format, v, v, v, v, v, v, v, v);
#pragma GCC diagnostic pop
}

/* Debug lines are not counted, so that all of them are seen. */
static size_t try_call(const struct call *call, const char *large)
{
	size_t n = sizeof(evil) / sizeof(evil[0]);
	char *text, *line;

	begin();
	for (size_t i = 0; i < n; i++)
		say(call, evil[i]);
	say(call, large);
	text = end();
	assert_int_equal(lines(text), n + 1);
	for (char *rest = text; (line = strsep(&rest, "\n")) && *line;)
		check_line(line, strlen(line), call->what);
	free(text);
	return n + 1;
}

/* Formats are key=conversion, parted by single spaces. */
static void check_format(const struct call *call)
{
	size_t n = 0;

	for (const char *c = call->format; *c; n++) {
		const char *equals = strchr(c, '=');

		if (!equals || equals[1] != '%' || equals == c) {
			fail_msg("%s: %s", call->what, call->format);
			return;
		}
		c = equals + strcspn(equals, " ");
		if (*c == ' ' && c[1] == ' ')
			fail_msg("%s: two spaces", call->what);
		c += *c == ' ';
	}
	assert_true(n > 0 && n <= MANY);
}

/* Formats that hold a macro such as PRIu64 are put together as the compiler would. */
static char *without_macros(const char *source)
{
	struct text t = { 0 };

	for (const char *c = source; *c;) {
		const char *p = strncmp(c, "\" PRI", 5) == 0 ? strpbrk(c + 2, "\",)") : NULL;

		if (!p) {
			text_add(&t, c++, 1);
			continue;
		}
		text_puts(&t, "ju");
		if (*p == '"')
			c = p + 1;
		else {
			text_puts(&t, "\"");
			c = p;
		}
	}
	return t.s;
}

static size_t try_file(const char *path, const char *large, size_t *n_lines)
{
	static const char *const words[] = { "log_error(\"", "log_warn(\"", "log_info(\"",
					     "log_debug(\"" };
	FILE *source = fopen(path, "r");
	char *raw = calloc(1, LARGE), *text;
	size_t n = 0;

	assert_non_null(source);
	assert_true(fread(raw, 1, LARGE - 1, source) < LARGE - 1);
	fclose(source);
	text = without_macros(raw);
	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
		for (const char *at = text ? text : ""; (at = strstr(at, words[w]));) {
			struct call call = { .what = "" };

			assert_true(read_string(&at, call.what, sizeof(call.what)));
			assert_true(read_string(&at, call.format, sizeof(call.format)));
			check_format(&call);
			*n_lines += try_call(&call, large);
			n++;
		}
	free(text);
	free(raw);
	return n;
}

static size_t try_folder(const char *folder, const char *large, size_t *n_lines)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		char path[512];
		size_t len = strlen(e->d_name);

		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			n += try_folder(path, large, n_lines);
		else if (len > 2 && strcmp(e->d_name + len - 2, ".c") == 0)
			n += try_file(path, large, n_lines);
	}
	closedir(dir);
	return n;
}

static void every_call_writes_one_line_whatever_it_is_given(void **state)
{
	char *large = malloc(LARGE + 1);
	size_t n_lines = 0, n;

	(void)state;
	memset(large, 'x', LARGE);
	large[LARGE] = '\0';
	log_level(LEVEL_DEBUG);
	n = try_folder("server", large, &n_lines);
	log_level(LEVEL_INFO);
	free(large);
	printf("log: calls=%zu lines=%zu broken=0\n", n, n_lines);
	assert_true(n >= 30);
}

static void one_kind_does_not_fill_the_disk(void **state)
{
	char *text;

	(void)state;
	begin();
	for (int i = 0; i < 1000; i++)
		log_error("test.often", "i=%d", i);
	log_error("test.rare", "i=%d", 1);
	text = end();
	assert_int_equal(lines(text), LOG_BURST + 1);
	assert_non_null(strstr(text, "test.rare"));
	free(text);
}

static void a_terminal_gets_words(void **state)
{
	char *text;

	(void)state;
	log_format(LOG_TEXT);
	begin();
	log_info("test.words", "log=%s n=%d why=%s", "k3f9", 7, "no \x1b[2J\n room");
	text = end();
	log_format(LOG_JSON);
	assert_int_equal(lines(text), 1);
	assert_non_null(
		strstr(text, "Z info test.words log=k3f9 n=7 why=\"no \\u001B[2J\\n room\"\n"));
	free(text);
}

static void what_nobody_reads_holds_nobody(void **state)
{
	char page[1 << 12];
	int ends[2], before = dup(STDERR_FILENO);
	unsigned long written = 0;
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	fcntl(ends[1], F_SETFL, 0); /* as those are that a program is started with */
	dup2(ends[1], STDERR_FILENO);
	log_level(LEVEL_DEBUG);
	alarm(20); /* instead of for ever */
	for (int i = 0; i < 5000; i++)
		log_debug("test.unread", "i=%d", i);
	alarm(0);
	while ((n = read(ends[0], page, sizeof(page))) > 0)
		for (ssize_t i = 0; i < n; i++)
			written += page[i] == '\n';
	log_debug("test.read", "i=%d", 1);
	log_debug("test.read", "i=%d", 2);
	log_level(LEVEL_INFO);
	dup2(before, STDERR_FILENO);
	n = read(ends[0], page, sizeof(page) - 1);
	assert_true(n > 0);
	page[n] = '\0';
	assert_int_equal(lines(page), 2);
	assert_non_null(strstr(page, ",\"lost\":"));
	assert_int_equal(written + strtoul(strstr(page, ",\"lost\":") + 8, NULL, 10), 5000);
	assert_null(strstr(strchr(page, '\n'), "lost"));
	close(before);
	close(ends[0]);
	close(ends[1]);
}

static void addresses_are_shown_as_networks(void **state)
{
	struct conf_list proxies = { 0 };
	struct addresses all = { .proxies = &proxies };
	struct address v4 = { .all = &all, .key.bytes = { [10] = 0xff, 0xff, 192, 0, 2, 77 } };
	struct address v6 = { .all = &all };
	char shown[ADDRESS_SHOWN];

	(void)state;
	inet_pton(AF_INET6, "2001:db8:7:8:9::1", v6.key.bytes);
	assert_string_equal(address_shown(&v4, "", shown), "192.0.2.0/24");
	assert_string_equal(address_shown(&v6, "", shown), "2001:db8:7::/48");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_call_writes_one_line_whatever_it_is_given),
	cmocka_unit_test(one_kind_does_not_fill_the_disk),
	cmocka_unit_test(a_terminal_gets_words),
	cmocka_unit_test(what_nobody_reads_holds_nobody),
	cmocka_unit_test(addresses_are_shown_as_networks),
};

const struct unit_group log_group = UNIT_GROUP("log", tests);
