#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/base/process.h"

/* What a service manager that listens at this address is told. */
static void told(const char *address, const char *state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char heard[64] = "";
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", address);
	if (address[0] == '@')
		at.sun_path[0] = '\0';
	else
		unlink(address);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&at,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address))),
		0);
	setenv("NOTIFY_SOCKET", address, 1);
	process_tell(state);
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(recv(fd, heard, sizeof(heard) - 1, 0), strlen(state));
	assert_string_equal(heard, state);
	close(fd);
	unlink(address);
}

static void the_manager_is_told_if_there_is_one(void **state)
{
	char path[64], name[64];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/jobalike-notify-%d", (int)getpid());
	snprintf(name, sizeof(name), "@jobalike-notify-%d", (int)getpid());
	told(path, "READY=1");
	told(name, "STOPPING=1");
	process_tell("READY=1"); /* nobody is there: nothing happens */
	setenv("NOTIFY_SOCKET", "relative", 1);
	process_tell("READY=1");
	setenv("NOTIFY_SOCKET", "/tmp/jobalike-nobody-is-here", 1);
	process_tell("READY=1");
	unsetenv("NOTIFY_SOCKET");
}

static void it_watches_who_it_was_told_to_watch(void **state)
{
	char pid[16];

	(void)state;
	assert_false(process_is_watched());
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_true(process_is_watched());
	setenv("WATCHDOG_PID", "1", 1);
	assert_false(process_is_watched());
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_true(process_is_watched());
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void an_unknown_user_is_named(void **state)
{
	char why[256] = "";

	(void)state;
	assert_false(process_become("nobody-of-this-name", why, sizeof(why)));
	assert_non_null(strstr(why, "nobody-of-this-name"));
	assert_false(process_give("/tmp", "nobody-of-this-name", why, sizeof(why)));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_manager_is_told_if_there_is_one),
	cmocka_unit_test(it_watches_who_it_was_told_to_watch),
	cmocka_unit_test(an_unknown_user_is_named),
};

const struct unit_group process_group = UNIT_GROUP("process", tests);
