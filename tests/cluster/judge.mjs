// One fault, several times: what is printed of it, and what counts as failed.

import { percentile } from "../lib-js/cluster.mjs";

export const LARGE = Boolean(process.env.LONG);
export const TRIALS = LARGE ? 20 : 3;

const names = ["lost", "dup", "hole", "order", "div"];
export const totals = { faults: 0, trials: 0, acked: 0, lost: 0, dup: 0, hole: 0, order: 0, div: 0, points: 0, covered: 0, compared: 0, skipped: 0, above: 0 };
let failed = 0;
const asked = new Map(); // name of a figure of this fault -> what is asked of it

export function fail(words) {
  failed++;
  if (failed <= 60) console.log(`FAILED ${words}`);
}
export const failures = () => failed;
export const check = (holds, words) => holds || fail(words);

/**
 * A figure that shall be at most so much: printed beside it. slack: what a busy machine may add before
 * it counts as a fault; how many are above what is asked is said in the last line.
 */
export function within(id, name, figure, most, slack = 0) {
  asked.set(name, most);
  check(figure <= most + slack, `${id}: ${name}=${Math.round(figure)}, asked ${most}`);
  return figure;
}

const round = (v) => (typeof v === "number" ? Math.round(v * 100) / 100 : v);

const words = (of) =>
  Object.entries(of)
    .map(([k, v]) => `${k}=${round(v)}${asked.has(k) ? `/${round(asked.get(k))}` : ""}`)
    .join(" ");

/** Times are the longest of all trials, other numbers their sum, words the last. */
function gather(all, more) {
  for (const [key, value] of Object.entries(more ?? {})) {
    if (typeof value !== "number" || !(key in all)) all[key] = value;
    else all[key] = /_ms$|_mb$|_a_second$/.test(key) ? Math.max(all[key], value) : all[key] + value;
  }
}

/**
 * run(trial) breaks something and mends it, under load, and returns figures of its own. Then everybody
 * must be back, and the common judge looks. back_ms: how long the slowest of a hundred may take.
 */
export async function fault(cluster, id, { trials = TRIALS, back_ms = 0, slack_ms = 0, longest_ms = 0, run }) {
  const before = { ...cluster.figures };
  const more = {};
  const begun = performance.now();
  const acked = cluster.acked();
  const compared = cluster.compared;
  const known = failed;
  await cluster.spread();
  cluster.fresh();
  for (let trial = 0; trial < trials; trial++) {
    cluster.load();
    try {
      gather(more, await run(trial));
    } catch (e) {
      fail(`${id}: ${e.stack}`);
    }
    for (const i of cluster.instances) i.chaos?.calm();
    await cluster.settle();
  }
  const line = { trials, acked: cluster.acked() - acked };
  for (const name of names) line[name] = cluster.figures[name] - before[name];
  line.compared = cluster.compared - compared;
  const backs = cluster.backs();
  line.backs = backs.length;
  line.back_p99_ms = percentile(backs, 0.99);
  line.stuck = cluster.stuck(longest_ms);
  if (back_ms) within(id, "back_p99_ms", line.back_p99_ms, back_ms, slack_ms);
  check(!line.stuck, `${id}: ${line.stuck} people waited longer than allowed`);
  check(line.acked >= trials * 20, `${id}: only ${line.acked} lines were acknowledged: that is no load`);
  report(id, line, more, begun, failed - known);
}

/** Said, counted, and no success where everything must be shown. */
export function skip(id, why) {
  totals.skipped++;
  console.log(`fault=${id} skipped=1 (${why})`);
  if (process.env.CI === "true") fail(`${id}: ${why}`);
}

/** The line of a fault, and its part of the suite's last line. */
export function report(id, line, more, begun, wrong = 0) {
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  const all = { ...line, ...more };
  line.above = [...asked].filter(([name, most]) => all[name] > most).length;
  console.log(`fault=${id} ${words(all)} above=${line.above} seconds=${seconds} failed=${wrong}`);
  asked.clear();
  totals.faults++;
  for (const key of Object.keys(totals)) totals[key] += line[key] ?? 0;
}

export const lastLine = (seed) => `suite=cluster ${words(totals)} seed=${seed} failed=${failed}`;
