/* A roster as comma-separated values, from somebody's spreadsheet: read, or refused with line and
 * column. */
#include "clients/cli/csv.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csv csv;
	char why[256] = "";

	if (!csv_read((const char *)data, size, &csv, why, sizeof(why))) {
		must(strncmp(why, "line ", 5) == 0);
		return 0;
	}
	for (size_t i = 0; i < csv.n; i++) {
		must(csv.rows[i].n > 0 && csv.rows[i].line > 0);
		must(i == 0 || csv.rows[i].line > csv.rows[i - 1].line);
		for (size_t j = 0; j < csv.rows[i].n; j++)
			must(strlen(csv.rows[i].fields[j]) <= size);
	}
	csv_free(&csv);
	return 0;
}
