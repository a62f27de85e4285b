#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/confine.h"

#define REFUSED 3 /* status of a child that was told EPERM */
#define DONE    0
#define OTHER   4

static int told(long result)
{
	return result >= 0 ? DONE : errno == EPERM ? REFUSED : OTHER;
}

static int asks_for_a_program(void)
{
	return told(execl("/bin/true", "true", (char *)NULL));
}

static int asks_to_trace(void)
{
	return told(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int asks_to_mount(void)
{
	return told(mount("none", "/nowhere", "tmpfs", 0, NULL));
}

static int asks_for_another_user(void)
{
	return told(setuid(1));
}

static int asks_for_a_process(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return told(child);
}

static int asks_to_end_its_parent(void)
{
	return told(kill(getppid(), 0));
}

static int asks_for_privileges(void)
{
	return told(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
}

static int asks_to_make_a_link(void)
{
	return told(symlink("a", "/tmp/jobalike-never"));
}

static void *write_rows(void *arg)
{
	return sqlite3_exec(arg,
			    "PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)",
			    NULL, NULL, NULL) == SQLITE_OK
		       ? arg
		       : NULL;
}

/* Threads, a database, a socket, a name and an end by its own hand: all as every day. */
static int works(void)
{
	char path[] = "/tmp/jobalike-confine-XXXXXX";
	struct addrinfo *found = NULL;
	int fd = mkstemp(path), pair[2];
	pthread_t thread;
	sqlite3 *db;
	void *wrote = NULL;

	if (fd < 0 || sqlite3_open(path, &db) != SQLITE_OK ||
	    pthread_create(&thread, NULL, write_rows, db) != 0)
		return OTHER;
	pthread_join(thread, &wrote);
	sqlite3_close(db);
	unlink(path);
	if (!wrote || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
	    getaddrinfo("localhost", "1", NULL, &found) != 0)
		return OTHER;
	freeaddrinfo(found);
	return DONE;
}

static int aborts(void)
{
	abort();
}

/* In a process of its own, confined: the status it ends with, or minus the signal. */
static int confined(int (*body)(void))
{
	char why[128];
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(confine(CONFINE_ON, why, sizeof(why)) ? body() : OTHER);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void who_asks_for_what_is_not_ours_is_ended(void **state)
{
	(void)state;
	if (!confine_possible())
		skip();
	assert_int_equal(confined(asks_for_a_program), -SIGSYS);
	assert_int_equal(confined(asks_to_trace), -SIGSYS);
	assert_int_equal(confined(asks_to_mount), -SIGSYS);
	assert_int_equal(confined(asks_for_another_user), -SIGSYS);
}

static void what_is_not_on_the_list_is_refused(void **state)
{
	(void)state;
	if (!confine_possible())
		skip();
	assert_int_equal(confined(asks_for_a_process), REFUSED);
	assert_int_equal(confined(asks_to_end_its_parent), REFUSED);
	assert_int_equal(confined(asks_for_privileges), REFUSED);
	assert_int_equal(confined(asks_to_make_a_link), REFUSED);
}

static void what_is_needed_goes_on(void **state)
{
	(void)state;
	if (!confine_possible())
		skip();
	assert_int_equal(confined(works), DONE);
	assert_int_equal(confined(aborts), -SIGABRT);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_asks_for_what_is_not_ours_is_ended),
	cmocka_unit_test(what_is_not_on_the_list_is_refused),
	cmocka_unit_test(what_is_needed_goes_on),
};

const struct unit_group confine_group = UNIT_GROUP("confine", tests);
