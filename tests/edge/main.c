/* Without arguments: rows that need no server. With them: bytes for one.
 *   edge streams PORT CONNECTIONS SEED TICKETS
 *   edge readers PORT TICKETS
 *   edge trickle PORT TICKETS
 *   edge people PORT TICKETS
 *   edge flood KIND PORT TICKETS SESSION */
#include "tests/edge/edge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	unsigned times = getenv("LONG") ? 10 : 1;
	bool ok;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 6 && strcmp(argv[1], "streams") == 0)
		return !row_streams((uint16_t)atoi(argv[2]), (unsigned)strtoul(argv[3], NULL, 10),
				    strtoull(argv[4], NULL, 10), argv[5]);
	if (argc == 4 && strcmp(argv[1], "readers") == 0)
		return !row_readers((uint16_t)atoi(argv[2]), argv[3]);
	if (argc == 4 && strcmp(argv[1], "trickle") == 0)
		return !row_trickle((uint16_t)atoi(argv[2]), argv[3]);
	if (argc == 4 && strcmp(argv[1], "people") == 0)
		return !row_people((uint16_t)atoi(argv[2]), argv[3]);
	if (argc == 6 && strcmp(argv[1], "flood") == 0)
		return !row_flood(argv[2], (uint16_t)atoi(argv[3]), argv[4], argv[5]);
	ok = row_flips(10000 * times);
	ok = row_heavy(500 * times) && ok;
	ok = row_many_keys(20000) && ok;
	ok = row_time(40000 * times) && ok;
	return !ok;
}
