// Hellos that no client sends, by hand: in the middle of TLS 1.2, or in pieces of one byte. OpenSSL reads on as long
// as they come, and nobody else would be served.

import assert from "node:assert";
import { createCipheriv, createHmac } from "node:crypto";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { connect as secure } from "node:tls";
import { check } from "../edge/cases.mjs";
import { open, request, until } from "../edge/raw.mjs";

const HANDSHAKE = 22;
const DATA = 23;

/** RFC 5246, section 5. */
function derive(secret, seed, n) {
  const mac = (bytes) => createHmac("sha256", secret).update(bytes).digest();
  let out = Buffer.alloc(0);
  for (let a = mac(seed); out.length < n; a = mac(a)) out = Buffer.concat([out, mac(Buffer.concat([a, seed]))]);
  return out.subarray(0, n);
}

/** A connection whose handshake is done: { raw, bytes, ended, waiting } as of open() of raw.mjs, and record(type, body) as
 *  the client would make it. */
async function shaken(port, ca) {
  const raw = connect({ port, host: "127.0.0.1" });
  const s = { raw, bytes: Buffer.alloc(0), ended: false, waiting: [] };
  const wake = () => s.waiting.splice(0).forEach((w) => w());
  const between = new Duplex({ read() {}, write: (chunk, _, done) => void raw.write(chunk, done) });
  raw.on("data", (d) => {
    s.bytes = Buffer.concat([s.bytes, d]);
    between.push(d);
    wake();
  });
  for (const end of ["end", "close", "error"])
    raw.on(end, () => {
      s.ended = true;
      wake();
    });
  const client = secure({ socket: between, ca: ca.text, servername: "localhost", maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" });
  client.on("error", () => {}); // it does not know what else we send
  let randoms;
  client.on("keylog", (line) => {
    randoms = line.toString().trim().split(" ").slice(1).map((hex) => Buffer.from(hex, "hex"));
  });
  await new Promise((done) => client.on("secureConnect", done));
  const [ours, secret] = randoms;
  const theirs = s.bytes.subarray(11, 43); // of the hello that came first
  const keys = derive(secret, Buffer.concat([Buffer.from("key expansion"), theirs, ours]), 40);
  let sequence = 1n; // the end of the handshake was 0
  s.record = (type, body) => {
    const nonce = Buffer.alloc(8);
    nonce.writeBigUInt64BE(sequence++);
    const cipher = createCipheriv("aes-128-gcm", keys.subarray(0, 16), Buffer.concat([keys.subarray(32, 36), nonce]));
    cipher.setAAD(Buffer.concat([nonce, Buffer.from([type, 3, 3, body.length >> 8, body.length & 255])]));
    const sealed = Buffer.concat([nonce, cipher.update(body), cipher.final(), cipher.getAuthTag()]);
    return Buffer.concat([Buffer.from([type, 3, 3, sealed.length >> 8, sealed.length & 255]), sealed]);
  };
  return s;
}

/** So many hellos, then a request. Is it answered? */
async function answered(port, ca, times) {
  const s = await shaken(port, ca);
  const hellos = [...Array(times)].map(() => s.record(HANDSHAKE, Buffer.from([1, 0, 0, 0])));
  s.raw.write(Buffer.concat([...hellos, s.record(DATA, Buffer.from(request("GET", "/healthz", { Connection: "close" })))]));
  s.bytes = Buffer.alloc(0);
  await until(s, (x) => x.ended || undefined);
  s.raw.destroy();
  return s.bytes.includes(Buffer.from([DATA, 3, 3]));
}

/** One hello without end, in so many records of a byte. Does the server wait for more? */
async function waits(port, times, patience) {
  const s = open(port);
  const hello = Buffer.alloc(times);
  hello.set([1, 1, 0, 0, 3, 3]);
  s.socket.write(Buffer.concat([...hello].map((byte) => Buffer.from([HANDSHAKE, 3, 1, 0, 1, byte]))));
  await until(s, (x) => x.ended || undefined, patience);
  s.socket.destroy();
  return !s.ended;
}

export async function hellos(server, ca) {
  await check("tls: a hello may come in pieces", async () => {
    assert.ok(await waits(server.port, 16, 500));
  });
  await check("tls: a hello may not come in pieces without end", async () => {
    assert.ok(!(await waits(server.port, 40, 5000)));
    return true;
  });
  await check("tls: a hello in the middle is refused, no more", async () => {
    assert.ok(await answered(server.port, ca, 8));
  });
  await check("tls: who sends nothing but hellos is gone", async () => {
    assert.ok(!(await answered(server.port, ca, 40)));
    return true;
  });
}
