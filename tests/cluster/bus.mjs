// Published messages are lost, come twice, late, or in another order: F-09, F-10.

import { percentile, sleep } from "../lib-js/cluster.mjs";
import { check, fault, LARGE, TRIALS, within } from "./judge.mjs";
import { lose, mend } from "./network.mjs";

const FILLED_MS = 1000;
const NOISE_MS = 500;
const RESENT_MS = 2000; // TCP sends what was lost again after a time that doubles

/** While it holds: how long a line took from the store to each screen. */
async function watched(cluster, ms) {
  cluster.watch(true);
  await sleep(ms);
  const seen = cluster.watch(false);
  return { seen: seen.length, seen_p50_ms: percentile(seen, 0.5), seen_p99_ms: percentile(seen, 0.99) };
}

const sum = (cluster, key) => cluster.instances.reduce((n, i) => n + i.chaos.counts[key], 0);

async function lost(cluster) {
  const loses = async () => {
    const dropped = sum(cluster, "dropped");
    for (const i of cluster.instances) i.chaos.faults.drop = 0.1;
    await sleep(3000);
    check(sum(cluster, "dropped") > dropped, "F-09: no message was lost");
  };
  const cuts = async () => {
    for (let i = 0; i < 2; i++) {
      await cluster.redis.ask("CLIENT", "KILL", "TYPE", "pubsub");
      await sleep(1500);
    }
  };
  const thins = async () => {
    for (const i of cluster.instances) lose(i.chaos.port, 20);
    await sleep(3000);
    mend();
  };
  const kinds = [
    ["cut", cuts, NOISE_MS],
    ["dropped", loses, NOISE_MS],
    ["packets", thins, RESENT_MS],
  ];
  await fault(cluster, "F-09", {
    trials: LARGE ? TRIALS : kinds.length,
    run: async (trial) => {
      const [name, run, slack] = kinds[trial % kinds.length];
      const [figures] = await Promise.all([watched(cluster, 3000), run()]);
      const p99 = within("F-09", `${name}_p99_ms`, figures.seen_p99_ms, FILLED_MS, slack);
      return { seen: figures.seen, [`${name}_p99_ms`]: p99 };
    },
  });
}

async function disordered(cluster) {
  await fault(cluster, "F-10", {
    run: async () => {
      const before = { repeated: sum(cluster, "repeated"), delayed: sum(cluster, "delayed") };
      for (const i of cluster.instances) Object.assign(i.chaos.faults, { repeat: 0.1, late_ms: 500 });
      const figures = await watched(cluster, 2000);
      const repeated = sum(cluster, "repeated") - before.repeated;
      check(repeated > 0, "F-10: no message came twice");
      return { ...figures, repeated, delayed: sum(cluster, "delayed") - before.delayed };
    },
  });
}

export async function bus(cluster) {
  await lost(cluster);
  await disordered(cluster);
}
