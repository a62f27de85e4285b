#include "server/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

void process_no_new_privileges(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void process_no_core(void)
{
	struct rlimit none = { 0 };

	setrlimit(RLIMIT_CORE, &none);
}

static const struct passwd *find_user(const char *user, char *why, size_t why_size)
{
	const struct passwd *found = getpwnam(user);

	if (!found)
		snprintf(why, why_size, "There is no user %s on this machine (process.user).",
			 user);
	return found;
}

bool process_knows(const char *user, char *why, size_t why_size)
{
	return find_user(user, why, why_size) != NULL;
}

/* Not through a link: whoever owns the folder above could aim it anywhere. */
static bool give_folder(const char *folder, const struct passwd *to)
{
	int fd, error;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return false;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	error = fchown(fd, to->pw_uid, to->pw_gid) == 0 ? 0 : errno;
	close(fd);
	errno = error;
	return error == 0;
}

bool process_give(const char *folder, const char *user, char *why, size_t why_size)
{
	const struct passwd *to = find_user(user, why, why_size);

	if (!to)
		return false;
	if (geteuid() != 0 || give_folder(folder, to))
		return true;
	snprintf(why, why_size, "The folder %s cannot be given to %s: %s.", folder, user,
		 strerror(errno));
	return false;
}

bool process_become(const char *user, char *why, size_t why_size)
{
	const struct passwd *to = find_user(user, why, why_size);

	if (!to)
		return false;
	if (geteuid() == to->pw_uid)
		return true;
	if (initgroups(user, to->pw_gid) == 0 &&
	    setresgid(to->pw_gid, to->pw_gid, to->pw_gid) == 0 &&
	    setresuid(to->pw_uid, to->pw_uid, to->pw_uid) == 0)
		return true;
	snprintf(why, why_size, "Cannot become the user %s: %s. Start as root, or as %s.", user,
		 strerror(errno), user);
	return false;
}

void process_tell(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n == 0 || n >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, n);
	if (path[0] == '@') /* a name in no folder */
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
	       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

bool process_is_watched(void)
{
	const char *pid = getenv("WATCHDOG_PID");

	return getenv("WATCHDOG_USEC") && (!pid || strtol(pid, NULL, 10) == getpid());
}
