// The bench: servers on one core, the generator on the other, one run at a time. What is compared runs in turns
// (A B A B ...), and medians are taken. Cases (tests/load/cases) get it as their only argument.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { bin, makeServer, plan, start, tempDir } from "../lib-js/server.mjs";

export const smoke = Boolean(process.env.SMOKE);
export const RUNS = Number(process.env.RUNS ?? (smoke ? 1 : 3));
export const SECONDS = Number(process.env.SECONDS ?? (smoke ? 1 : 4));

const SERVER_CORE = "0";
const GENERATOR_CORE = "1";
const generator = bin("load");
const run = promisify(execFile);

// What is lifted for load: rates and counts. Never checks of rights, order or durability.
const LIFTED = [
  "--limits.rate_percent=0",
  "--limits.joins_per_second=100000",
  "--limits.connections_per_address=100000",
  "--limits.connections=60000",
];

/** Everything that may never be; summed over all runs. */
export const faults = { runs: 0, missing: 0, doubled: 0, disordered: 0, at_odds: 0, errors: 0 };

const flags = (options) =>
  Object.entries(options).flatMap(([key, value]) => {
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${key}`];
    return [value].flat().map((v) => `--${key}=${v}`);
  });

/** One run of the generator: its figures. */
export async function generate(kind, options) {
  const args = ["-c", GENERATOR_CORE, generator, kind, ...flags(options)];
  const { stdout, stderr } = await run("taskset", args, { maxBuffer: 1 << 24 }).catch((e) => {
    if (e.stdout?.startsWith("{")) return e;
    throw new Error(`load ${kind}: ${e.stderr}${e.message}`);
  });
  if (stderr) process.stderr.write(stderr);
  const figures = JSON.parse(stdout);
  faults.runs++;
  for (const what of Object.keys(faults)) faults[what] += what === "runs" ? 0 : (figures[what] ?? 0);
  return figures;
}

export const talk = (options) => generate("talk", { seconds: SECONDS, "warm-up": smoke ? 0.2 : 1, ...options });

/** The bare server for one run of talk, in frames of so many bytes. */
export async function onFloor(frame, options, how = {}) {
  const { rooms, people } = options;
  const args = ["-c", SERVER_CORE, generator, "floor", ...flags({ body: frame, rooms, ...how })];
  const child = start("taskset", args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  const port = /port (\d+)/.exec(String(said))[1];
  const figures = await talk({ ...options, dialect: "floor", port, pid: child.pid, body: frame, rooms, people });
  child.kill();
  return figures;
}

/** A program on the servers' core. */
export const onServerCore = (path, args, options) => start("taskset", ["-c", SERVER_CORE, path, ...args], options);

/** A server of ours for as long as use takes; what use returns, with the longest time the loop was held.
 *  use gets { server, sessions, to }: to are the options that lead the generator there. */
export async function withOurs({ sessions = 1, options = [], under = [] }, use) {
  const server = makeServer({
    dir: tempDir("load"),
    admin: "127.0.0.1:0",
    under: ["taskset", "-c", SERVER_CORE, ...under],
    options: [...LIFTED, ...options],
  });
  await server.start();
  try {
    const ids = [];
    for (let i = 0; i < sessions; i++) ids.push((await plan(server)).session);
    const to = { port: server.port, pid: server.pid, session: ids.join(","), data: server.dir };
    const figures = await use({ server, sessions: ids, to });
    return { ...figures, ...(await ownFigures(server)) };
  } finally {
    await server.end();
    server.remove();
  }
}

/** What the server says of itself. */
async function ownFigures(server) {
  const text = await server.metrics();
  const value = (name) => Number(new RegExp(`^jobalike_${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  return { lag_ms: value("loop_lag_max_seconds") * 1000, queue_high: value("queue_high_bytes") };
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
    for (const key of Object.keys(list[0])) medians[name][key] = median(list.map((f) => f[key]));
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
