// How much of the machine a delivery costs, as ratios to a bare send() loop in the same run. The server has
// one core, the generator the other. With SMOKE=1 small, for correctness only: nothing missing, doubled or
// out of order; a smoke run says nothing of speed.

import { appendFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { bin, makeServer, plan, start, tempDir } from "../lib-js/server.mjs";

const smoke = Boolean(process.env.SMOKE);
const people = smoke ? 100 : 1000;
const seconds = smoke ? 1 : 4;
const runs = smoke ? 1 : 3;
const CASES = [
  { name: "1 in flight", args: ["--in-flight=1"] },
  { name: "8 in flight", args: ["--in-flight=8"] },
  { name: "32 in flight", args: ["--in-flight=32"] },
  { name: "50 lines a second", args: ["--rate=50"] },
];

const generator = bin("load");
const run = promisify(execFile);
const onCore = (core, args) => ["-c", String(core), ...args];

async function generate(args) {
  const all = [generator, "run", `--people=${people}`, `--seconds=${seconds}`, "--warm-up=0.5", ...args];
  const { stdout } = await run("taskset", onCore(1, all)).catch((e) => {
    if (e.stdout?.startsWith("{")) return e;
    throw new Error(`${e.stderr}${e.message}`);
  });
  return JSON.parse(stdout);
}

async function floor(args, frame, coalesce) {
  const flags = [generator, "floor", `--body=${frame}`, ...(coalesce ? ["--coalesce"] : [])];
  const child = start("taskset", onCore(0, flags), { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  const port = /port (\d+)/.exec(String(said))[1];
  const figures = await generate([`--port=${port}`, `--pid=${child.pid}`, `--body=${frame}`, ...args]);
  child.kill();
  return figures;
}

async function ours(args) {
  const server = makeServer({
    dir: tempDir("load"),
    options: ["--limits.rate_percent=0", "--limits.joins_per_second=100000", "--limits.connections_per_address=10000"],
  });
  await server.start();
  try {
    await run("taskset", ["-a", "-p", "-c", "0", String(server.pid)]);
    const { session } = await plan(server);
    return await generate([
      `--port=${server.port}`, `--pid=${server.pid}`, `--session=${session}`, `--data=${server.dir}`, ...args,
    ]);
  } finally {
    await server.end();
    server.remove();
  }
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const thousands = (n) => `${(n / 1000).toFixed(1)} k`;
const frameBytes = 372; // of a line of 200 bytes as we send it: event, seq, at, by, name, school, n, room, text

let bad = 0;
const rows = [];
for (const { name, args } of CASES) {
  const got = { direct: [], coalesced: [], ours: [], user: [], p99: [], kib: [] };
  for (let i = 0; i < runs; i++) {
    got.direct.push((await floor(args, frameBytes, false)).per_cpu_second);
    got.coalesced.push((await floor(args, frameBytes, true)).per_cpu_second);
    const f = await ours(args);
    bad += f.missing + f.doubled + f.disordered + f.errors;
    got.ours.push(f.per_cpu_second);
    got.user.push((f.user / f.deliveries) * 1e6);
    got.p99.push(f.p99_ms);
    got.kib.push(f.kib / f.people);
  }
  rows.push({
    case: name,
    "send() loop": thousands(median(got.direct)),
    "coalescing loop": thousands(median(got.coalesced)),
    ours: thousands(median(got.ours)),
    "of direct": (median(got.ours) / median(got.direct)).toFixed(2),
    "of coalescing": (median(got.ours) / median(got.coalesced)).toFixed(2),
    "user us": median(got.user).toFixed(2),
    "p99 ms": median(got.p99).toFixed(1),
    "KiB each": median(got.kib).toFixed(1),
  });
}
if (!smoke) {
  console.log(`one room of ${people}, deliveries per server CPU second, medians of ${runs} runs of ${seconds} s`);
  console.table(rows);
  appendFileSync("build/load.jsonl", `${JSON.stringify({ at: new Date().toISOString(), rows })}\n`);
}
console.log(`suite=load cases=${CASES.length} people=${people} wrong=${bad} failed=${bad ? 1 : 0}`);
process.exit(bad ? 1 : 0);
