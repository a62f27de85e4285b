// Published messages are lost, come twice, late, or in another order: F-09, F-10.

import { percentile, sleep } from "../lib-js/cluster.mjs";
import { check, fault, LARGE, TRIALS } from "./judge.mjs";
import { lose, mend } from "./network.mjs";

const FILLED_MS = 1000;
const NOISE_MS = 1000;

/** While it holds: how long a line took from the store to each screen. */
async function watched(cluster, ms) {
  cluster.watch(true);
  await sleep(ms);
  const seen = cluster.watch(false);
  return { seen: seen.length, seen_p50_ms: percentile(seen, 0.5), seen_p99_ms: percentile(seen, 0.99) };
}

const sum = (cluster, key) => cluster.instances.reduce((n, i) => n + i.chaos.counts[key], 0);

async function lost(cluster) {
  const kinds = [
    async () => {
      for (let i = 0; i < 2; i++) {
        await cluster.redis.ask("CLIENT", "KILL", "TYPE", "pubsub");
        await sleep(1500);
      }
    },
    async () => {
      for (const i of cluster.instances) i.chaos.faults.drop = 0.1;
      await sleep(3000);
    },
    async () => {
      for (const i of cluster.instances) lose(i.chaos.port, 20);
      await sleep(3000);
      mend();
    },
  ];
  await fault(cluster, "F-09", {
    trials: LARGE ? TRIALS : kinds.length,
    run: async (trial) => {
      const dropped = sum(cluster, "dropped");
      const [figures] = await Promise.all([watched(cluster, 3000), kinds[trial % kinds.length]()]);
      if (trial % kinds.length === 1) {
        check(figures.seen_p99_ms <= FILLED_MS + NOISE_MS, `F-09: a line came ${figures.seen_p99_ms} ms late`);
        check(sum(cluster, "dropped") > dropped, "F-09: no message was lost");
      }
      return { ...figures, dropped: sum(cluster, "dropped") - dropped };
    },
  });
}

async function disordered(cluster) {
  await fault(cluster, "F-10", {
    trials: LARGE ? TRIALS : 1,
    run: async () => {
      const before = { repeated: sum(cluster, "repeated"), delayed: sum(cluster, "delayed") };
      for (const i of cluster.instances) Object.assign(i.chaos.faults, { repeat: 0.1, late_ms: 500 });
      const figures = await watched(cluster, 4000);
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
