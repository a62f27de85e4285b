/* The operator's log: one JSON object a line on stderr, {"ts":..., "level":..., "what":..., facts}.
 *
 *	log_info("append.conflict", "log=%s seq=%" PRIu64, log, seq);
 *	{"ts":"2026-11-22T09:00:00.123Z","level":"info","what":"append.conflict","log":"x","seq":7}
 *
 * `what` is area.verb and always a literal. The format is a list of key=conversion parted by single
 * spaces; a value may hold anything (it is escaped, and cut at LOG_VALUE_MAX bytes). %d, %u, %i and
 * their kin become numbers, all else strings. Say each fact once, where it is first known; never
 * what people wrote, never a ticket or a key, of an address no more than its network. Of one kind
 * LOG_BURST lines in LOG_PERIOD_MS are written, the next one says how many were not ("unsaid").
 * A pipe that nobody reads, or a terminal that was stopped, is not waited for: what it does not
 * take is not written, and the next line says how many were not ("lost"). Any thread may call. */
#ifndef JOBALIKE_BASE_LOG_H
#define JOBALIKE_BASE_LOG_H

#define LOG_VALUE_MAX 256
#define LOG_BURST     20
#define LOG_PERIOD_MS 10000

enum log_level {
	LEVEL_NONE, /* for tests that provoke errors */
	LEVEL_ERROR,
	LEVEL_WARN,
	LEVEL_INFO, /* until log_level says otherwise */
	LEVEL_DEBUG,
};

/* Lines less grave than this are not written. */
void log_level(enum log_level least);

enum log_format {
	LOG_JSON, /* until log_format says otherwise */
	LOG_TEXT, /* for a terminal: time level what key=value ... */
};
void log_format(enum log_format format);

void log_line(enum log_level level, const char *what, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* For example log_warn("disk.full", "path=%s", path). At least one fact. */
#define log_error(what, ...) log_line(LEVEL_ERROR, what, __VA_ARGS__)
#define log_warn(what, ...)  log_line(LEVEL_WARN, what, __VA_ARGS__)
#define log_info(what, ...)  log_line(LEVEL_INFO, what, __VA_ARGS__)
#define log_debug(what, ...) log_line(LEVEL_DEBUG, what, __VA_ARGS__)

#endif
