/* How the loop waits, for which libuv has no settings: how many sockets one turn serves before
 * everything else has its turn (timers, what the store says, what is to be written), and how long
 * it sleeps first. */
#ifndef JOBALIKE_NET_HELPING_H
#define JOBALIKE_NET_HELPING_H

#define HELPING_PLAIN 64
#define HELPING_TLS   16 /* a handshake takes half a millisecond */
#define HELPING_EACH  4  /* of it are for each newcomer: request, hello and what else they say */

/* For all loops of this process. Until it is called libuv's own measure holds: 48 times 1,024. */
void helping_set(int sockets);

/* Sleeps so long, less than a second, before each wait that may be longer, whoever speaks
 * meanwhile: then more of them are heard at once. Not while some were left over, and a signal ends
 * it. */
void helping_pause(int ms);

#endif
