// Instances that die, stand still, or are told to end: F-01, F-02, F-16, F-20.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { percentile, sleep, until } from "../lib-js/cluster.mjs";
import { bin } from "../lib-js/server.mjs";
import { check, fail, fault, LARGE, totals, TRIALS, within } from "./judge.mjs";

const CRASHING = () => bin("crash/jobalike-server");
const PASSES = 20; // a point is passed so often at most before it is the end
const POINT_MS = 6000;
const BUSY_MS = 1000; // what other suites that run beside us may add to a way back

/** The names of all points, as they stand in the source. */
export function points() {
  const found = execFileSync("grep", ["-rhoE", 'crash_at\\("[a-z_.]+"\\)', "server"]).toString();
  return [...new Set(found.match(/"[^"]+"/g).map((x) => x.slice(1, -1)))].sort();
}

/** kill -9 at random moments. */
async function killed(cluster, random) {
  await fault(cluster, "F-01", {
    trials: LARGE ? 60 : 6,
    back_ms: 5000,
    run: async (trial) => {
      const i = cluster.instances[trial % cluster.instances.length];
      await sleep(200 + random() * 800);
      await i.server.kill();
      await sleep(random() * 500);
      await i.server.start();
      await sleep(200);
    },
  });
}

/** One instance dies at one point: true when it did, by itself. */
async function dieAt(i, point, passes) {
  const died = () => i.server.ended().then(({ signal }) => signal === "SIGKILL");
  const vars = { CRASH_AT: `${point}:${passes}` };
  const started = i.server.start({ program: CRASHING(), vars }).catch(() => null);
  const up = await Promise.race([started, died().then(() => null)]);
  if (up === null) return died();
  if (point.startsWith("end.")) {
    await sleep(300);
    i.server.signal("SIGTERM");
  }
  const inTime = await Promise.race([died(), sleep(POINT_MS).then(() => false)]);
  if (i.server.runs) await i.server.kill();
  return inTime;
}

/** Those that only one instance with a file passes. */
export const isOfFile = (point) => point.startsWith("sqlite.");

const isRare = (point) => /^(end|directory)\.|loaded|reconnect|gap|again|reset|lost|script|conflict|requeued|waiting|subscribed|ready/.test(point);

async function again(i) {
  if (i.server.runs) await i.server.kill();
  await i.server.start();
  i.doomed = false;
}

/**
 * All points of this store, each on whichever instance is free; people go on meanwhile. What nobody came
 * by is tried again on one instance, beside others that live.
 */
async function crashAtAll(cluster, wanted, random) {
  const covered = new Set();
  for (let round = 0; round < 6; round++) {
    const left = wanted.filter((p) => !covered.has(p));
    const [first, ...others] = cluster.instances;
    for (const i of round ? others : []) if (!i.server.runs || i.doomed) await again(i);
    await Promise.all(
      (round ? [first] : cluster.instances).map(async (i) => {
        i.doomed = true;
        for (let point = left.shift(); point; point = left.shift()) {
          if (i.server.runs) await i.server.kill();
          const passes = round || isRare(point) ? 1 : 1 + Math.floor(random() * PASSES);
          if (await dieAt(i, point, passes)) covered.add(point);
        }
      }),
    );
    if (covered.size === wanted.length) break;
  }
  for (const i of cluster.instances) if (i.doomed) await again(i);
  return covered;
}

/** Somebody who is not there any more has lost a race in each session: whoever says something waits for them. */
async function turnsOfOthers(redis) {
  for (const about of await redis.ask("KEYS", "*about:*"))
    await redis.ask("SET", about.replace("about:", "next:"), "nobody", "PX", "50", "NX");
}

/** At the points that are of: each is the end of an instance once. */
export async function crashed(cluster, random, of) {
  const wanted = points().filter(of);
  await fault(cluster, "F-01", {
    trials: 1,
    longest_ms: 60_000,
    run: async () => {
      for (const i of cluster.instances) if (i.chaos) i.chaos.faults.drop = 0.05; // holes to be filled
      const going = setInterval(() => {
        const people = cluster.everybody();
        people[Math.floor(random() * people.length)].socket.terminate();
      }, 150);
      const cutting = setInterval(() => {
        cluster.instances[Math.floor(random() * cluster.instances.length)].chaos?.cut();
        if (cluster.redis) turnsOfOthers(cluster.redis).catch((e) => fail(`F-01: ${e.message}`));
      }, 2000);
      const covered = await crashAtAll(cluster, wanted, random);
      clearInterval(going);
      clearInterval(cutting);
      const missed = wanted.filter((p) => !covered.has(p));
      if (missed.length) fail(`F-01: nobody died at ${missed}`);
      totals.points += wanted.length;
      totals.covered += covered.size;
      return { points: wanted.length, covered: covered.size };
    },
  });
}

async function frozen(cluster) {
  for (const ms of LARGE ? [1000, 5000, 30_000] : [1000, 8000])
    await fault(cluster, "F-02", {
      trials: LARGE ? TRIALS : 1,
      longest_ms: ms,
      back_ms: 15_000,
      run: async (trial) => {
        const i = cluster.instances[trial % cluster.instances.length];
        await sleep(500);
        i.stopped = true;
        i.server.signal("SIGSTOP");
        await sleep(ms);
        i.server.signal("SIGCONT");
        i.stopped = false;
        await sleep(500);
        return { stopped_ms: ms };
      },
    });
}

async function rolling(cluster) {
  await fault(cluster, "F-20", {
    back_ms: 2000,
    slack_ms: BUSY_MS,
    run: async () => {
      let exit_max_ms = 0;
      for (const i of cluster.instances) {
        await sleep(400);
        const { code, signal, ms } = await i.server.end();
        exit_max_ms = Math.max(exit_max_ms, ms);
        check(code === 0, `F-20: ended with ${code ?? signal}: ${i.server.err()}`);
        within("F-20", "exit_max_ms", ms, 10_000);
        await i.server.start();
        await until("it is ready", async () => (await fetch(i.server.url("/readyz"))).ok);
        await sleep(600); // the balancer sees it
      }
      return { exit_max_ms };
    },
  });
}

const peak = (server) => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]) / 1024;
const rss = (server) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]) / 1024;

/** Everybody loses the connection at once and comes back within a second. */
export async function storm(cluster) {
  await fault(cluster, "F-16", {
    trials: 3,
    back_ms: 8000,
    run: async () => {
      await sleep(300);
      const before = Math.max(...cluster.instances.map((i) => rss(i.server)));
      const people = cluster.everybody();
      const been = people.map((p) => p.backs.length);
      for (const p of people) p.socket.terminate();
      await until("all are back", () => people.every((p, i) => p.backs.length > been[i]));
      await sleep(1500);
      const after = Math.max(...cluster.instances.map((i) => peak(i.server)));
      const back_max_ms = Math.max(...cluster.backs());
      within("F-16", "back_max_ms", back_max_ms, 15_000);
      check(after < 2 * before, `F-16: memory went from ${before} to ${after} MB`);
      return { clients: people.length, back_max_ms, back_p50_ms: percentile(cluster.backs(), 0.5), rss_mb: before, peak_mb: after };
    },
  });
}

export async function death(cluster, random) {
  await killed(cluster, random);
  await frozen(cluster);
  await rolling(cluster);
}
