/* What operators measure, as Prometheus reads it (text format 0.0.4). */
#ifndef JOBALIKE_NET_METRICS_H
#define JOBALIKE_NET_METRICS_H

struct request;

void metrics_serve(struct request *r);

#endif
