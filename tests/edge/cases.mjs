// Counting: a case is one thing that must hold. What fails is said, and the others go on.

import { AssertionError } from "node:assert";

export const counts = { cases: 0, refused: 0, failed: 0 };

/** Runs one case. It returns true when the server refused something, as it had to. */
export async function check(name, body) {
  counts.cases++;
  try {
    if ((await body()) === true) counts.refused++;
  } catch (e) {
    counts.failed++;
    console.log(`FAILED ${name}: ${e instanceof AssertionError ? e.message : e.stack}`);
  }
}
