/* What the disk itself takes: 4 KiB more at the end of a file and fdatasync, over and over, as the
 * log of a database does it. As many a second as lines are said, each counted from when it was due:
 * whoever goes on only when the last one is done passes over the times at which nothing moves
 * (coordinated omission), and lines do not. */
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
	int64_t due = clock_ns(), end = due + (int64_t)(l->seconds * 1e9);
	int fd;

	if (l->per_second <= 0)
		return 2; /* of --rate */
	snprintf(path, sizeof(path), "%s/disk-%d", l->data, (int)getpid());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		perror(path);
		return 1;
	}
	memset(page, 7, sizeof(page));
	for (; due < end; due += (int64_t)(1e9 / l->per_second)) {
		while (clock_ns() < due)
			; /* to sleep would add what waking takes */
		if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page) || fdatasync(fd))
			return 1;
		histogram_add(&times, clock_ns() - due);
	}
	close(fd);
	unlink(path);
	printf("{");
	print_waits("", &times);
	printf("\"syncs\":%" PRIu64 "}\n", times.n);
	return 0;
}
