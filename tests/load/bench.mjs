// The bench: servers on one core, the generator on the other, one run at a time. What is compared runs in turns
// (A B A B ...), and medians are taken. Cases (tests/load/cases) get it as their only argument.

import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bin, makeServer, plan, start, tempDir } from "../lib-js/server.mjs";

export const smoke = Boolean(process.env.SMOKE);
export const RUNS = Number(process.env.RUNS ?? (smoke ? 1 : 3));
export const SECONDS = Number(process.env.SECONDS ?? (smoke ? 1 : 4));

export const SERVER_CORE = "0";
const GENERATOR_CORE = "1";
const generator = bin("load");
const run = promisify(execFile);

// We stay away from the servers' core, too: what we take there a server is seen to be held for.
execFileSync("taskset", ["-a", "-p", "-c", GENERATOR_CORE, String(process.pid)], { stdio: "ignore" });

// What is lifted for load: rates and counts. Never checks of rights, order or durability.
const LIFTED = [
  "--limits.rate_percent=0",
  "--limits.joins_per_second=100000",
  "--limits.connections_per_address=100000", "--limits.connects_per_second=1000000",
  "--limits.connections=60000",
];

/** Everything that may never be; summed over all runs. */
export const faults = { runs: 0, missing: 0, doubled: 0, disordered: 0, at_odds: 0, errors: 0 };

let worst = { own: 0, lag: 0 };

/** The longest that a loop of ours was held in any run since this was asked last, as lines of the table. */
export function longestHold() {
  const { own, lag } = worst;
  worst = { own: 0, lag: 0 };
  return lag === 0 ? [] : [
    atMost("the longest hold of the loop by its own", own, 20, "ms",
      "all but what it waited for a CPU that others had; by the clock it is the next figure"),
    row("the longest by the clock", "-", `${lag.toFixed(2)} ms`, true),
  ];
}

function note({ lag_ms = 0, own_ms = 0, leave_lag_ms = 0, leave_own_ms = 0 }) {
  worst = { own: Math.max(worst.own, own_ms, leave_own_ms), lag: Math.max(worst.lag, lag_ms, leave_lag_ms) };
}

const flags = (options) =>
  Object.entries(options).flatMap(([key, value]) => {
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${key}`];
    return [value].flat().map((v) => `--${key}=${v}`);
  });

/** One run of the generator: its figures. theirs: faults are another server's, and not ours to fail for. */
export async function generate(kind, options, { theirs = false, core = GENERATOR_CORE } = {}) {
  const args = ["-c", core, generator, kind, ...flags(options)];
  const { stdout, stderr } = await run("taskset", args, { maxBuffer: 1 << 24 }).catch((e) => {
    if (e.stdout?.startsWith("{")) return e;
    throw new Error(`load ${kind}: ${e.stderr}${e.message}`);
  });
  if (stderr) process.stderr.write(stderr);
  const figures = JSON.parse(stdout);
  faults.runs++;
  if (theirs) return figures;
  note(figures);
  for (const what of Object.keys(faults)) faults[what] += what === "runs" ? 0 : (figures[what] ?? 0);
  return figures;
}

export const talk = (options, how) =>
  generate("talk", { seconds: SECONDS, "warm-up": smoke ? 0.2 : 1, ...options }, how);

/** The bare server for one run, in frames of so many bytes; of is like talk. */
export async function onFloor(frame, options, how = {}, of = talk) {
  const { rooms, people } = options;
  const args = ["-c", SERVER_CORE, generator, "floor", ...flags({ body: frame, rooms, ...how })];
  const child = start("taskset", args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  const port = /port (\d+)/.exec(String(said))[1];
  const to = { dialect: "floor", port, pid: child.pid, body: frame, rooms, people };
  const figures = await of({ ...options, ...to }, { theirs: true });
  child.kill();
  return figures;
}

/** A program on the servers' core. */
export const onServerCore = (path, args, options) => start("taskset", ["-c", SERVER_CORE, path, ...args], options);

/** A certificate of this machine's own, as options of a server. */
async function withCertificate(dir) {
  await run("sh", ["configs/certificate.sh", dir]);
  return [`--tls.certificate=${join(dir, "certificate.pem")}`, `--tls.key=${join(dir, "key.pem")}`];
}

/** A server of ours for as long as use takes; what use returns, with what the server says of itself. before gets the
 *  folder of its data, before it starts. tls: then it plans no sessions. use gets { server, sessions, to }: to are the
 *  options that lead the generator there. */
export async function withOurs({ sessions = 1, options = [], under = [], before = null, tls = false }, use) {
  const dir = tempDir("load");
  const server = makeServer({
    dir,
    admin: "127.0.0.1:0",
    under: ["taskset", "-c", SERVER_CORE, ...under],
    options: [...LIFTED, ...options, ...(tls ? await withCertificate(join(dir, "tls")) : [])],
  });
  if (before) await before(dir);
  await server.start();
  try {
    const ids = [];
    for (let i = 0; i < (tls ? 0 : sessions); i++) ids.push((await plan(server)).session);
    const admin = under.length ? undefined : server.adminPort; // there a turn takes as long as it takes
    const to = { port: server.port, admin, pid: server.pid, session: ids.join(","), data: dir, tls };
    const figures = await use({ server, sessions: ids, to });
    return { ...figures, ...(await ownFigures(server)) };
  } finally {
    await server.end();
    server.remove();
  }
}

/** A Redis that syncs every append, on the servers' core, for as long as use takes. use gets { path, pid }. */
export async function withRedis(use) {
  const dir = mkdtempSync(join(tmpdir(), "load-redis-")); // a socket's path must be short
  const path = join(dir, "socket");
  const program = ["/usr/bin/redis-server", "/usr/bin/redis-check-rdb"].find(existsSync); // one binary, by its name
  const options = { port: 0, unixsocket: path, dir, save: "", appendonly: "yes", appendfsync: "always", daemonize: "no" };
  const args = Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const child = start(program, args, { argv0: "redis-server", stdio: "ignore" });
  const ended = once(child, "exit");
  await run("taskset", ["-a", "-p", "-c", SERVER_CORE, String(child.pid)]);
  while (!existsSync(path)) await new Promise((done) => setTimeout(done, 20));
  try {
    return await use({ path, pid: child.pid });
  } finally {
    child.kill("SIGTERM");
    await ended;
    rmSync(dir, { recursive: true });
  }
}

/** n instances that share a Redis and one port. use gets { to, redis, servers }; route: the
 *  socket by which instance i reaches Redis. */
export async function withInstances(n, { sessions = 1, shared = true, route = (path) => path }, use) {
  return withRedis(async (redis) => {
    const dir = tempDir("load");
    const servers = [];
    try {
      for (let i = 0; i < n; i++) {
        const options = [`--store.url=redis+unix://${await route(redis.path, i)}`, `--listen.shared=${shared ? "yes" : "no"}`];
        const at = shared ? (servers[0]?.port ?? 0) : 0;
        const under = ["taskset", "-c", SERVER_CORE];
        servers.push(makeServer({ dir, admin: "127.0.0.1:0", under, at, options: [...LIFTED, ...options] }));
        await servers[i].start();
      }
      const ids = [];
      for (let i = 0; i < sessions; i++) ids.push((await plan(servers[0])).session);
      const ports = [...new Set(servers.map((s) => s.port))];
      const [admin, pid] = [servers.map((s) => s.adminPort), servers.map((s) => s.pid)];
      const to = { port: ports, admin, pid, session: ids.join(","), data: dir };
      const figures = await use({ to, redis, servers });
      const own = await Promise.all(servers.map(ownFigures));
      return { ...figures, opened: own.map((f) => f.opened) };
    } finally {
      await Promise.all(servers.map((s) => s.end()));
      servers[0]?.remove();
    }
  });
}

/** What the server says of itself. */
async function ownFigures(server) {
  const text = await server.metrics();
  const value = (name) => Number(new RegExp(`^jobalike_${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  return { queue_high: value("queue_high_bytes"), opened: value("connections_opened_total") };
}

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];

/** Runs each of { name: () => figures } in turns; returns { name: medians of their figures }. */
export async function inTurns(who, times = RUNS) {
  const got = {};
  for (let i = 0; i < times; i++)
    for (const [name, one] of Object.entries(who)) {
      got[name] ??= [];
      got[name].push(await one(got));
    }
  const medians = {};
  for (const [name, list] of Object.entries(got)) {
    medians[name] = {};
    for (const key of Object.keys(list[0]))
      medians[name][key] = typeof list[0][key] === "number" ? median(list.map((f) => f[key])) : list[0][key];
  }
  return medians;
}

/** KiB of memory of a process. */
export function memoryKib(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
}

export const per = (n) => (n >= 1e6 ? `${(n / 1e6).toFixed(2)} M` : `${(n / 1e3).toFixed(1)} k`);

/** A line of the table. met: whether what was reached is what is to be reached. */
export const row = (what, reach, got, met, more = "") => ({ what, reach, got, met, more });
export const atLeast = (what, value, least, more) =>
  row(what, `>= ${least}`, value.toFixed(2), value >= least, more);
export const atMost = (what, value, most, unit, more) =>
  row(what, `<= ${most} ${unit}`, `${value.toFixed(2)} ${unit}`, value <= most, more);
