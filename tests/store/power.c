/* The power is cut at any moment. A shim under SQLite notes what has reached the disk for certain
 * (what was synced) and what has not. At random operations it takes a picture of what could be
 * left: the synced bytes, and of the writes since then some, some not, some torn at 512 bytes. Each
 * picture is opened afterwards: with synchronous=FULL nothing that was answered OK before may be
 * missing. With NORMAL something must be missing in some picture, or the shim would prove nothing.
 */
#include <assert.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/mem.h"
#include "server/store/sqlite.h"
#include "tests/lib/seat.h"
#include "tests/store/contract.h"
#include "tests/store/files.h"

#define MAX_FILES    8
#define CUTS_A_ROUND 20
#define OPS_PER_CUT  61 /* a picture is taken about as often */
#define SECTOR       512

size_t n_cuts, n_cuts_lost, n_normal_cuts, n_normal_lost;

/* --- what is on the disk --- */

struct image {
	unsigned char *bytes;
	size_t len, room;
};

struct op {
	size_t at;
	size_t len; /* of a truncation 0, and `at` is the new length */
	unsigned char *bytes;
};

struct shadow {
	char path[256];
	struct image synced;
	struct op *ops; /* since the last sync */
	size_t n_ops;
};

static struct {
	uv_mutex_t lock;
	struct shadow files[MAX_FILES];
	size_t n_files;
	uint64_t seed;
	char dir[64];
	size_t n_cuts;
	atomic_ulong acked; /* records answered OK so far */
	unsigned long acked_at[CUTS_A_ROUND];
} disk;

static uint64_t chance(uint64_t below)
{
	disk.seed ^= disk.seed << 13;
	disk.seed ^= disk.seed >> 7;
	disk.seed ^= disk.seed << 17;
	return disk.seed % below;
}

static void put_bytes(struct image *image, const unsigned char *bytes, size_t at, size_t len)
{
	if (image->len < at + len) {
		if (image->room < at + len) {
			image->room = 2 * (at + len);
			image->bytes = x_realloc(image->bytes, image->room);
		}
		memset(image->bytes + image->len, 0, at + len - image->len);
		image->len = at + len;
	}
	assert(image->bytes);
	memcpy(image->bytes + at, bytes, len);
}

static void put_op(struct image *image, const struct op *op)
{
	if (op->bytes)
		put_bytes(image, op->bytes, op->at, op->len);
	else if (op->at < image->len)
		image->len = op->at;
}

/* Each sector that the write touches reaches the disk or not. */
static void put_torn(struct image *image, const struct op *op)
{
	for (size_t at = op->at; at < op->at + op->len;) {
		size_t end = (at / SECTOR + 1) * SECTOR;
		if (end > op->at + op->len)
			end = op->at + op->len;
		if (chance(2) == 0)
			put_bytes(image, op->bytes + (at - op->at), at, end - at);
		at = end;
	}
}

static void forget_ops(struct shadow *s)
{
	for (size_t i = 0; i < s->n_ops; i++)
		free(s->ops[i].bytes);
	free(s->ops);
	s->ops = NULL;
	s->n_ops = 0;
}

static void sync_shadow(struct shadow *s)
{
	for (size_t i = 0; i < s->n_ops; i++)
		put_op(&s->synced, &s->ops[i]);
	forget_ops(s);
}

static void drop_shadow(size_t i)
{
	forget_ops(&disk.files[i]);
	free(disk.files[i].synced.bytes);
	disk.files[i] = disk.files[--disk.n_files];
}

static struct shadow *shadow_of(const char *path)
{
	for (size_t i = 0; i < disk.n_files; i++) {
		if (strcmp(disk.files[i].path, path) == 0)
			return &disk.files[i];
	}
	assert_true(disk.n_files < MAX_FILES);
	struct shadow *s = &disk.files[disk.n_files++];
	*s = (struct shadow){ 0 };
	snprintf(s->path, sizeof(s->path), "%s", path);
	return s;
}

/* What could be left of one file. mood: 0 all unsynced writes are lost, 1 each by chance. */
static void take_picture(const struct shadow *s, const char *dir, uint64_t mood)
{
	struct image left = { 0 };
	char path[384];
	FILE *f;

	put_bytes(&left, s->synced.bytes ? s->synced.bytes : (unsigned char *)"", 0, s->synced.len);
	for (size_t i = 0; i < s->n_ops && mood > 0; i++) {
		uint64_t luck = chance(3);
		if (luck == 0)
			put_op(&left, &s->ops[i]);
		else if (luck == 1 && s->ops[i].bytes)
			put_torn(&left, &s->ops[i]);
	}
	snprintf(path, sizeof(path), "%s/%s", dir, strrchr(s->path, '/') + 1);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(left.bytes ? left.bytes : (unsigned char *)"", 1, left.len, f),
			 left.len);
	assert_int_equal(fclose(f), 0);
	free(left.bytes);
}

static void perhaps_cut(void)
{
	char dir[128];

	if (disk.n_cuts == CUTS_A_ROUND || chance(OPS_PER_CUT) != 0)
		return;
	snprintf(dir, sizeof(dir), "%s/cut%zu", disk.dir, disk.n_cuts);
	assert_int_equal(mkdir(dir, 0700), 0);
	disk.acked_at[disk.n_cuts++] = atomic_load(&disk.acked);
	uint64_t mood = chance(3);
	for (size_t i = 0; i < disk.n_files; i++)
		take_picture(&disk.files[i], dir, mood);
}

static void note_op(const char *path, const void *bytes, size_t at, size_t len)
{
	uv_mutex_lock(&disk.lock);
	struct shadow *s = shadow_of(path);
	struct op op = { .at = at, .len = len };
	if (bytes) {
		op.bytes = x_malloc(len);
		memcpy(op.bytes, bytes, len);
	}
	s->ops = x_grow(s->ops, s->n_ops, sizeof(*s->ops));
	s->ops[s->n_ops++] = op;
	perhaps_cut();
	uv_mutex_unlock(&disk.lock);
}

/* --- the shim: what SQLite calls --- */

struct shim {
	sqlite3_file base;
	const char *path; /* NULL: not watched */
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;
#define REAL(f) (((struct shim *)(f))->real)

static int shim_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
	int rc = REAL(f)->pMethods->xWrite(REAL(f), bytes, n, at);

	if (rc == SQLITE_OK && ((struct shim *)f)->path)
		note_op(((struct shim *)f)->path, bytes, (size_t)at, (size_t)n);
	return rc;
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = REAL(f)->pMethods->xTruncate(REAL(f), size);

	if (rc == SQLITE_OK && ((struct shim *)f)->path)
		note_op(((struct shim *)f)->path, NULL, (size_t)size, 0);
	return rc;
}

static int shim_sync(sqlite3_file *f, int flags)
{
	(void)flags; /* the disk that we pretend to have is the shadow; the real one may be spared
		      */
	if (((struct shim *)f)->path) {
		uv_mutex_lock(&disk.lock);
		sync_shadow(shadow_of(((struct shim *)f)->path));
		perhaps_cut();
		uv_mutex_unlock(&disk.lock);
	}
	return SQLITE_OK;
}

static int shim_close(sqlite3_file *f)
{
	return REAL(f)->pMethods->xClose(REAL(f));
}
static int shim_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	return REAL(f)->pMethods->xRead(REAL(f), to, n, at);
}
static int shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return REAL(f)->pMethods->xFileSize(REAL(f), size);
}
static int shim_lock(sqlite3_file *f, int level)
{
	return REAL(f)->pMethods->xLock(REAL(f), level);
}
static int shim_unlock(sqlite3_file *f, int level)
{
	return REAL(f)->pMethods->xUnlock(REAL(f), level);
}
static int shim_reserved(sqlite3_file *f, int *out)
{
	return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}
static int shim_control(sqlite3_file *f, int op, void *arg)
{
	return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int shim_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}
/* No promise of power-safe overwriting: we tear. */
static int shim_device(sqlite3_file *f)
{
	(void)f;
	return 0;
}
static int shim_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}
static int shim_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}
static void shim_shm_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}
static int shim_shm_unmap(sqlite3_file *f, int remove_it)
{
	return REAL(f)->pMethods->xShmUnmap(REAL(f), remove_it);
}

static const sqlite3_io_methods shim_methods = {
	.iVersion = 2,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_reserved,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_device,
	.xShmMap = shim_shm_map,
	.xShmLock = shim_shm_lock,
	.xShmBarrier = shim_shm_barrier,
	.xShmUnmap = shim_shm_unmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out)
{
	struct shim *s = (struct shim *)f;
	int kept = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;

	(void)vfs;
	*s = (struct shim){ .real = (sqlite3_file *)(s + 1) };
	int rc = real_vfs->xOpen(real_vfs, path, s->real, flags, out);
	if (rc == SQLITE_OK) {
		s->path = path && (flags & kept) ? path : NULL;
		s->base.pMethods = &shim_methods;
	}
	return rc;
}

static int shim_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	(void)vfs;
	uv_mutex_lock(&disk.lock);
	for (size_t i = 0; i < disk.n_files; i++) {
		if (strcmp(disk.files[i].path, path) == 0) {
			drop_shadow(i);
			break;
		}
	}
	uv_mutex_unlock(&disk.lock);
	return real_vfs->xDelete(real_vfs, path, sync);
}

static sqlite3_vfs shim_vfs;

static void shim_register(void)
{
	if (real_vfs)
		return;
	real_vfs = sqlite3_vfs_find(NULL);
	shim_vfs = *real_vfs;
	shim_vfs.zName = "powercut";
	shim_vfs.szOsFile = (int)sizeof(struct shim) + real_vfs->szOsFile;
	shim_vfs.pNext = NULL;
	shim_vfs.xOpen = shim_open;
	shim_vfs.xDelete = shim_delete;
	assert_int_equal(sqlite3_vfs_register(&shim_vfs, 0), SQLITE_OK);
}

/* --- writing, and looking at the pictures --- */

struct writing {
	struct store *store;
	uint64_t next;
	char epoch[STORE_EPOCH_MAX + 1];
	bool done;
};

static void write_on(struct writing *w);

static void on_written(void *arg, const struct store_answer *a)
{
	struct writing *w = arg;

	assert_int_equal(a->err, OK);
	strcpy(w->epoch, a->epoch);
	atomic_store(&disk.acked, w->next++);
	if (disk.n_cuts < CUTS_A_ROUND && w->next < 3000)
		write_on(w);
	else
		w->done = true;
}

static void write_on(struct writing *w)
{
	char text[700];

	memset(text, ' ', sizeof(text));
	snprintf(text, sizeof(text), "%" PRIu64, w->next);
	struct msg *body = msg_new(text, sizeof(text));
	store_append(w->store, "p", w->epoch, w->next, &body, 1, on_written, w);
	msg_unref(&body);
}

static void nothing_told(void *arg, const struct store_notice *n)
{
	(void)arg;
	(void)n;
}

static void open_store(struct seat *s, const char *dir, const struct sqlite_options *options)
{
	char path[160], why[256] = "";

	snprintf(path, sizeof(path), "%s/log.db", dir);
	if (sqlite_open(&s->bench->loop, path, options, nothing_told, NULL, &s->store, why,
			sizeof(why)) != OK)
		fail_msg("%s", why);
}

/* How many of the records are there: all from 1 on, each as it was written. */
static unsigned long count_records(struct seat *s)
{
	unsigned long n = 0;
	struct reply *r;

	do {
		r = read_log(s, "p", n + 1, UINT64_MAX);
		assert_true(r->err == OK || (n == 0 && r->err == ERR_NOT_FOUND));
		for (size_t i = 0; i < r->n_records; i++)
			assert_int_equal(strtoul(r->records[i].text, NULL, 10), ++n);
	} while (r->n_records == STORE_SLICE);
	return n;
}

static size_t look_at_pictures(struct bench *b)
{
	size_t n_short = 0;
	char dir[128], command[160];

	for (size_t i = 0; i < disk.n_cuts; i++) {
		struct seat *s = &b->seats[0];
		*s = (struct seat){ .bench = b };
		snprintf(dir, sizeof(dir), "%s/cut%zu", disk.dir, i);
		open_store(s, dir, NULL);
		unsigned long n = count_records(s);
		n_short += n < disk.acked_at[i];
		seat_close(s);
		snprintf(command, sizeof(command), "rm -rf '%s'", dir);
		assert_int_equal(system(command), 0);
	}
	return n_short;
}

/* One file, CUTS_A_ROUND pictures. Returns in how many something is missing. */
static size_t round_of_cuts(struct bench *b, bool sync_normal, int round)
{
	struct sqlite_options options = { .sync_normal = sync_normal, .vfs = "powercut" };
	struct writing w = { .next = 1 };
	struct seat *s = &b->seats[0];

	*s = (struct seat){ .bench = b };
	disk.n_cuts = 0;
	disk.seed = 977 * (uint64_t)(round + 1) + sync_normal;
	atomic_store(&disk.acked, 0);
	snprintf(disk.dir, sizeof(disk.dir), "%s", b->dir);
	assert_int_equal(uv_mutex_init(&disk.lock), 0);
	open_store(s, b->dir, &options);
	w.store = s->store;
	write_on(&w);
	bench_until(b, &w.done);
	seat_close(s);
	while (disk.n_files > 0)
		drop_shadow(0);
	uv_mutex_destroy(&disk.lock);
	size_t n_short = look_at_pictures(b);
	char command[128];
	snprintf(command, sizeof(command), "rm -f '%s'/log.db*", b->dir);
	assert_int_equal(system(command), 0);
	return n_short;
}

static int rounds_wanted(void)
{
	const char *text = getenv("STORE_CUTS");

	return text ? (atoi(text) + CUTS_A_ROUND - 1) / CUTS_A_ROUND : 10;
}

static void full_loses_nothing(void **state)
{
	shim_register();
	for (int i = 0; i < rounds_wanted(); i++) {
		n_cuts_lost += round_of_cuts(*state, false, i);
		n_cuts += disk.n_cuts;
	}
	assert_int_equal(n_cuts_lost, 0);
	assert_true(n_cuts >= CUTS_A_ROUND);
}

static void normal_loses_something(void **state)
{
	shim_register();
	for (int i = 0; i < 2; i++) {
		n_normal_lost += round_of_cuts(*state, true, i);
		n_normal_cuts += disk.n_cuts;
	}
	assert_true(n_normal_lost > 0);
}

const struct contract_case power_cases[] = {
	CASE(full_loses_nothing),
	CASE(normal_loses_something),
};
const size_t n_power_cases = sizeof(power_cases) / sizeof(power_cases[0]);
