// Bad handshakes: each is refused, and nobody gets in. The good ones beside them prove that the table
// refuses for its own reasons.

import assert from "node:assert";
import { randomBytes } from "node:crypto";
import { check } from "./cases.mjs";
import { exchange, handshake, open, request, takeAnswer, until } from "./raw.mjs";
import { sized } from "./rows.mjs";

const key = () => randomBytes(16).toString("base64");

/** Headers to change; null leaves one out. */
const changed = (port) => ({
  "version 12": { "Sec-WebSocket-Version": "12" },
  "version 8": { "Sec-WebSocket-Version": "8" },
  "version 013": { "Sec-WebSocket-Version": "013" },
  "no version": { "Sec-WebSocket-Version": null },
  "two versions": { "Sec-WebSocket-Version": "13, 12" },
  "no key": { "Sec-WebSocket-Key": null },
  "short key": { "Sec-WebSocket-Key": "AAAAA" },
  "15 bytes of key": { "Sec-WebSocket-Key": randomBytes(15).toString("base64") },
  "17 bytes of key": { "Sec-WebSocket-Key": randomBytes(17).toString("base64") },
  "key that is not base64": { "Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!==" },
  "key with bits too many": { "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAB==" },
  "key of 4000 letters": { "Sec-WebSocket-Key": "A".repeat(4000) },
  "no Host": { Host: null },
  "Host with a space": { Host: "a b" },
  "Host with a slash": { Host: "a/b" },
  "no Connection": { Connection: null },
  "Connection: keep-alive": { Connection: "keep-alive" },
  "Connection: up": { Connection: "up" },
  "no Upgrade but all else": { Upgrade: null },
  "Upgrade: h2c": { Upgrade: "h2c" },
  "Upgrade: h2c with settings": {
    Upgrade: "h2c",
    Connection: "Upgrade, HTTP2-Settings",
    "HTTP2-Settings": "AAMAAABkAARAAAAAAAIAAAAA",
  },
  "Upgrade: websocket, h2c": { Upgrade: "websocket, h2c" },
  "Upgrade: websockets": { Upgrade: "websockets" },
  "Upgrade: TLS/1.0": { Upgrade: "TLS/1.0" },
  "Upgrade of 3000 letters": { Upgrade: "w".repeat(3000) },
  "no subprotocol": { "Sec-WebSocket-Protocol": null },
  "another subprotocol": { "Sec-WebSocket-Protocol": "chat" },
  "subprotocol in capitals": { "Sec-WebSocket-Protocol": "JOBALIKE.V1" },
  "the inner name of the pages": { "Sec-WebSocket-Protocol": "http" },
  "a body": { "Content-Length": "5" },
  "a chunked body": { "Transfer-Encoding": "chunked" },
  "Origin null": { Origin: "null" },
  "another origin": { Origin: "http://evil.example" },
  "our name as a prefix": { Origin: `http://127.0.0.1:${port}.evil.example` },
  "our name as a suffix": { Origin: `http://evil.example/127.0.0.1:${port}` },
  "a subdomain of ours": { Origin: `http://sub.127.0.0.1:${port}` },
  "another port": { Origin: "http://127.0.0.1:1" },
  "another scheme": { Origin: `file://127.0.0.1:${port}` },
  "origin without a scheme": { Origin: `127.0.0.1:${port}` },
  "origin with a user": { Origin: `http://x@127.0.0.1:${port}` },
  "origin of 5000 letters": { Origin: `http://${"a".repeat(5000)}` },
});

/** Whole requests. */
const whole = (port) => {
  const good = handshake(port);
  return {
    "POST": good.replace("GET", "POST"),
    "PUT": good.replace("GET", "PUT"),
    "OPTIONS": good.replace("GET", "OPTIONS"),
    "CONNECT": good.replace("GET", "CONNECT"),
    "BREW": good.replace("GET", "BREW"),
    "HTTP/1.0": good.replace("HTTP/1.1", "HTTP/1.0"),
    "HTTP/2.0": good.replace("HTTP/1.1", "HTTP/2.0"),
    "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another path": good.replace("/ws ", "/wss "),
    "a path below": good.replace("/ws ", "/ws/x "),
    "the root": good.replace("/ws ", "/ "),
    "a whole address": good.replace("/ws ", `http://127.0.0.1:${port}/wsx `),
    "two hosts": good.replace("Host:", "Host: evil.example\r\nHost:"),
    "two origins": good.replace(
      "Upgrade:",
      `Origin: http://127.0.0.1:${port}\r\nOrigin: http://evil.example\r\nUpgrade:`,
    ),
    "two keys": good.replace("Upgrade:", `Sec-WebSocket-Key: ${key()}\r\nUpgrade:`),
    "NUL in a header": good.replace("Upgrade:", "Sec-WebSocket-Key: a\0b\r\nUpgrade:"),
    "NUL in the path": good.replace("/ws ", "/ws\0 "),
    "%00 in the path": good.replace("/ws ", "/ws%00 "),
    "a bad % in the path": good.replace("/ws ", "/%zzws "),
    "20 KB of headers": good.replace("Upgrade:", `X-Long: ${"x".repeat(20000)}\r\nUpgrade:`),
    "no line": "\r\n\r\n\r\n\r\n",
    "random bytes": randomBytes(500),
    "the hello of TLS": Buffer.from("16030100c8010000c40303", "hex"),
  };
};

/** How many of those that have to be refused got in. */
let opened = 0;

async function refused(port, bytes, name) {
  const answer = await exchange(port, bytes, { patience: 3000 });
  if (answer?.status === 101) opened++;
  assert.notStrictEqual(answer?.status, 101, `${name} was taken`);
  return true;
}

export async function handshakes(server) {
  const { port } = server;
  for (const [name, change] of Object.entries(changed(port)))
    await check(`handshake: ${name}`, () => refused(port, handshake(port, change), name));
  for (const [name, bytes] of Object.entries(whole(port)))
    await check(`handshake: ${name}`, () => refused(port, bytes, name));
  await check("handshake: by the operators' listener", () =>
    refused(server.adminPort, handshake(server.adminPort), "admin"),
  );
  const upgraded = await upgrades(port);
  await goodOnes(port);
  await slices(port);
  await pages(port);
  return { upgrades: upgraded, opened };
}

const good = (port) => ({
  "as it should be": {},
  "in other case": { Upgrade: "WebSocket", Connection: "keep-alive, upgrade" },
  "our own origin": { Origin: `http://127.0.0.1:${port}` },
  "our own origin behind TLS": { Origin: `https://127.0.0.1:${port}` },
  "an origin that is named": { Origin: "https://intranet.example" },
  "among other subprotocols": { "Sec-WebSocket-Protocol": "chat, jobalike.v1" },
});

async function goodOnes(port) {
  for (const [name, change] of Object.entries(good(port)))
    await check(`handshake: ${name}`, async () => {
      const answer = await exchange(port, handshake(port, change));
      assert.strictEqual(answer?.status, 101);
      assert.strictEqual(answer.headers["sec-websocket-protocol"], "jobalike.v1");
      assert.strictEqual(answer.headers["sec-websocket-extensions"], undefined);
    });
  await check("handshake: compression is not taken", async () => {
    const answer = await exchange(
      port,
      handshake(port, { "Sec-WebSocket-Extensions": "permessage-deflate" }),
    );
    assert.strictEqual(answer?.status, 101);
    assert.strictEqual(answer.headers["sec-websocket-extensions"], undefined);
  });
}

/** Does n things, so many at a time. */
async function each(n, body) {
  let next = 0;
  await Promise.all([...Array(20)].map(async () => {
    while (next < n) await body(next++);
  }));
}

/** Values that nobody foresaw (CVE-2025-11677), some with the next request right behind, some in two parts. */
async function upgrades(port) {
  const n = sized(10_000, 100_000);
  await check(`handshake: ${n} random values of Upgrade`, async () => {
    await each(n, async (i) => {
      const value = randomBytes(i % 100).toString(i % 2 ? "hex" : "latin1").replace(/[\r\n]/g, "");
      const one = handshake(port, { Upgrade: `${i % 5 ? "x" : "websocket,"}${value}` });
      const bytes = Buffer.from(i % 3 ? one : one + one, "latin1");
      const status = i % 4 ? (await exchange(port, bytes, { patience: 3000 }))?.status : await inParts(port, bytes, 1 + (i % (bytes.length - 1)));
      if (status === 101) opened++;
      assert.notStrictEqual(status, 101, value);
    });
    return true;
  });
  return n;
}

async function inParts(port, bytes, cut) {
  const s = open(port);
  s.socket.write(bytes.subarray(0, cut));
  await new Promise((done) => setTimeout(done, 2));
  s.socket.write(bytes.subarray(cut));
  const answer = await until(s, takeAnswer);
  s.socket.destroy();
  return answer?.status;
}

/** A handshake that comes in two parts, cut at every place: a good one, and one for another protocol. */
async function slices(port) {
  const kinds = { good: [handshake(port), 101], h2c: [handshake(port, { Upgrade: "h2c" }), 400] };
  for (const [kind, [text, wanted]] of Object.entries(kinds))
    await check(`handshake: cut at each byte (${kind})`, async () => {
      const bytes = Buffer.from(text);
      await each(bytes.length - 1, async (i) => assert.strictEqual(await inParts(port, bytes, i + 1), wanted, `cut at ${i + 1}`));
    });
}

/** Refusals that have an answer, and which. */
async function pages(port) {
  const wanted = [
    [{ "Sec-WebSocket-Version": "12" }, 426],
    [{ "Sec-WebSocket-Key": "AAAAA" }, 400],
    [{ "Sec-WebSocket-Protocol": "chat" }, 400],
    [{ Origin: "http://evil.example" }, 403],
    [{ Upgrade: "h2c" }, 400],
  ];
  for (const [change, status] of wanted)
    await check(`handshake: is told ${status} for ${JSON.stringify(change)}`, async () => {
      const answer = await exchange(port, handshake(port, change));
      assert.strictEqual(answer?.status, status);
      assert.match(answer.headers["content-security-policy"], /default-src 'none'/);
      return true;
    });
  await check("handshake: without one the address says what it is", async () => {
    const answer = await exchange(port, request("GET", "/ws"));
    assert.strictEqual(answer?.status, 426);
    return true;
  });
}
