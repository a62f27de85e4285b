/* The web client: files of a table that is compiled in, found by their exact path. */
#ifndef JOBALIKE_NET_PAGES_H
#define JOBALIKE_NET_PAGES_H

struct request;

void pages_serve(struct request *r);

#endif
