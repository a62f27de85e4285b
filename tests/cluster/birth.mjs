// Many instances begin at once on nothing (F-19); ends that are asked for at odd moments (F-21).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedKeys, sleep, until } from "../lib-js/cluster.mjs";
import { makeRedis } from "../lib-js/redis.mjs";
import { bin, makeServer, plan, start, tempDir } from "../lib-js/server.mjs";
import { check, failures, LARGE, report, TRIALS, within } from "./judge.mjs";

const nothingWrong = (trials) => ({ trials, acked: 0, lost: 0, dup: 0, hole: 0, order: 0, div: 0, compared: 0 });

function make(dir, i, port, env) {
  return makeServer({
    dir: join(dir, String(i)),
    admin: "127.0.0.1:0",
    key: env.key,
    env: env.variables,
    options: [`--store.url=redis://127.0.0.1:${port}`],
  });
}

/** Each plans a session at once: all know all of them, and the list has one history. */
async function together(redis, dir, env, n) {
  await redis.ask("FLUSHALL");
  const servers = Array.from({ length: n }, (_, i) => make(dir, i, redis.port, env));
  await Promise.all(servers.map((s) => s.start()));
  const planned = await Promise.all(servers.map((s, i) => plan(s, { title: `Born ${i}` })));
  const ids = planned.map((p) => p.session).sort();
  await until("all know all sessions", async () => {
    const lists = await Promise.all(
      servers.map(async (s) => (await (await fetch(s.url("/api/sessions"))).json()).sessions),
    );
    return lists.every((l) => l.map((e) => e.session).sort().join() === ids.join());
  });
  let compared = 0;
  let div = 0;
  for (const id of ids) {
    const states = await Promise.all(
      servers.map(async (s) => (await fetch(s.adminUrl(`/sessions/${id}/state`))).text()),
    );
    for (const text of states.slice(1)) {
      compared++;
      if (text !== states[0]) div++;
    }
  }
  const ends = await Promise.all(servers.map((s) => s.end()));
  for (const [i, { code, signal }] of ends.entries())
    check(code === 0, `F-19: ended with ${code ?? signal}: ${servers[i].err()}`);
  for (const s of servers) s.remove();
  return { acked: n, compared, div };
}

async function births(redis, dir, env) {
  const known = failures();
  const begun = performance.now();
  const sizes = LARGE ? Array.from({ length: 100 }, (_, i) => [2, 5, 10][i % 3]) : [2, 5, 10];
  const line = nothingWrong(sizes.length);
  for (const n of sizes)
    for (const [key, value] of Object.entries(await together(redis, dir, env, n))) line[key] += value;
  check(!line.div, "F-19: instances that began together have different states");
  report("F-19", line, { sizes: "2,5,10" }, begun, failures() - known);
}

/** Does it catch SIGTERM by now? */
function hears(pid) {
  const [, mask] = /^SigCgt:\s+(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (BigInt(`0x${mask}`) & (1n << 14n)) !== 0n;
}

/** SIGTERM so long after the start: an orderly end, or before we hear signals, the system's. */
async function whileStarting(dir, env, port, ms) {
  const child = start(
    bin("jobalike-server"),
    ["--listen.port=0", "--admin.listen=off", `--data.dir=${join(dir, "young")}`, `--store.url=redis://127.0.0.1:${port}`],
    { env: { ...process.env, ...env.variables }, stdio: "ignore" },
  );
  const exited = new Promise((done) => child.on("exit", (code, signal) => done({ code, signal })));
  await sleep(ms);
  const begun = performance.now();
  const heard = hears(child.pid);
  child.kill("SIGTERM");
  const { code, signal } = await exited;
  const took = performance.now() - begun;
  check(code === 0 || (!heard && signal === "SIGTERM"), `F-21: SIGTERM ${ms} ms after the start: ${code ?? signal}`);
  return took;
}

async function ends(redis, dir, env) {
  const known = failures();
  const begun = performance.now();
  const line = nothingWrong(0);
  let exit_max_ms = 0;
  const note = (ms, what) => {
    line.trials++;
    exit_max_ms = within("F-21", "exit_max_ms", Math.max(exit_max_ms, ms), 10_000);
  };
  for (const ms of LARGE ? Array.from({ length: TRIALS * 5 }, (_, i) => 4 * i) : [0, 20, 40, 80, 160, 320])
    note(await whileStarting(dir, env, redis.port, ms), "during the start");

  const away = make(dir, "away", redis.port, env);
  await away.start();
  await plan(away, { title: "Left behind" });
  await redis.kill();
  const doomed = plan(away, { title: "Not any more" }).catch(() => {});
  await sleep(300);
  const { code, signal, ms } = await away.end();
  note(ms, "with Redis away");
  check(code === 0, `F-21: with Redis away it ended with ${code ?? signal}: ${away.err()}`);
  await doomed;
  await redis.start();

  const twice = make(dir, "twice", redis.port, env);
  await twice.start();
  const since = performance.now();
  twice.signal("SIGTERM");
  twice.signal("SIGTERM");
  await twice.ended();
  note(performance.now() - since, "SIGTERM twice");
  report("F-21", line, { exit_max_ms }, begun, failures() - known);
}

export async function birth() {
  const dir = tempDir("cluster-birth");
  const redis = await makeRedis({ dir: join(dir, "redis") });
  const env = sharedKeys(dir);
  await redis.start();
  await births(redis, dir, env);
  await ends(redis, dir, env);
  await redis.kill();
  redis.remove();
}
