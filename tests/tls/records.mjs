// What comes in the records of TLS: a large body in one, and new keys, which TLS 1.3 allows as often as one likes.
// OpenSSL reads on as long as they come, and nobody else would be served.

import assert from "node:assert";
import { spawn } from "node:child_process";
import { check } from "../edge/cases.mjs";
import { exchange, request } from "../edge/raw.mjs";

/** Changes keys so many times, and asks that the server do so too: the openssl program does when it is told K. Is it
 *  served in the end? */
async function changes(port, times) {
  const child = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-tls1_3", "-servername", "localhost"]);
  const ended = new Promise((done) => child.on("exit", () => done(null)));
  let said = "";
  const wakers = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (d) => {
      said += d;
      for (const wake of wakers.splice(0)) wake();
    });
  child.stdin.on("error", () => {}); // it has ended
  const hears = async (words, from = 0) => {
    while (!said.includes(words, from))
      if ((await Promise.race([ended, new Promise((done) => wakers.push(() => done(true)))])) === null) return false;
    return true;
  };
  let n = 0;
  for (let from = said.length; n < times; n++, from = said.length) {
    child.stdin.write("K\n");
    if (!(await hears("KEYUPDATE", from))) break;
  }
  child.stdin.write(request("GET", "/healthz"));
  const served = await Promise.race([hears('{"alive":true}'), new Promise((done) => setTimeout(done, 5000, false))]);
  child.kill("SIGKILL");
  return served;
}

/** What is left of a record in OpenSSL's hands no socket tells of: it waited for the next tick, twice. */
async function large(server, how) {
  await check("tls: what is left of a record is not waited for", async () => {
    const body = `{"csp-report":"${"x".repeat(16_000)}"}`;
    const bytes = request("POST", "/csp", { "Content-Type": "application/csp-report" }, body);
    const waits = [];
    for (let i = 0; i < 5; i++) {
      const begun = performance.now();
      assert.strictEqual((await exchange(server.port, bytes, { how }))?.status, 204);
      waits.push(performance.now() - begun);
    }
    assert.ok(Math.min(...waits) < 900, `${waits.map(Math.round)} ms`);
  });
}

/** how: as of open(). */
export async function records(server, how) {
  await large(server, how);
  await check("tls: who changes keys now and then is served", async () => {
    assert.ok(await changes(server.port, 8));
  });
  await check("tls: who does nothing but change keys is gone", async () => {
    assert.ok(!(await changes(server.port, 40)));
    return true;
  });
}
