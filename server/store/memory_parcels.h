/* The inside of the memory store, for its own files: parcels (memory_parcels.c) carry questions,
 * answers and words; what the store does with a question is in memory_logic.c; memory.c asks. */
#ifndef JOBALIKE_STORE_MEMORY_PARCELS_H
#define JOBALIKE_STORE_MEMORY_PARCELS_H

#include "server/store/follow.h"
#include "server/store/memory.h"
#include "server/store/memory_logs.h"

struct handle {
	struct store store; /* first: a handle is a store */
	struct memory *memory;
	struct followers followers;
	unsigned number;
	unsigned n_asked; /* questions without an answer */
	int64_t frozen_until;
	bool doubts; /* the server is another one */
	bool closing;
	store_closed_fn closed;
	void *closed_arg;
	struct handle *next; /* in order of opening */
};

enum kind { APPEND, READ, FETCH, HEAD, ERASE, DROP, RESTORE };

/* A question, its answer, and who waits for it. Shared by the parcels that carry it. */
struct ask {
	unsigned refs;
	enum kind kind;
	struct handle *from; /* NULL: crashed */
	char log[STORE_LOG_MAX + 1];
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t first, to; /* positions; of a FETCH and a RESTORE `to` is its ticket */
	struct msg **bodies;
	size_t n_bodies;
	struct hash before; /* of a RESTORE */
	store_done_fn done;
	void *arg;
	bool settled;
	struct {
		enum err err;
		char epoch[STORE_EPOCH_MAX + 1];
		uint64_t head;
		struct store_record *records; /* also those that were appended */
		struct hash *chains;          /* at each */
		size_t n_records;
		struct hash before; /* the chain before the first; of a HEAD, at the head */
		bool has_before;
	} answer;
};

struct parcel {
	int64_t due;
	uint64_t order;
	void (*run)(struct memory *m, struct parcel *p);
	struct handle *to; /* NULL: the store, or somebody who crashed */
	struct ask *ask;
	/* of a word and a signal */
	char log[STORE_LOG_MAX + 1];
	char epoch[STORE_EPOCH_MAX + 1];
	struct store_record record;
	struct hash chain; /* at the record */
};

struct memory {
	uv_idle_t idle;
	bool has_loop;
	memory_random_fn random;
	void *random_arg;
	const struct memory_faults *faults;
	struct memory_log *logs;
	struct handle *handles;
	struct parcel **parcels; /* a heap, the next one first */
	size_t n_parcels;
	uint64_t n_sent;
	int64_t now;
	int64_t down_until; /* the server is not there */
};

/* --- parcels --- */

struct parcel *parcel_send(struct memory *m, uint32_t delay_ms, struct handle *to,
			   void (*run)(struct memory *, struct parcel *));
/* The parcel carries this question, or its answer. */
void parcel_carry(struct parcel *p, struct ask *a);
/* Throws away all that is under way. */
void parcels_free(struct memory *m);
/* A crash: the fate of each request of this handle that is under way, in the order of sending. */
void parcels_orphan(struct memory *m, const struct handle *h);

struct memory_fate memory_fate(struct memory *m, enum memory_what what, unsigned from, unsigned to);
/* The server is gone, and what was under way to it: whoever asked cannot tell. */
void parcels_cut(struct memory *m);
/* A record, or a signal with seq 0, to all who follow; a signal not to its sender. */
void memory_publish(struct memory *m, const struct handle *from, const char *log, const char *epoch,
		    const struct store_record *record, const struct hash *chain);

void ask_unref(struct ask *a);

/* --- what the store does --- */

void memory_new_epoch(struct memory *m, char epoch[STORE_EPOCH_MAX + 1]);
/* Runs when a request arrives at the store, an answer at its handle, patience ends. */
void run_request(struct memory *m, struct parcel *p);
void run_answer(struct memory *m, struct parcel *p);
void run_patience(struct memory *m, struct parcel *p);

/* --- handles --- */

void handle_close_when_done(struct handle *h);
/* The handle is going: what is still under way to it, or for it, finds nobody. */
void handle_detach(struct memory *m, struct handle *h);

#endif
