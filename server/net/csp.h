/* The content security policy: what a page of ours may load and do, and what browsers report of it.
 */
#ifndef JOBALIKE_NET_CSP_H
#define JOBALIKE_NET_CSP_H

#define CSP_POLICY                                                                                 \
	"default-src 'none'; script-src 'self'; style-src 'self'; "                                \
	"img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "         \
	"form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "         \
	"require-trusted-types-for 'script'; report-uri /csp"

struct request;

/* Answers a report: something was not allowed. */
void csp_report(struct request *r);

#endif
