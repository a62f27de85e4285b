#include "server/base/confine.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WATCHED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHED 1
#endif

/* Seen in use by all suites, on files and on Redis, and what other versions of libc take instead.
 */
static const char *const allowed[] = {
	/* memory, threads, time, chance */
	"brk",
	"mmap",
	"munmap",
	"mremap",
	"mprotect",
	"madvise",
	"futex",
	"set_robust_list",
	"rseq",
	"gettid",
	"getpid",
	"getppid",
	"sched_yield",
	"sched_getaffinity",
	"sched_getparam",
	"sched_getscheduler",
	"exit",
	"exit_group",
	"clock_gettime",
	"clock_getres",
	"clock_nanosleep",
	"nanosleep",
	"gettimeofday",
	"time",
	"times",
	"restart_syscall",
	"getrandom",
	"getcpu",
	"membarrier",
	"sysinfo",
	"uname",
	"getrusage",
	"prlimit64",
	"getrlimit",
	"arch_prctl",
	"set_tid_address",
	/* signals */
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sigaltstack",
	/* descriptors */
	"read",
	"write",
	"readv",
	"writev",
	"pread64",
	"pwrite64",
	"preadv",
	"pwritev",
	"close",
	"dup",
	"dup2",
	"dup3",
	"fcntl",
	"lseek",
	"pipe",
	"pipe2",
	"eventfd2",
	"poll",
	"ppoll",
	"select",
	"pselect6",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_wait",
	"epoll_pwait",
	"epoll_pwait2",
	/* files */
	"open",
	"openat",
	"stat",
	"lstat",
	"fstat",
	"newfstatat",
	"statx",
	"statfs",
	"fstatfs",
	"access",
	"faccessat",
	"faccessat2",
	"readlink",
	"readlinkat",
	"getcwd",
	"getdents64",
	"mkdir",
	"mkdirat",
	"rename",
	"renameat",
	"renameat2",
	"link",
	"linkat",
	"unlink",
	"unlinkat",
	"rmdir",
	"ftruncate",
	"fallocate",
	"fsync",
	"fdatasync",
	"fchmod",
	"fchmodat",
	"chmod",
	"fchown",
	"utimensat",
	"flock",
	"fadvise64",
	"umask",
	"geteuid",
	"getuid",
	"getegid",
	"getgid",
	/* sockets */
	"socket",
	"socketpair",
	"bind",
	"listen",
	"accept",
	"accept4",
	"connect",
	"shutdown",
	"getsockname",
	"getpeername",
	"getsockopt",
	"setsockopt",
	"sendto",
	"sendmsg",
	"sendmmsg",
	"recvfrom",
	"recvmsg",
	"recvmmsg",
};

/* Nobody asks for these by mistake. */
static const char *const fatal[] = {
	"execve",
	"execveat",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"mount",
	"umount2",
	"pivot_root",
	"chroot",
	"move_mount",
	"open_tree",
	"setns",
	"unshare",
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"kexec_file_load",
	"bpf",
	"userfaultfd",
	"perf_event_open",
	"open_by_handle_at",
	"add_key",
	"request_key",
	"keyctl",
	"reboot",
	"swapon",
	"swapoff",
	"sethostname",
	"settimeofday",
	"clock_settime",
	"setuid",
	"setresuid",
	"setgid",
	"setresgid",
	"setgroups",
	"iopl",
	"ioperm",
	"personality",
	"mknod",
	"mknodat",
	"io_uring_setup",
};

/* A name that this machine does not know needs no rule. */
static int rule(scmp_filter_ctx c, uint32_t action, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(c, action, number, 0);
}

/* Of the library's macros clang says that they leave a field out. */
static struct scmp_arg_cmp argument_is(unsigned which, scmp_datum_t value)
{
	return (struct scmp_arg_cmp){ .arg = which, .op = SCMP_CMP_EQ, .datum_a = value };
}

/* What libraries ask of descriptors. Nothing that types into the terminal we were started from. */
static int rules_of_ioctl(scmp_filter_ctx c)
{
	static const unsigned long asked[] = { FIONREAD /* names */, FIONBIO, FIOCLEX, FIONCLEX,
					       TCGETS };
	int status = 0;

	for (size_t i = 0; !status && i < sizeof(asked) / sizeof(asked[0]); i++)
		status = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
					  argument_is(1, asked[i]));
	return status;
}

/* Threads, but no processes; signals to nobody else. clone3 hides what it is asked for: libc takes
 * clone when there is none. */
static int rules_by_argument(scmp_filter_ctx c)
{
	scmp_datum_t self = (scmp_datum_t)getpid();
	int status = seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

	if (!status)
		status = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
					  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (!status)
		status = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1,
					  argument_is(0, self));
	if (!status)
		status = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
					  argument_is(0, self));
	if (!status)
		status = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
					  argument_is(0, PR_SET_NAME));
	return status ? status : rules_of_ioctl(c);
}

static int add_rules(scmp_filter_ctx c, bool kills)
{
	int status = seccomp_attr_set(c, SCMP_FLTATR_CTL_TSYNC, 1);

	for (size_t i = 0; !status && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		status = rule(c, SCMP_ACT_ALLOW, allowed[i]);
	for (size_t i = 0; !status && kills && i < sizeof(fatal) / sizeof(fatal[0]); i++)
		status = rule(c, SCMP_ACT_KILL_PROCESS, fatal[i]);
	return status ? status : rules_by_argument(c);
}

bool confine_possible(void)
{
#ifdef WATCHED
	return false;
#else
	return true;
#endif
}

bool confine(enum confine how, char *why, size_t why_size)
{
	bool audit = how == CONFINE_AUDIT;
	scmp_filter_ctx c;
	int status;

	why[0] = '\0';
	if (how == CONFINE_OFF || !confine_possible())
		return true;
	c = seccomp_init(audit ? SCMP_ACT_LOG : SCMP_ACT_ERRNO(EPERM));
	status = c ? add_rules(c, !audit) : -ENOMEM;
	if (!status)
		status = seccomp_load(c);
	seccomp_release(c);
	if (status)
		snprintf(why, why_size, "%s", strerror(-status));
	return !status;
}
