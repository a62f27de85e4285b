// What two scanners that know the history of TLS find: nothing. LONG=1 runs all of testssl.

import assert from "node:assert";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "../edge/cases.mjs";
import { SUITES, SUITES_13 } from "./shake.mjs";

const PATIENCE_MS = process.env.LONG ? 1_200_000 : 240_000;
const FAULTS = new Set(["LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"]);
/** What it says of every server that it reaches by loopback. */
const EXCEPTED = { DNS_CAArecord: "who may sign for a name is said in DNS, and localhost has none" };

/** Runs a program to its end; what it printed. */
function run(program, args) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "ignore"],
      timeout: PATIENCE_MS,
      env: { ...process.env, MAX_WAITSOCK: "5", HEADER_MAXSLEEP: "3" },
    });
    let out = "";
    child.stdout.on("data", (d) => {
      out += d;
    });
    child.on("error", fail);
    child.on("close", (code) => done({ code, out }));
  });
}

const all = (text, pattern) => [...text.matchAll(pattern)].map((m) => m[1]);

async function sslscan(kind, { port }) {
  await check(`scan: sslscan (${kind})`, async () => {
    const { out } = await run("sslscan", ["--xml=-", `127.0.0.1:${port}`]);
    const version = /version="([^"]+)" enabled="1"/g;
    assert.deepStrictEqual(all(out, version), ["1.2", "1.3"]);
    const suites = all(out, /<cipher status="\w+" [^>]*cipher="([^"]+)"/g);
    assert.strictEqual(suites.length, 6); // three of 1.3 and three of 1.2 for one kind of key
    for (const suite of suites) assert.ok([...SUITES, ...SUITES_13].includes(suite), suite);
    assert.match(out, /<renegotiation supported="0"/);
    assert.doesNotMatch(out, /vulnerable="1"/);
    assert.ok(!/<compression supported="1"/.test(out));
    for (const group of all(out, /<group [^>]*name="([^"]+)"/g)) assert.match(group, /x25519|P-256/);
  });
}

/** How many findings, whatever their weight. */
async function testssl(kind, { port }, ca, dir, parts) {
  const file = join(dir, `testssl-${kind}.json`);
  const { out } = await run("testssl", ["--quiet", "--color", "0", "--warnings", "off", "--ip", "one",
    "--add-ca", ca.file, ...parts, "--jsonfile", file, `https://localhost:${port}`]);
  const found = JSON.parse(readFileSync(file, "utf8"));
  const faults = found.filter((f) => FAULTS.has(f.severity) && !(f.id in EXCEPTED));
  const excepted = found.filter((f) => FAULTS.has(f.severity) && f.id in EXCEPTED);
  await check(`scan: testssl (${kind})`, () => {
    assert.ok(found.some((f) => f.id === "scanTime"), `it did not end: ${out.slice(-300)}`);
    assert.ok(found.filter((f) => f.severity === "OK").length >= 30, "it looked at too little");
    assert.deepStrictEqual(faults, []);
  });
  for (const { id, severity } of excepted) console.log(`tls: testssl ${kind} excepts ${severity} ${id}: ${EXCEPTED[id]}`);
  const ok = found.filter((f) => f.severity === "OK").length;
  console.log(`tls: testssl ${kind} looked_at=${found.length} ok=${ok} excepted=${excepted.length} findings=${faults.length}`);
  return faults.length;
}

/** How many findings. */
export async function scans(ca, servers, dir) {
  for (const [kind, server] of Object.entries(servers)) await sslscan(kind, server);
  if (process.env.LONG)
    return (await testssl("ecdsa", servers.ecdsa, ca, dir, [])) + (await testssl("rsa", servers.rsa, ca, dir, []));
  return testssl("ecdsa", servers.ecdsa, ca, dir, ["-p", "-s", "-f", "-S", "-U"]);
}
