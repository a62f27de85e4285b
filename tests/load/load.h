/* The load test: a generator of thousands of connections in one process, and a bare server beside
 * it (floor.c) that does nothing but send(), as the floor of what the kernel charges. One run is
 * one kind of load (talk: lines to rooms) in one dialect (ours, the floor's, or that of a peer); it
 * prints its figures as one line of JSON. run.mjs puts runs beside each other and makes ratios.
 *
 * A kind is a file with a function of struct run and a line in main.c; a dialect is a file with a
 * struct dialect and a line there. */
#ifndef JOBALIKE_TESTS_LOAD_H
#define JOBALIKE_TESTS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/load/figures.h"

#define PORTS_MAX 8
#define PIDS_MAX  8
#define LINES_MAX 16384 /* under way at a time; a power of two */
#define TEXT_MAX  8192  /* bytes of what is sent at once */

struct run;
struct client;
struct ssl_st; /* of OpenSSL */

/* What is asked of a run; times in seconds. */
struct load {
	const char *dialect;
	const char *host;
	int ports[PORTS_MAX], n_ports;   /* several instances: clients take turns */
	int pids[PIDS_MAX], n_pids;      /* whose CPU is counted together; the first one's memory */
	int admins[PORTS_MAX], n_admins; /* where ours tell what they measure */
	const char *data;                /* folder of the server's keys */
	char *sessions;                  /* ids with commas between; room k is in session k % n */
	int rooms, people;               /* so many rooms of so many people */
	int others;        /* who sit elsewhere in the first session and hear no line */
	int in_flight;     /* lines under way at any time */
	double per_second; /* instead: so many lines a second, due at even times */
	int body;          /* bytes of a line's text; of the floor's whole frame */
	double seconds, warm_up;
	int each;       /* stop after so many lines, not after seconds; 0: no */
	bool coalesce;  /* the floor gathers what one turn of its loop brings */
	int window_ms;  /* and waits so long for more */
	int ping_s;     /* and pings each who is there so often; 0: not */
	bool deaf;      /* the others sit in the room, and read nothing once they are there */
	bool tls;       /* 1.3, of the same ports */
	const char *at; /* path or prefix of a peer's, where its dialect asks for one */
};

/* How one kind of server is spoken to. */
struct dialect {
	const char *name;
	/* What is sent when the connection stands. */
	void (*begin)(struct client *c);
	/* Takes whole messages from the front of the bytes; returns how many bytes they were. */
	size_t (*read)(struct client *c, unsigned char *bytes, size_t n);
	/* Says line n in the client's room. */
	void (*say)(struct client *c, uint64_t n);
	/* Once, after all are ready; NULL: nothing. */
	void (*prepare)(struct run *r);
};

struct client {
	struct run *run;
	int number, fd;
	int room;           /* index of; -1: hears no line */
	struct ssl_st *ssl; /* NULL: spoken to plainly */
	bool greeted;       /* over TLS: the handshake is done, and the dialect has begun */
	int64_t asked_ns;   /* when it first asked to be let in; 0: not yet */
	int64_t again_ns;   /* it was told to come again then; 0: it was not */
	bool upgraded, ready;
	bool moving;         /* has asked to sit in its room */
	uint64_t last_seq;   /* of the last line that came */
	uint64_t heard;      /* a hash over the lines that came, in their order */
	unsigned char *rest; /* the begin of a message whose end has not come */
	size_t n_rest;
};

struct line {
	uint64_t n; /* 0: none in this slot */
	int64_t due_ns;
	int room, seen, speaker;
};

struct run {
	const struct load *load;
	const struct dialect *dialect;
	struct client *clients;
	int n_clients, n_ready, n_away; /* away: were told to come again, and have not yet */
	uint64_t *room_ids;             /* of the server's rooms; 0: the plenary */
	const char **session_ids;
	int n_sessions;
	int epoll;
	struct line lines[LINES_MAX];
	uint64_t next_n;
	int under_way;
	bool measuring;
	uint64_t lines_done, deliveries, bytes; /* while measuring; bytes of frames of lines */
	uint64_t reads;                         /* of all sockets, that brought something */
	uint64_t missing, doubled, disordered, errors, came_again;
	struct histogram latency, ack; /* to each screen; to the one who said it */
};

/* --- net.c: connections and the loop --- */

/* Makes the clients of the load. */
void run_init(struct run *r, const struct load *l, const struct dialect *d);
void run_free(struct run *r);
/* Connects; false: the reason was printed. */
bool client_open(struct run *r, struct client *c);
void client_close(struct client *c);
/* Is not there any more, but may be opened again. */
void client_hang_up(struct client *c);
/* As a client does that was sent away for a while: it hangs up when what came was read, and
 * connects anew after so many ms. Its wait goes on. */
void client_leave(struct client *c, uint64_t ms);
void client_ready(struct client *c);
/* Sends all of it, or counts an error. */
void client_send(struct client *c, const void *bytes, size_t n);
/* Reads what has come, for wait_ms at most. */
void run_turn(struct run *r, int wait_ms);
/* Opens all clients, and waits until they are ready. */
bool run_arrive(struct run *r);
/* The others do not read any more. */
void run_deafen(struct run *r);
/* A line came to a client. seq: its place if the server tells one, else 0. */
void line_came(struct client *c, uint64_t n, uint64_t seq, size_t frame_bytes);
/* Marks a fault, and prints the first of them. */
void run_fault(struct run *r, const char *what, const void *bytes, size_t n);

/* --- tls.c: beneath any dialect --- */

/* Begins a handshake; the dialect begins when it is done. */
void tls_open(struct client *c);
void tls_close(struct client *c);
/* Like recv and send on a socket that does not block. */
ssize_t tls_read(struct client *c, void *bytes, size_t n);
ssize_t tls_write(struct client *c, const void *bytes, size_t n);

/* --- websocket.c: frames, for the dialects that have them --- */

void ws_upgrade(struct client *c, const char *path, const char *subprotocol);
void ws_send(struct client *c, const char *text, size_t n);
void ws_send_binary(struct client *c, const void *bytes, size_t n);
/* As a dialect's read: takes the answer to the upgrade, and calls opened then (NULL: nothing);
 * calls on_message for each whole text or binary message; answers pings. */
size_t ws_read(struct client *c, unsigned char *bytes, size_t n, void (*opened)(struct client *c),
	       void (*on_message)(struct client *c, const char *bytes, size_t n,
				  size_t frame_bytes));

bool begins(const char *text, size_t n, const char *with);
/* The number that stands after key, or 0. */
uint64_t number_after(const char *text, size_t n, const char *key);

/* --- print.c: what all kinds print, as parts of one object --- */

/* of: what their names begin with. */
void print_waits(const char *of, const struct histogram *h);
/* For each of n. */
void print_cpu(const struct cpu *cpu, uint64_t n);
/* The end of it; memory: KiB of n of them; odd: rooms in which not all heard the same. Returns the
 * status of the program: did all come as it should? */
int print_end(const struct run *r, long memory, int n, int odd);

/* --- dialects and kinds --- */

extern const struct dialect dialect_ours, dialect_floor, dialect_visitor;
extern const struct dialect dialect_ws, dialect_socketio, dialect_nats; /* peers.c */
extern const struct dialect dialect_mqtt, dialect_mqtt_ws;              /* mqtt.c */
/* epoch and after: what they have seen already; after 0: they are new. */
void ours_hello(struct client *c, const char *epoch, uint64_t after);
int talk(struct run *r);
/* Visitors: all come at once; come back after lines that they missed; come and sit there. */
int storm(struct run *r);
int resume(struct run *r);
int idle(struct run *r);
/* Writes a session of so many lines into the store in the folder of data. */
int fill(const struct load *l);
/* Serves until killed. */
int floor_serve(const struct load *l);
/* fdatasync of small appends to a file in this folder, for a while: what the disk itself takes. */
int disk_measure(const struct load *l);

#endif
