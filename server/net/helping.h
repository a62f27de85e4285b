/* How many sockets one turn of the loop serves before everything else has its turn: timers, what
 * the store says, what is to be written. libuv has no setting for it. */
#ifndef JOBALIKE_NET_HELPING_H
#define JOBALIKE_NET_HELPING_H

#define HELPING_PLAIN 64
#define HELPING_TLS   16 /* a handshake takes half a millisecond */
#define HELPING_EACH  4  /* of it are for each newcomer: request, hello and what else they say */

/* For all loops of this process. Until it is called libuv's own measure holds: 48 times 1,024. */
void helping_set(int sockets);

#endif
