/* The table of options behind conf.h: what there is, what it may be, what it means. A new option is
 * a member of struct conf, a line in this table, and `make reference`. */
#ifndef JOBALIKE_BASE_CONF_TABLE_H
#define JOBALIKE_BASE_CONF_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_type {
	CONF_TEXT,   /* char * */
	CONF_SECRET, /* char *, never shown; the environment may name a file that holds it */
	CONF_NUMBER, /* int64_t */
	CONF_BOOL,   /* bool */
	CONF_WORD,   /* int: the place in words */
	CONF_LIST,   /* struct conf_list: words between spaces or commas */
};

struct conf_option {
	const char *section, *key;
	enum conf_type type;
	size_t offset;        /* in struct conf */
	const char *standard; /* the default, as one would write it */
	int64_t min, max;     /* of a number */
	const char *words;    /* of a word: between spaces */
	/* What is wrong with a text that is not empty, or one item of a list; NULL when nothing is.
	 */
	const char *(*wrong)(const char *value);
	bool live;       /* may change while the program runs: SIGHUP */
	const char *doc; /* whole sentences; lines end in \n but for the last */
};

extern const struct conf_option conf_options[];
extern const size_t n_conf_options;

/* How a value was given; one for each option, in the same order. */
struct conf_given {
	char *text;   /* a list: its items with spaces between */
	char *source; /* "default", "FILE:LINE", "JOBALIKE_...", "--..." */
};

/* "127.0.0.1:0" or "[::1]:0" into address and port; false when it is neither. host: 46 bytes. */
bool conf_split_address(const char *text, char *host, uint16_t *port);

#endif
