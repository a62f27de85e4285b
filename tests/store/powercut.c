#include "tests/store/powercut.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/mem.h"
#include "tests/lib/seat.h"

#define MAX_FILES   8
#define OPS_PER_CUT 61 /* a picture is taken about as often */
#define SECTOR      512

struct powercut powercut;

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

	if (powercut.n_cuts == CUTS_A_ROUND || chance(OPS_PER_CUT) != 0)
		return;
	snprintf(dir, sizeof(dir), "%s/cut%zu", powercut.dir, powercut.n_cuts);
	assert_int_equal(mkdir(dir, 0700), 0);
	powercut.acked_at[powercut.n_cuts++] = atomic_load(&powercut.acked);
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
	(void)flags; /* the disk that we pretend to have is the shadow; the real one is spared */
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
	shim_vfs.zName = POWERCUT_VFS;
	shim_vfs.szOsFile = (int)sizeof(struct shim) + real_vfs->szOsFile;
	shim_vfs.pNext = NULL;
	shim_vfs.xOpen = shim_open;
	shim_vfs.xDelete = shim_delete;
	assert_int_equal(sqlite3_vfs_register(&shim_vfs, 0), SQLITE_OK);
}

void powercut_begin(const char *dir, uint64_t seed)
{
	shim_register();
	powercut.n_cuts = 0;
	disk.seed = seed;
	atomic_store(&powercut.acked, 0);
	snprintf(powercut.dir, sizeof(powercut.dir), "%s", dir);
	assert_int_equal(uv_mutex_init(&disk.lock), 0);
}

void powercut_end(void)
{
	while (disk.n_files > 0)
		drop_shadow(0);
	uv_mutex_destroy(&disk.lock);
}
