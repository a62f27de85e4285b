// The log is not what it was: a power cut (F-04); trimmed, flushed, or put back from yesterday (F-18).

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeCluster, sharedKeys, sleep, until } from "../lib-js/cluster.mjs";
import { makeRedis } from "../lib-js/redis.mjs";
import { exported, linesOf, makeServer, tempDir } from "../lib-js/server.mjs";
import { check, failures, fault, LARGE, report, skip, TRIALS } from "./judge.mjs";
import { canMount, disk } from "./network.mjs";

const SMALL = { instances: 3, sessions: 2, people: 6, rate: 60 };

/** The stream of a session's log. */
async function streamOf(redis, session) {
  for (const key of await redis.ask("KEYS", `*${session}*`))
    if ((await redis.ask("TYPE", key)) === "stream") return key;
  throw new Error(`there is no stream of ${session}`);
}

const epochsOf = (cluster) =>
  Promise.all(
    cluster.sessions.map(async (s) => (await cluster.stateOf(cluster.instances[0].server, s.session))?.epoch),
  );

/** Lines that were acknowledged and are in no record: told, not held against us. */
async function gone(cluster) {
  let n = 0;
  for (const s of cluster.sessions) {
    const texts = new Set(linesOf(await exported(cluster.instances[0].server, s.session, s.organizer)).map((l) => l.text));
    for (const p of s.people)
      for (const [key, c] of p.taken)
        if (!texts.has(c.text)) {
          p.taken.delete(key);
          n++;
        }
  }
  return n;
}

/** The log changed behind our backs: another epoch, and everybody sees the same. */
async function changed(cluster, kind, run) {
  await fault(cluster, "F-18", {
    trials: LARGE ? TRIALS : 1,
    longest_ms: 15_000,
    run: async () => {
      const before = await epochsOf(cluster);
      await sleep(1500);
      const figures = (await run()) ?? {};
      await sleep(1500);
      const after = await until("there is an epoch", async () => {
        const all = await epochsOf(cluster);
        return all.every(Boolean) && all;
      });
      const new_epochs = after.filter((e, i) => e !== before[i]).length;
      check(new_epochs === after.length, `F-18 ${kind}: ${new_epochs} of ${after.length} epochs are new`);
      return { kind, new_epochs, gone: 0, ...figures };
    },
  });
}

/** Back to the copy; how is what happens to those who remember more. */
async function yesterday(cluster, copy, how) {
  const { redis } = cluster;
  rmSync(copy, { recursive: true, force: true });
  cpSync(redis.dir, copy, { recursive: true });
  await sleep(1500); // what is acknowledged now is not in the copy
  await how();
  await redis.kill();
  rmSync(redis.dir, { recursive: true });
  cpSync(copy, redis.dir, { recursive: true });
  await redis.start();
}

export async function history({ random, say }) {
  await rewritten({ random, say });
  if (canMount()) await powerCuts({ random, say });
  else skip("F-04", "no disk may be mounted here: only root may");
  await refused();
}

async function rewritten({ random, say }) {
  const cluster = await makeCluster({ name: "cluster-history", size: SMALL, say, random });
  const { redis } = cluster;
  const copy = join(cluster.dir, "yesterday");
  try {
    await cluster.start();
    await cluster.populate();
    // The tail is gone, and instances still hold it: they give it back.
    await changed(cluster, "older", () => yesterday(cluster, copy, async () => {}));
    await changed(cluster, "flushed", async () => void (await redis.ask("FLUSHALL")));
    // Nobody holds it any more: it is lost, and everybody sees that. No two histories.
    await changed(cluster, "older,forgotten", async () => {
      await yesterday(cluster, copy, async () => {
        cluster.quiet();
        for (const i of cluster.instances) await i.server.kill();
      });
      for (const i of cluster.instances) await i.server.start();
      await until("all are back", () => cluster.everybody().every((p) => p.live));
      const lost = await gone(cluster);
      check(lost > 0, "F-18: nothing was lost where it should have been");
      cluster.load();
      return { gone: lost };
    });
    // What is missing in front cannot be given back: the session is refused, the others go on.
    const [, victim] = cluster.sessions;
    cluster.sessions.pop();
    await fault(cluster, "F-18", {
      trials: 1,
      run: async () => {
        await redis.ask("XTRIM", await streamOf(redis, victim.session), "MAXLEN", "10");
        const refused = () => victim.people.filter((p) => p.over).length;
        victim.people[0].say();
        await until("its people are told", () => refused() === victim.people.length);
        await sleep(1000);
        return { kind: "trimmed", refused: refused() };
      },
    });
  } finally {
    await cluster.end();
  }
}

/** Redis on a disk whose power is cut under load. */
async function powerCuts({ random, say }) {
  for (const fsync of ["always", "everysec"]) {
    const known = failures();
    const begun = performance.now();
    const image = `build/tmp/power-${process.pid}.img`;
    const folder = `build/tmp/power-${process.pid}`;
    const drive = disk(image, folder);
    const cluster = await makeCluster({
      name: "cluster-power",
      size: SMALL,
      say: fsync === "always" ? say : () => {},
      random,
      options: [`--redis.durable=${fsync}`],
      redis: { fsync, folder },
    });
    const line = { trials: LARGE ? 5 : 1, acked: 0, lost: 0, dup: 0, hole: 0, order: 0, div: 0, compared: 0 };
    const more = { fsync, gone: 0 };
    try {
      await cluster.start();
      await cluster.populate();
      for (let trial = 0; trial < line.trials; trial++) {
        cluster.load(200);
        await sleep(1700 + random() * 600);
        drive.cut();
        // Those who could give it back are gone as well: it is the disk that is asked.
        cluster.quiet();
        await Promise.all([cluster.redis.kill(), ...cluster.instances.map((i) => i.server.kill())]);
        drive.end();
        drive.mount();
        await cluster.redis.start();
        for (const i of cluster.instances) await i.server.start();
        await until("all are back", () => cluster.everybody().every((p) => p.live));
        line.acked = cluster.acked();
        if (fsync === "everysec") more.gone += await gone(cluster);
        await cluster.settle();
      }
      line.compared = cluster.compared;
      for (const k of ["lost", "dup", "hole", "order", "div"]) line[k] = cluster.figures[k];
    } finally {
      await cluster.end();
      drive.end();
      rmSync(image);
      rmSync(folder, { recursive: true });
    }
    report("F-04", line, more, begun, failures() - known);
  }
}

/** A Redis that forgets is refused where durable = always is asked. */
async function refused() {
  const known = failures();
  const begun = performance.now();
  const dir = tempDir("cluster-refused");
  const redis = await makeRedis({ dir: join(dir, "redis"), fsync: "everysec" });
  await redis.start();
  const server = makeServer({
    dir: join(dir, "1"),
    env: sharedKeys(dir).variables,
    options: [`--store.url=redis://127.0.0.1:${redis.port}`, "--redis.durable=always"],
  });
  await server.start().catch(() => {}); // it may find out a moment later
  const { code } = await Promise.race([server.ended(), sleep(8000).then(() => ({ code: 0 }))]);
  check(code && /appendfsync/.test(server.err()), `F-04: everysec under durable=always: ${code} ${server.err()}`);
  if (server.runs) await server.kill();
  await redis.kill();
  rmSync(dir, { recursive: true });
  const line = { trials: 1, acked: 0, lost: 0, dup: 0, hole: 0, order: 0, div: 0, compared: 0 };
  report("F-04", line, { fsync: "everysec,refused" }, begun, failures() - known);
}
