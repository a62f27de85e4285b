// Counting: a case is one thing that must hold. What fails is said, and the others go on.

import { AssertionError } from "node:assert";
import { AsyncLocalStorage } from "node:async_hooks";

export const counts = { cases: 0, refused: 0, failed: 0 };

const part = new AsyncLocalStorage();

/** Runs the body with counts of its own beside those of all. */
export async function counted(body) {
  const own = { cases: 0, failed: 0 };
  return { own, figures: await part.run(own, body) };
}

function count(what) {
  counts[what]++;
  const own = part.getStore();
  if (own && what in own) own[what]++;
}

/** Runs one case. It returns true when the server refused something, as it had to. */
export async function check(name, body) {
  count("cases");
  try {
    if ((await body()) === true) count("refused");
  } catch (e) {
    count("failed");
    console.log(`FAILED ${name}: ${e instanceof AssertionError ? e.message : e.stack}`);
  }
}
