// SIGTERM at any moment of the beginning, and twice: the end comes, and the data is whole (F-21).

import assert from "node:assert";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check } from "../edge/cases.mjs";

const bin = join(process.env.JOBALIKE_BIN ?? "build/debug", "jobalike-server");
const MOST_MS = 10_000;

/** Starts it, sends signals after these ms, and tells how it ended. */
async function run(dir, signals, options = []) {
  const child = spawn(bin, ["--listen.port=0", `--data.dir=${dir}`, "--demo.session=yes", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let err = "";
  let out = "";
  child.stderr.on("data", (d) => (err += d));
  child.stdout.on("data", (d) => (out += d));
  const ended = new Promise((done) => child.on("exit", (code, signal) => done({ code, signal })));
  const begun = Date.now();
  for (const [ms, signal] of signals) {
    await sleep(Math.max(0, ms - (Date.now() - begun)));
    child.kill(signal);
  }
  const told = Date.now();
  const how = await Promise.race([ended, sleep(MOST_MS + 2000, null, { ref: false })]);
  if (!how) child.kill("SIGKILL");
  return { ...how, ms: Date.now() - told, err, out };
}

export async function ends() {
  const n = process.env.LONG ? 200 : 25;
  const dir = mkdtempSync(join(tmpdir(), "jobalike-ends-"));
  let slowest = 0;
  let early = 0;
  await check("end: SIGTERM at any moment of the start (F-21)", async () => {
    for (let i = 0; i < n; i++) {
      const got = await run(dir, [[Math.random() * 120, "SIGTERM"]]);
      slowest = Math.max(slowest, got.ms);
      if (got.signal === "SIGTERM" && got.out === "") early++; // before the program began
      else assert.strictEqual(got.code, 0, `${got.signal} ${got.err}`);
    }
    const last = await run(dir, [[1000, "SIGTERM"]]);
    assert.strictEqual(last.code, 0, last.err);
    assert.match(last.out, /organizer/);
  });
  await check("end: SIGTERM twice, and SIGHUP at any moment (F-21)", async () => {
    for (let i = 0; i < 5; i++) {
      const got = await run(dir, [[60 + 80 * i, "SIGHUP"], [400, "SIGTERM"], [400 + i, "SIGHUP"], [401 + i, "SIGTERM"]]);
      if (got.signal && got.out === "") early++; // likewise
      else assert.ok(got.code === 0 || got.code === 1, `${got.signal} ${got.err}`);
      slowest = Math.max(slowest, got.ms);
    }
    assert.strictEqual((await run(dir, [[800, "SIGTERM"]])).code, 0);
  });
  rmSync(dir, { recursive: true, force: true });
  console.log(`process: fault=F-21 ends=${n + 7} before_main=${early} slowest_ms=${slowest}`);
  await check("end: none took too long", () => assert.ok(slowest < MOST_MS));
}
