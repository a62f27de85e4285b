// Redis is there, and slow: F-11.

import { percentile, sleep } from "../lib-js/cluster.mjs";
import { fault, LARGE, TRIALS, within } from "./judge.mjs";
import { lagOf } from "./lag.mjs";

const SLOW_MS = 250; // a command takes so much longer than the delay
const LAG_MS = 50;
const NOISE_MS = 500; // what a busy machine may add to an answer
const LAG_NOISE_MS = 150; // to a turn of the loop
// Where instances are far and all speak in one session, they take turns of one way each.
const TURNS_MS = 2000;

/** So long from each of these instances to Redis, for three seconds. */
async function far(instances, ms) {
  for (const i of instances) i.chaos.faults.ask_delay_ms = ms;
  await sleep(3000);
}

export async function slow(cluster) {
  const { instances } = cluster;
  // name, delay, what a busy machine and turns may add, how it is done
  const kinds = [
    ["sleep", 2000, NOISE_MS, (redis) => redis.ask("DEBUG", "SLEEP", "2")],
    ["pause", 3000, NOISE_MS, (redis) => redis.ask("CLIENT", "PAUSE", "3000", "ALL").then(() => sleep(3000))],
    ["one_far", 200, TURNS_MS, () => far(instances.slice(0, 1), 200)],
    ["far", 200, TURNS_MS, () => far(instances, 200)],
  ];
  await fault(cluster, "F-11", {
    trials: LARGE ? TRIALS : kinds.length,
    longest_ms: 3500,
    run: async (trial) => {
      const [name, delay, slack, begin] = kinds[trial % kinds.length];
      const lag = await lagOf(instances);
      await sleep(500);
      const begun = performance.now();
      await begin(cluster.redis);
      if (delay > 1000) await sleep(700);
      const acked = cluster.answers.filter((a) => a.what === "ok" && a.at > begun).map((a) => a.ms);
      const p99 = within("F-11", `${name}_p99_ms`, percentile(acked, 0.99), delay + SLOW_MS, slack);
      const lag_max_ms = within("F-11", "lag_max_ms", await lag.end(), LAG_MS, LAG_NOISE_MS);
      return { [`${name}_p99_ms`]: p99, lag_max_ms };
    },
  });
}
