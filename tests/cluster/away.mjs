// Redis is away, or cannot be reached: F-03, F-06, F-07, F-08.

import { readFileSync } from "node:fs";
import { sleep, until } from "../lib-js/cluster.mjs";
import { check, fault, LARGE, TRIALS, within } from "./judge.mjs";
import { drop, mend, reject, turnedAway } from "./network.mjs";

const ANSWER_MS = 2000; // a command is answered within this
const NOTICED_MS = 3000;
const NORMAL_MS = 3000;
const NOISE_MS = 500; // what a busy machine may add to an answer
const BUSY_MS = 1000; // and to a way back of several steps
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
  within(id, "answer_max_ms", figures.answer_max_ms, ANSWER_MS, NOISE_MS);
  within(id, "noticed_ms", noticed_ms, NOTICED_MS, NOISE_MS);
  within(id, "normal_ms", normal_ms, NORMAL_MS, BUSY_MS);
  const grown_mb = within(id, "grown_mb", Math.max(...grown), 50);
  return { ...figures, noticed_ms, normal_ms, grown_mb };
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
    longest_ms: AWAY_MS + 15_000,
    run: (trial) =>
      outage(
        cluster,
        "F-06",
        LARGE ? 30_000 : [4000, 4000, 6000][trial],
        () => drop(cluster.redis.port),
        () => void mend(),
      ),
  });
}

async function refusal(cluster) {
  const ms = LARGE ? 30_000 : 2500;
  let attempts = 0;
  await fault(cluster, "F-07", {
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
      return { ...figures, attempts, attempts_a_second: within("F-07", "attempts_a_second", rate, 20) };
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

export async function away(cluster) {
  await restarts(cluster);
  await silence(cluster);
  await refusal(cluster);
  await oneWay(cluster);
}
