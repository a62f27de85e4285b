// More requests in one packet: each is answered, in order, or the connection ends; nothing hangs, and
// what lies behind a request that is not answered yet costs nothing.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { used } from "./cpu.mjs";
import { exchange, open, request, takeAnswer, until } from "./raw.mjs";

const get = request("GET", "/healthz");
const post = request("POST", "/csp", { "Content-Type": "application/csp-report" }, '{"csp-report":{}}');
const useless = request("GET", "/healthz", {}, "abc");
const half = "GET /healthz HTTP/1.1\r\nHo";
const begun = (length, sent) => request("POST", "/csp", { "Content-Type": "application/csp-report", "Content-Length": length }, "x".repeat(sent));

/** What is sent at once, and the statuses that come before the end of it or of the connection. */
const PACKETS = [
  ["three requests", get + get + get, [200, 200, 200]],
  ["a request, and half of one", get + half, [200]],
  ["a body, and a request", post + get, [204]],
  ["a body, and half a request", post + half, [204]],
  ["a body that nobody asked for", useless + get, [400]],
  // What the library says of a body that was in its buffer is wrong: it is the head, then freed memory; and
  // with more behind it, it says so for ever.
  ["a request, then a body", get + post, [200, 400]],
  ["a request, then a part of a body", get + begun(1000, 300), [200, 400]],
  ["a request, then a part of a larger body", get + begun(5000, 3000), [200, 400]],
  ["a request, then a body to come", get + begun(10, 0), [200, 400]],
  ["a request, then a body of nothing", get + begun(0, 0), [200, 204]],
  ["a request, a body, a request", get + post + get, [200, 400]],
  ["a request, a body, half a request", get + post + half, [200, 400]],
  ["a request, a body that nobody asked for, and more", get + useless + half, [200, 400]],
  ["bodies and requests", get + post + post + get + post + useless + half, [200, 400]],
];

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The statuses of all answers; enough: so many, then no more are waited for. patience: for each, in ms. */
export async function statuses(s, enough, patience = 2000) {
  const list = [];
  while (list.length < enough) {
    const answer = await until(s, (x) => takeAnswer(x), patience);
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
      const busy = await used(server, 300);
      s.socket.destroy();
      assert.ok(busy < 0.1, `${busy} s of CPU in 0.3 s`);
    });
}

/** Somebody who asks for the largest page again and again, reads nothing, and goes on to send. */
async function unread(server, how) {
  await check("pipelined: bytes behind an answer that is not read cost nothing", async () => {
    const s = open(server.port, how);
    s.socket.pause();
    s.socket.write(request("GET", "/").repeat(400) + half);
    await pause(1000);
    const busy = await used(server, 1000);
    s.socket.destroy();
    assert.ok(busy < 0.2, `${busy} s of CPU in 1 s`);
  });
}

/** A body that waits for the answer before it is read as it is. */
async function waited(server, how) {
  await check("pipelined: a request, its answer, then a body", async () => {
    const s = open(server.port, how);
    s.socket.write(get);
    assert.deepStrictEqual(await statuses(s, 1), [200]);
    s.socket.write(post);
    assert.deepStrictEqual(await statuses(s, 1), [204]);
    s.socket.destroy();
  });
}

/** Who wants a tunnel would be let stay for good by the library. */
async function tunnels(server, how) {
  for (const [name, bytes] of [["at once", ""], ["behind a request", get]])
    await check(`pipelined: CONNECT ${name} ends the connection`, async () => {
      const s = open(server.port, how);
      s.socket.write(`${bytes}CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n`);
      assert.ok(await until(s, (x) => x.ended || undefined), "it ended");
      s.socket.destroy();
      return true;
    });
}

/** how: as of open(). */
export async function pipelined(server, how) {
  await packets(server, how);
  await waited(server, how);
  await tunnels(server, how);
  await unread(server, how);
}
