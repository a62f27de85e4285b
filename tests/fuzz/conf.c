/* Configuration: flags, environment and a file, parted by lines of "--". Mistakes are said; what is
 * taken is within its bounds. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/conf.h"
#include "tests/fuzz/fuzz.h"

#define MOST 16

struct words {
	char *list[MOST + 2];
	int n;
};

/* Files that are named in the input are not opened. */
static bool opens(const char *word)
{
	return strncmp(word, "--c", 3) == 0 || strstr(word, "_FILE");
}

static void take_words(struct bytes *in, struct words *w)
{
	char *line;

	while ((line = take_line(in)) && strcmp(line, "--") != 0) {
		if (w->n < MOST && !opens(line))
			w->list[w->n++] = line;
		else
			free(line);
	}
	free(line);
}

static void free_words(struct words *w, int from)
{
	for (int i = from; i < w->n; i++)
		free(w->list[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct bytes in = { (const char *)data, size };
	char program[] = "jobalike-server", path[64];
	struct words flags = { .list = { program, path }, .n = 2 }, env = { 0 };
	int fd = memfd_create("conf", MFD_CLOEXEC);
	struct conf c;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	snprintf(path, sizeof(path), "--config=/proc/self/fd/%d", fd);
	take_words(&in, &flags);
	take_words(&in, &env);
	must(write(fd, in.at, in.left) == (ssize_t)in.left);
	if (conf_load(&c, flags.n, flags.list, env.list, nowhere, nowhere) < 0) {
		must(c.listen.port >= 0 && c.listen.port <= 65535 && c.limits.message_bytes > 0);
		must(c.listen.host && c.store.path && c.http.public_url && c.admin.listen);
		conf_print(&c, nowhere);
	}
	conf_fini(&c);
	free_words(&flags, 2);
	free_words(&env, 0);
	close(fd);
	return 0;
}
