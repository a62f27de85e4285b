#include "server/base/tally.h"

#include <inttypes.h>

void tally_write(struct text *out, const char *name, const char *help, const struct tally *t,
		 double unit, unsigned first, unsigned last)
{
	uint64_t upto = 0;

	text_printf(out, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
	for (unsigned i = 0; i <= last && i < TALLY_SIZES - 1; i++) {
		upto += t->upto[i];
		if (i >= first)
			text_printf(out, "%s_bucket{le=\"%.9g\"} %" PRIu64 "\n", name,
				    (double)(UINT64_C(1) << i) * unit, upto);
	}
	text_printf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.9g\n%s_count %" PRIu64 "\n",
		    name, t->n, name, (double)t->sum * unit, name, t->n);
}
