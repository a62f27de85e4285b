// Redis is away, slow, or cannot be reached: F-03, F-06, F-07, F-08, F-11.

import { readFileSync } from "node:fs";
import { percentile, sleep, until } from "../lib-js/cluster.mjs";
import { check, fault, LARGE, TRIALS } from "./judge.mjs";
import { lagOf } from "./lag.mjs";
import { drop, mend, reject, turnedAway } from "./network.mjs";

const ANSWER_MS = 2000; // a command is answered within this
const NOTICED_MS = 3000;
const NOISE_MS = 1000; // what a busy machine may add to an answer
const BUSY_MS = 2000; // and to a way back of several steps
const FAR_MS = 2000; // a command, when all instances are 200 ms from Redis
const NORMAL_MS = 3000;
const REFUSALS = new Set(["unavailable", "unknown"]);

/** What was answered since: how many of each kind, and the slowest of all first answers. */
function answered(cluster, since) {
  const all = cluster.answers.filter((a) => a.at > since);
  const refused = all.filter((a) => REFUSALS.has(a.what));
  const count = (what) => refused.filter((a) => a.what === what).length;
  return {
    unavailable: count("unavailable"),
    unknown: count("unknown"),
    answer_max_ms: Math.max(0, ...refused.map((a) => a.ms)),
  };
}

function rss(server) {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"));
  return Number(kb) / 1024;
}

/** What an instance says of itself to a balancer: nothing, if it has something to wait for. */
async function degraded({ server }) {
  const answer = await fetch(server.url("/readyz"));
  const { ready, degraded: why } = await answer.json();
  return answer.ok && ready && why;
}

/**
 * Every instance says what it lacks and stays ready, and somebody whose connection breaks now comes back
 * and reads. How long it took until the last of them had noticed.
 */
async function readsOn(cluster, begun) {
  for (const i of cluster.instances) await until("it says that its store is away", () => degraded(i));
  const noticed_ms = performance.now() - begun;
  await Promise.all(
    cluster.instances.map(async (i) => {
      const p = cluster.everybody().find((x) => x.live && x.home === i.number && x.server === i.server);
      const been = p?.backs.length;
      if (!p) return;
      p.server = null; // back to the same one, as a balancer that finds it ready sends them
      p.socket.terminate();
      await until(`${p.name} reads on`, () => p.backs.length > been);
    }),
  );
  return noticed_ms;
}

/** Away for so long; what people were answered meanwhile, and how soon it was normal again. */
async function outage(cluster, id, ms, begin, end) {
  await sleep(700);
  const memory = cluster.instances.map((i) => rss(i.server));
  const begun = performance.now();
  await begin();
  const noticing = ms < ANSWER_MS ? 0 : readsOn(cluster, begun);
  await sleep(ms);
  const noticed_ms = await noticing;
  const figures = answered(cluster, begun);
  const since = (await end()) ?? performance.now();
  const normal_ms = await cluster.normal(since);
  const grown = cluster.instances.map((i, k) => rss(i.server) - memory[k]);
  check(ms < ANSWER_MS || figures.unavailable + figures.unknown > 0, `${id}: nobody was told that it is away`);
  check(figures.answer_max_ms <= ANSWER_MS + NOISE_MS, `${id}: an answer came after ${figures.answer_max_ms} ms`);
  check(noticed_ms <= NOTICED_MS + NOISE_MS, `${id}: noticed after ${Math.round(noticed_ms)} ms`);
  check(normal_ms <= NORMAL_MS + BUSY_MS, `${id}: normal again after ${Math.round(normal_ms)} ms`);
  check(Math.max(...grown) < 50, `${id}: memory grew by ${Math.max(...grown)} MB`);
  return { ...figures, noticed_ms, normal_ms, grown_mb: Math.max(...grown) };
}

const AWAY_MS = LARGE ? 30_000 : 3500;

/** Ended in order without saving, or killed; what was synced is read again. */
async function restarts(cluster) {
  const { redis } = cluster;
  await fault(cluster, "F-03", {
    longest_ms: AWAY_MS,
    run: (trial) =>
      outage(
        cluster,
        "F-03",
        trial % 3 === 2 ? 200 : AWAY_MS, // sometimes it is back at once
        () => (trial % 2 ? redis.kill() : redis.shutdown()),
        () => redis.start(),
      ),
  });
}

async function silence(cluster) {
  await fault(cluster, "F-06", {
    trials: LARGE ? TRIALS : 1,
    longest_ms: AWAY_MS + 15_000,
    run: () =>
      outage(cluster, "F-06", LARGE ? 30_000 : 6000, () => drop(cluster.redis.port), () => void mend()),
  });
}

async function refusal(cluster) {
  const ms = LARGE ? 30_000 : 4000;
  let attempts = 0;
  await fault(cluster, "F-07", {
    trials: LARGE ? TRIALS : 1,
    longest_ms: AWAY_MS,
    run: async () => {
      const figures = await outage(
        cluster,
        "F-07",
        ms,
        () => {
          for (const i of cluster.instances) {
            reject(i.chaos.port);
            i.chaos.cut();
          }
        },
        () => {
          attempts = turnedAway();
          mend();
        },
      );
      const rate = attempts / (ms / 1000) / cluster.instances.length;
      check(attempts > 0, "F-07: nobody tried again");
      check(rate <= 20, `F-07: ${rate} attempts a second`);
      return { ...figures, attempts, attempts_a_second: rate };
    },
  });
}

/** One way only: what is asked arrives and is done, and no answer comes; or the other way round. */
async function oneWay(cluster) {
  const ways = ["down", "up"];
  await fault(cluster, "F-08", {
    trials: LARGE ? TRIALS : 2,
    longest_ms: AWAY_MS + 15_000,
    run: (trial) => {
      const cut = cluster.instances.map((i) => i.chaos.port);
      return outage(
        cluster,
        "F-08",
        4000,
        () => cut.forEach((port) => drop(port, [ways[trial % 2]])),
        () => void mend(),
      );
    },
  });
}

async function slow(cluster) {
  const kinds = [
    ["sleep", 2000, (redis) => redis.ask("DEBUG", "SLEEP", "2")],
    ["pause", 3000, (redis) => redis.ask("CLIENT", "PAUSE", "3000", "ALL").then(() => sleep(3000))],
    [
      "far",
      200,
      async () => {
        for (const i of cluster.instances) i.chaos.faults.ask_delay_ms = 200;
        await sleep(3000);
      },
    ],
  ];
  await fault(cluster, "F-11", {
    trials: LARGE ? TRIALS : kinds.length,
    longest_ms: AWAY_MS,
    run: async (trial) => {
      const [name, delay, begin] = kinds[trial % kinds.length];
      const lag = await lagOf(cluster.instances.map((i) => i.server));
      await sleep(500);
      const begun = performance.now();
      await begin(cluster.redis);
      if (name !== "far") await sleep(700);
      const acked = cluster.answers.filter((a) => a.what === "ok" && a.at > begun).map((a) => a.ms);
      const p99 = percentile(acked, 0.99);
      const lag_max_ms = await lag.end();
      // All three are far: each race that is lost costs the way again, and a loser's turn is kept for
      // less than the way takes. What is measured is printed; this is where it would be a fault.
      const most = name === "far" ? FAR_MS : delay;
      check(p99 <= most + 250 + NOISE_MS, `F-11 ${name}: a command took ${p99} ms`);
      check(lag_max_ms <= 50 + NOISE_MS, `F-11 ${name}: the loop stood still for ${lag_max_ms} ms`);
      return { [`${name}_p99_ms`]: p99, lag_max_ms };
    },
  });
}

export async function away(cluster) {
  await restarts(cluster);
  await silence(cluster);
  await refusal(cluster);
  await oneWay(cluster);
  await slow(cluster);
}
