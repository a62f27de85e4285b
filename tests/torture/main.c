/* Attempts, each in a process of its own, and what became of them. */
#include "tests/torture/torture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "server/base/mem.h"

#define MOST     600 /* attempts at a target, at CI size: every so manieth allocation is refused */
#define SECONDS  20  /* for one attempt */
#define LEAKED   90  /* exit statuses */
#define BY_HALF  91
#define SAID_MAX 4096

static const struct victim *const targets[] = { &codec_victim, &reducers_victim, &tickets_victim,
						&conf_victim,  &memory_victim,   &sqlite_victim,
						&redis_victim };
static struct {
	unsigned long allocations, attempts, ended, went_on, crashes, leaks, half;
} count;
static struct promised *promised; /* shared with the attempts */
static int said_fd;               /* what an attempt says on stderr */

char *torture_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (!f || !text || !fread(text, 1, (1 << 20) - 1, f)) {
		perror(path);
		exit(2);
	}
	fclose(f);
	return text;
}

static void attempt(const struct victim *t, unsigned long nth)
{
	const char *wrong;
	long before;

	dup2(said_fd, STDERR_FILENO);
	alarm(SECONDS);
	before = alloc_held();
	alloc_arm(nth);
	wrong = t->work(promised);
	alloc_arm(0);
	if (wrong) {
		fprintf(stderr, "%s\n", wrong);
		_exit(BY_HALF);
	}
	if (alloc_held() > before) {
		fprintf(stderr, "%ld pieces of memory are left\n", alloc_held() - before);
		_exit(LEAKED);
	}
	_exit(0);
}

static void inspect(const struct victim *t)
{
	const char *wrong;

	dup2(said_fd, STDERR_FILENO);
	alarm(SECONDS);
	wrong = t->inspect(promised);
	if (wrong)
		fprintf(stderr, "%s\n", wrong);
	_exit(wrong ? BY_HALF : 0);
}

static int status_of(const struct victim *t, unsigned long nth, bool is_inspection)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (is_inspection)
			inspect(t);
		else
			attempt(t, nth);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void judge(const struct victim *t, unsigned long nth, int status, const char *when)
{
	char said[SAID_MAX] = "";
	bool ok;

	if (pread(said_fd, said, sizeof(said) - 1, 0) < 0)
		said[0] = '\0';
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
	    (strstr(said, X_MEMORY "\n") || strstr(said, X_CHANCE "\n"))) {
		count.ended++;
		return;
	}
	ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	count.went_on += ok;
	if (ok)
		return;
	count.leaks += WIFEXITED(status) && WEXITSTATUS(status) == LEAKED;
	count.half += WIFEXITED(status) && WEXITSTATUS(status) == BY_HALF;
	count.crashes += WIFSIGNALED(status) || WEXITSTATUS(status) < LEAKED;
	printf("FAILED %s, allocation %lu%s: status %x, %s\n", t->name, nth, when, status, said);
}

static void torture(const struct victim *t, unsigned long n, unsigned long step)
{
	for (unsigned long nth = 1; nth <= n; nth += step) {
		*promised = (struct promised){ .attempt = promised->attempt + 1 };
		count.attempts++;
		if (ftruncate(said_fd, 0) != 0)
			abort();
		lseek(said_fd, 0, SEEK_SET);
		judge(t, nth, status_of(t, nth, false), "");
		if (!t->inspect)
			continue;
		if (ftruncate(said_fd, 0) != 0)
			abort();
		lseek(said_fd, 0, SEEK_SET);
		judge(t, nth, status_of(t, 0, true), ", afterwards");
	}
}

static void run(const struct victim *t)
{
	unsigned long n, step, before = count.attempts;
	const char *wrong;

	if (t->prepare)
		t->prepare();
	for (int i = 0; i < 2; i++) { /* the first time fills what libraries keep for ever */
		promised->attempt++;
		alloc_arm(0);
		wrong = t->work(promised);
		n = alloc_count();
		if (wrong) {
			printf("FAILED %s, with all memory there is: %s\n", t->name, wrong);
			count.half++;
			return;
		}
	}
	n += n / 20; /* threads do not take the same number twice */
	step = getenv("LONG") || n <= MOST ? 1 : (n + MOST - 1) / MOST;
	count.allocations += n;
	torture(t, n, step);
	printf("torture target=%s allocations=%lu every=%lu attempts=%lu\n", t->name, n, step,
	       count.attempts - before);
}

int main(void)
{
	unsigned long failed;

	mem_init();
	uv_replace_allocator(x_malloc, x_realloc, x_calloc, free);
	promised = mmap(NULL, sizeof(*promised), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	said_fd = memfd_create("said", MFD_CLOEXEC);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		run(targets[i]);
	failed = count.crashes + count.leaks + count.half;
	printf("suite=torture targets=%zu allocations=%lu attempts=%lu ended=%lu went_on=%lu "
	       "crashes=%lu leaks=%lu half=%lu failed=%lu\n",
	       sizeof(targets) / sizeof(targets[0]), count.allocations, count.attempts, count.ended,
	       count.went_on, count.crashes, count.leaks, count.half, failed);
	return failed != 0;
}
