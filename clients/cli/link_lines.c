#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/link_inside.h"
#include "server/base/mem.h"
#include "server/base/text.h"

struct lines {
	struct net *net;
	void (*line)(void *arg, char *line);
	void *arg;
	int fd;
	struct text in;
};

static void give_lines(struct lines *l)
{
	char *from = l->in.s, *end;

	while (from && (end = memchr(from, '\n', l->in.len - (size_t)(from - l->in.s)))) {
		*end = '\0';
		if (end > from && end[-1] == '\r')
			end[-1] = '\0';
		l->line(l->arg, from);
		from = end + 1;
	}
	if (from && from > l->in.s) {
		l->in.len -= (size_t)(from - l->in.s);
		memmove(l->in.s, from, l->in.len + 1);
	}
}

static void end_lines(struct lines *l)
{
	if (l->fd < 0)
		return;
	l->fd = -1; /* lws closes it */
	if (l->in.len && !l->net->ending)
		l->line(l->arg, l->in.s);
	text_free(&l->in);
	if (!l->net->ending)
		l->line(l->arg, NULL);
}

/* All there is: a pipe whose writer has gone is told of only once. */
static int read_lines(struct lines *l)
{
	struct pollfd ready = { .fd = l->fd, .events = POLLIN };
	char bytes[LINK_READ_SIZE];

	while (poll(&ready, 1, 0) > 0 && ready.revents & (POLLIN | POLLHUP)) {
		ssize_t n = read(l->fd, bytes, sizeof(bytes));

		if (n <= 0) {
			end_lines(l);
			return -1;
		}
		text_add(&l->in, bytes, (size_t)n);
		give_lines(l);
	}
	return 0;
}

int link_lines_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		     size_t len)
{
	struct lines *l = lws_get_opaque_user_data(wsi);

	(void)user, (void)in, (void)len;
	if (!l)
		return 0;
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		return l->fd < 0 ? -1 : read_lines(l);
	if (reason == LWS_CALLBACK_RAW_CLOSE_FILE) {
		end_lines(l);
		free(l);
		lws_set_opaque_user_data(wsi, NULL);
	}
	return 0;
}

void net_lines(struct net *net, int fd, void (*line)(void *arg, char *line), void *arg)
{
	struct lines *l = x_calloc(1, sizeof(*l));
	lws_sock_file_fd_type file = { .filefd = dup(fd) };
	struct lws *wsi;

	*l = (struct lines){ .net = net, .line = line, .arg = arg, .fd = file.filefd };
	wsi = lws_adopt_descriptor_vhost(net->vhost, LWS_ADOPT_RAW_FILE_DESC, file, "lines", NULL);
	if (wsi)
		lws_set_opaque_user_data(wsi, l);
	else
		free(l);
}
