// Redis is there, and slow: F-11.

import { percentile, sleep } from "../lib-js/cluster.mjs";
import { check, fault, LARGE, TRIALS, within } from "./judge.mjs";
import { lagOf } from "./lag.mjs";
import { narrow, widen } from "./network.mjs";

const SLOW_MS = 250; // a command takes so much longer than the delay
const LAG_MS = 50;
const NOISE_MS = 500; // what a busy machine may add to an answer
const LAG_NOISE_MS = 150; // to a turn of the loop
// Where instances are far and all speak in one session, they take turns of one way each.
const TURNS_MS = 2000;
const HELD_MS = 3000; // so long it goes on
const KEYS = LARGE ? 500_000 : 50_000; // beside ours, in a Redis that others use too
const SLICE = 5000;
const PAUSE_MS = 20; // between two looks at how long it lets us wait
const REST = 12; // looks between two copies, as these take the processor from everybody

/** So long from each of these instances to Redis. */
async function far(instances, ms) {
  for (const i of instances) i.chaos.faults.ask_delay_ms = ms;
  await sleep(HELD_MS);
}

/**
 * Each instance has a line of 1 mbit to its proxy, of which our load takes two thirds. With one for all of them it
 * would be twice what fits, and the figure only how long we looked.
 */
async function thin(instances) {
  await narrow(instances.map((i) => i.chaos.port), "1mbit");
  let waits = 0;
  try {
    await sleep(HELD_MS);
  } finally {
    waits = await widen();
  }
  check(waits > 0, "F-11: nothing had to wait for the line");
  return { waits };
}

/** Small enough slices that filling is not what is slow. */
async function filled(redis) {
  const script = `redis.call("SELECT", 9)
    for i = 1, ${SLICE} do redis.call("SET", ARGV[1] + i, string.rep("x", 200)) end`;
  for (let n = 0; n < KEYS; n += SLICE) await redis.ask("EVAL", script, 0, n);
}

const emptied = (redis) => redis.ask("EVAL", 'redis.call("SELECT", 9) redis.call("FLUSHDB", "ASYNC")', 0);

/** What an operator may turn while it runs, and between what: nothing of it is about what is kept. */
const SETTINGS = {
  hz: [100, 10],
  "dynamic-hz": ["no", "yes"],
  maxclients: [4000, 5000],
  "maxmemory-samples": [10, 5],
  activerehashing: ["no", "yes"],
  "slowlog-max-len": [1000, 128],
  "latency-monitor-threshold": [5, 0],
  "tracking-table-max-keys": [1000, 1_000_000],
  "hash-max-listpack-entries": [16, 512],
  "stream-node-max-entries": [10, 100],
  "lazyfree-lazy-user-del": ["yes", "no"],
  "aof-rewrite-incremental-fsync": ["no", "yes"],
};

/** Its file is written anew a few times, and it is told other settings again and again: how long it let us wait at most. */
async function rewritten(redis) {
  const end = performance.now() + HELD_MS;
  let delay_ms = 0;
  let rewrites = 0;
  for (let turn = 0; performance.now() < end; turn++) {
    const begun = performance.now();
    await redis.ask("CONFIG", "SET", ...Object.entries(SETTINGS).flatMap(([name, two]) => [name, two[turn % 2]]));
    delay_ms = Math.max(delay_ms, performance.now() - begun);
    if (turn % REST === 0) await redis.ask("BGREWRITEAOF").then(() => rewrites++, () => {}); // it is still at the last one
    await sleep(PAUSE_MS);
  }
  await emptied(redis);
  check(rewrites > 1, `F-11: its file was written anew ${rewrites} times`);
  return { delay_ms, rewrites };
}

/** delay: of an answer of Redis, where it is not measured. slack: what a busy machine and turns may add. */
const KINDS = {
  sleep: { delay: 2000, slack: NOISE_MS, run: ({ redis }) => redis.ask("DEBUG", "SLEEP", "2").then(() => sleep(700)) },
  pause: {
    delay: 3000,
    slack: NOISE_MS,
    run: ({ redis }) => redis.ask("CLIENT", "PAUSE", "3000", "ALL").then(() => sleep(3700)),
  },
  one_far: { delay: 200, slack: TURNS_MS, run: ({ instances }) => far(instances.slice(0, 1), 200) },
  far: { delay: 200, slack: TURNS_MS, run: ({ instances }) => far(instances, 200) },
  thin: { delay: 0, slack: NOISE_MS, run: ({ instances }) => thin(instances) },
  rewritten: {
    slack: NOISE_MS,
    prepare: ({ redis }) => filled(redis),
    run: ({ redis }) => rewritten(redis),
  },
};

export async function slow(cluster) {
  const { instances } = cluster;
  const names = Object.keys(KINDS);
  await fault(cluster, "F-11", {
    trials: LARGE ? TRIALS : names.length,
    longest_ms: 3500,
    run: async (trial) => {
      const name = names[trial % names.length];
      const { delay, slack, prepare, run } = KINDS[name];
      await prepare?.(cluster);
      const lag = await lagOf(instances);
      await sleep(500);
      const begun = performance.now();
      const { delay_ms = delay, ...figures } = (await run(cluster)) ?? {};
      const acked = cluster.answers.filter((a) => a.what === "ok" && a.at > begun).map((a) => a.ms);
      const p99 = within("F-11", `${name}_p99_ms`, percentile(acked, 0.99), delay_ms + SLOW_MS, slack);
      const lag_ms = within("F-11", `${name}_lag_ms`, await lag.end(), LAG_MS, LAG_NOISE_MS);
      return { [`${name}_p99_ms`]: p99, [`${name}_lag_ms`]: lag_ms, ...figures };
    },
  });
}
