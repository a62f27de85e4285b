// More requests in one packet: each is answered, in order, or the connection ends; nothing hangs, and
// what lies behind a request that is not answered yet costs nothing.

import assert from "node:assert";
import { readFileSync } from "node:fs";
import { check } from "./cases.mjs";
import { exchange, open, request, takeAnswer, until } from "./raw.mjs";

const get = request("GET", "/healthz");
const post = request("POST", "/csp", { "Content-Type": "application/csp-report" }, '{"csp-report":{}}');
const useless = request("GET", "/healthz", {}, "abc");
const half = "GET /healthz HTTP/1.1\r\nHo";

/** What is sent at once, and the statuses that come before the end of it or of the connection. */
const PACKETS = [
  ["three requests", get + get + get, [200, 200, 200]],
  ["a request, and half of one", get + half, [200]],
  ["a body, and a request", post + get, [204]],
  ["a body, and half a request", post + half, [204]],
  ["a request, then a body", get + post, [200, 204]],
  ["a body that nobody asked for", useless + get, [400]],
  // The library asks for ever about a body that was in its buffer with more behind it.
  ["a request, a body, a request", get + post + get, [200, 204]],
  ["a request, a body, half a request", get + post + half, [200, 204]],
  ["a request, a body that nobody asked for, and more", get + useless + half, [200, 400]],
  ["bodies and requests", get + post + post + get + post + useless + half, [200, 204]],
];

const seconds = (server) => {
  const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The statuses of all answers; enough: so many, then no more are waited for. */
async function statuses(s, enough) {
  const list = [];
  while (list.length < enough) {
    const answer = await until(s, (x) => takeAnswer(x), 2000);
    if (!answer) break;
    list.push(answer.status);
  }
  return list;
}

async function packets(server, how) {
  for (const [name, bytes, expected] of PACKETS)
    await check(`pipelined: ${name}`, async () => {
      const s = open(server.port, how);
      s.socket.write(bytes);
      assert.deepStrictEqual(await statuses(s, expected.length), expected);
      const other = await exchange(server.port, get, { patience: 1000, how });
      assert.strictEqual(other?.status, 200, "somebody else is answered");
      const before = seconds(server);
      await pause(300);
      const used = seconds(server) - before;
      s.socket.destroy();
      assert.ok(used < 0.1, `${used} s of CPU in 0.3 s`);
    });
}

/** Somebody who asks for the largest page again and again, reads nothing, and goes on to send. */
async function unread(server, how) {
  await check("pipelined: bytes behind an answer that is not read cost nothing", async () => {
    const s = open(server.port, how);
    s.socket.pause();
    s.socket.write(request("GET", "/").repeat(400) + half);
    await pause(1000);
    const before = seconds(server);
    await pause(1000);
    const used = seconds(server) - before;
    s.socket.destroy();
    assert.ok(used < 0.2, `${used} s of CPU in 1 s`);
  });
}

/** how: as of open(). */
export async function pipelined(server, how) {
  await packets(server, how);
  await unread(server, how);
}
