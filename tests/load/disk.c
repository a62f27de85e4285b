/* What the disk itself takes: 4 KiB more at the end of a file and fdatasync, over and over, as the
 * log of a database does it. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/load/load.h"

int disk_measure(const struct load *l)
{
	static struct histogram times;
	char path[512], page[4096];
	int64_t end = clock_ns() + (int64_t)(l->seconds * 1e9), begin;
	int fd;

	snprintf(path, sizeof(path), "%s/disk-%d", l->data, (int)getpid());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		perror(path);
		return 1;
	}
	memset(page, 7, sizeof(page));
	while ((begin = clock_ns()) < end) {
		if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page) || fdatasync(fd))
			return 1;
		histogram_add(&times, clock_ns() - begin);
	}
	close(fd);
	unlink(path);
	printf("{");
	print_waits("", &times);
	printf("\"syncs\":%" PRIu64 "}\n", times.n);
	return 0;
}
