#include "server/net/csp.h"

#include <string.h>

#include "server/base/log.h"
#include "server/net/http.h"
#include "server/net/inside.h"

/* Those of the policy. */
static const char *const directives[] = {
	"default-src", "script-src",  "style-src",       "img-src",
	"font-src",    "connect-src", "manifest-src",    "form-action",
	"base-uri",    "object-src",  "frame-ancestors", "require-trusted-types-for",
};
#define N_DIRECTIVES (int)(sizeof(directives) / sizeof(directives[0]))

/* Which part of the policy a report is about; nothing else that it says is told. */
static int directive_of(const struct request *r)
{
	static const char key[] = "\"violated-directive\":\"";
	const char *at = r->body.s ? strstr(r->body.s, key) : NULL;

	for (int i = 0; at && i < N_DIRECTIVES; i++) {
		size_t n = strlen(directives[i]);

		if (strncmp(at + sizeof(key) - 1, directives[i], n) == 0 &&
		    strchr(" \"-", at[sizeof(key) - 1 + n]))
			return i;
	}
	return N_DIRECTIVES;
}

/* Anybody can send one: each kind is said once. */
void csp_report(struct request *r)
{
	int i = directive_of(r);

	if (!(r->net->csp_said & 1u << i))
		log_warn("csp.report", "directive=%s",
			 i < N_DIRECTIVES ? directives[i] : "another");
	r->net->csp_said |= 1u << i;
	r->net->figures.csp_reports++;
	answer_constant(r, (struct reply){ .status = 204 }, "", 0);
}
