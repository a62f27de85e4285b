// Requests that wait for the store while it is away, and what comes in one packet with them: an answer, or
// the end of the connection, and the server has nothing to do meanwhile.

import assert from "node:assert";
import { basename, dirname, join } from "node:path";
import { makeRedis } from "../lib-js/redis.mjs";
import { bin, makeServer, plan, tempDir } from "../lib-js/server.mjs";
import { check } from "./cases.mjs";
import { used } from "./cpu.mjs";
import { statuses } from "./pipelined.mjs";
import { exchange, open, request } from "./raw.mjs";

const get = request("GET", "/healthz");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const half = "GET /healthz HTTP/1.1\r\nHo";

/** A session that is listed and was not asked for since the start: { server, redis, waits }, the request for it. */
async function unread() {
  const dir = tempDir("edge-waiting");
  const redis = await makeRedis({ dir: join(dir, "redis") });
  await redis.start();
  const options = [`--store.url=redis://127.0.0.1:${redis.port}`];
  const server = makeServer({ dir: join(dir, "server"), options });
  const program = join(dirname(dirname(bin("x"))), "asan", basename(bin("jobalike-server")));
  await server.start({ program });
  const { session } = await plan(server);
  await server.end();
  await server.start({ program });
  while ((await exchange(server.port, request("GET", "/readyz"))).status !== 200) await pause(50);
  return { server, redis, waits: request("GET", `/api/sessions/${session}`) };
}

/** What is sent at once, and the statuses that come within so many ms. */
async function packet(server, name, bytes, expected, ms) {
  await check(`waiting: ${name}`, async () => {
    const s = open(server.port);
    s.socket.write(bytes);
    const [told, busy] = await Promise.all([statuses(s, expected.length + 1, ms), used(server, 1000)]);
    s.socket.destroy();
    assert.ok(busy < 0.2, `${busy} s of CPU in 1 s`);
    assert.deepStrictEqual(told, expected);
    const other = await exchange(server.port, get, { patience: 1000 });
    assert.strictEqual(other?.status, 200, "somebody else is answered");
  });
}

export async function waiting() {
  const { server, redis, waits } = await unread();
  redis.signal("SIGSTOP");
  await packet(server, "before a request, and half of one", waits + get + half, [503, 200], 3000);
  // Behind another one the library would look at it in every turn of the loop.
  await packet(server, "behind a request", get + waits, [200], 1000);
  await packet(server, "behind a request, with more behind it", get + waits + get + half, [200], 1000);
  redis.signal("SIGCONT");
  await check("waiting: with the store back, all in one packet are answered", async () => {
    while ((await exchange(server.port, waits)).status !== 200) await pause(100);
    const s = open(server.port);
    s.socket.write(get + waits + get + waits);
    assert.deepStrictEqual(await statuses(s, 4), [200, 200, 200, 200]);
    s.socket.destroy();
  });
  await check("waiting: the server ends in order", async () => {
    assert.strictEqual((await server.end()).code, 0, server.err());
  });
  await redis.kill();
  server.remove();
  redis.remove();
}
