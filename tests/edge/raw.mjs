// Raw bytes to a server and back: nothing here corrects what a test wants to send wrongly.

import { connect } from "node:net";
import { randomBytes } from "node:crypto";

const PATIENCE_MS = 5000;

/** A socket with what came in so far; how: made otherwise, for example by TLS. */
export function open(port, how = connect) {
  const socket = how({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  const s = { socket, bytes: Buffer.alloc(0), ended: false, waiting: [] };
  const wake = () => {
    for (const w of s.waiting.splice(0)) w();
  };
  socket.on("data", (d) => {
    s.bytes = Buffer.concat([s.bytes, d]);
    wake();
  });
  for (const end of ["end", "close", "error"])
    socket.on(end, () => {
      s.ended = true;
      wake();
    });
  return s;
}

/** Waits until check(s) is not undefined, or the patience is over; then undefined. */
export async function until(s, check, patience = PATIENCE_MS) {
  const late = Date.now() + patience;
  for (;;) {
    const found = check(s);
    if (found !== undefined) return found;
    const left = late - Date.now();
    if (left <= 0) return undefined;
    await new Promise((done) => {
      const timer = setTimeout(done, left);
      s.waiting.push(() => {
        clearTimeout(timer);
        done();
      });
    });
  }
}

/** Takes one HTTP answer off the front: { status, headers, body }; null: the connection ended first. */
export function takeAnswer(s, head = false) {
  const end = s.bytes.indexOf("\r\n\r\n");
  if (end < 0) return s.ended ? null : undefined;
  const [first, ...lines] = s.bytes.subarray(0, end).toString("latin1").split("\r\n");
  const headers = {};
  for (const line of lines) {
    const at = line.indexOf(":");
    headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  const status = Number(first.split(" ")[1]);
  const length = head || status === 304 || status < 200 ? 0 : Number(headers["content-length"] ?? 0);
  if (s.bytes.length < end + 4 + length) return s.ended ? null : undefined;
  const body = s.bytes.subarray(end + 4, end + 4 + length);
  s.bytes = s.bytes.subarray(end + 4 + length);
  return { status, headers, body, first };
}

/** Sends a request as it is and gives the answer, or null. */
export async function exchange(port, request, { head = false, patience, how } = {}) {
  const s = open(port, how);
  s.socket.write(request);
  const answer = await until(s, (x) => takeAnswer(x, head), patience);
  s.socket.destroy();
  return answer ?? null;
}

export function request(method, path, headers = {}, body = "") {
  const all = { Host: "localhost", ...headers };
  if (body !== "" && all["Content-Length"] === undefined)
    all["Content-Length"] = Buffer.byteLength(body);
  const lines = Object.entries(all).filter(([, v]) => v !== null);
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join("")}\r\n${body}`;
}

/** A JSON request as the web client makes it; asked again, as it does, while the store is too slow. */
export async function api(port, method, path, body, headers = {}, how = undefined, tries = 5) {
  const ours = method === "POST" ? { "Content-Type": "application/json", "X-Jobalike": "1" } : {};
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const said = await exchange(port, request(method, path, { ...ours, ...headers }, text), { how });
  if (!said) return null;
  let json = null;
  try {
    json = JSON.parse(said.body.toString());
  } catch {}
  if (json?.error === "unavailable" && tries > 1) {
    await new Promise((done) => setTimeout(done, json.retry_ms));
    return api(port, method, path, body, headers, how, tries - 1);
  }
  return { ...said, json };
}

// --- WebSocket ------------------------------------------------------------------------------------

export function handshake(port, change = {}) {
  return request("GET", "/ws", {
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "jobalike.v1",
    ...change,
  });
}

/** One frame as a client sends it; any part of it may be wrong. */
export function frame(payload, { opcode = 1, fin = true, rsv = 0, mask = true, length, form } = {}) {
  const data = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
  const n = length ?? data.length;
  const kind = form ?? (n < 126 ? 7 : n < 65536 ? 16 : 64);
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const m = mask ? 0x80 : 0;
  if (kind === 7) head.push(m | n);
  else if (kind === 16) head.push(m | 126, n >> 8, n & 255);
  else {
    const eight = Buffer.alloc(8);
    eight.writeBigUInt64BE(BigInt(n));
    head.push(m | 127, ...eight);
  }
  if (!mask) return Buffer.concat([Buffer.from(head), data]);
  const key = randomBytes(4);
  const masked = Buffer.from(data);
  for (let i = 0; i < masked.length; i++) masked[i] ^= key[i & 3];
  return Buffer.concat([Buffer.from(head), key, masked]);
}

/** Takes one frame off the front: { opcode, payload }; null: the connection ended first. */
export function takeFrame(s) {
  const b = s.bytes;
  const more = s.ended ? null : undefined;
  if (b.length < 2) return more;
  let n = b[1] & 127;
  let at = 2;
  if (n === 126) {
    if (b.length < 4) return more;
    n = b.readUInt16BE(2);
    at = 4;
  } else if (n === 127) {
    if (b.length < 10) return more;
    n = Number(b.readBigUInt64BE(2));
    at = 10;
  }
  if (b.length < at + n) return more;
  s.bytes = b.subarray(at + n);
  return { opcode: b[0] & 15, first: b[0], payload: b.subarray(at, at + n) };
}

/** A WebSocket that is open, or throws. */
export async function dial(port, change, how) {
  const s = open(port, how);
  s.socket.write(handshake(port, change));
  const answer = await until(s, takeAnswer);
  if (answer?.status !== 101) throw new Error(`no WebSocket: ${answer?.status}`);
  return s;
}

export const send = (s, message) => s.socket.write(frame(JSON.stringify(message)));

/** The next message that is not a ping and fits; { close: code } or { ended: true } when it is over. */
export async function next(s, fits = () => true, patience) {
  const late = Date.now() + (patience ?? PATIENCE_MS);
  for (;;) {
    const f = await until(s, takeFrame, late - Date.now());
    if (f === undefined) return undefined;
    if (f === null) return { ended: true };
    if (f.opcode === 8) return { close: f.payload.length >= 2 ? f.payload.readUInt16BE(0) : 1005 };
    if (f.opcode === 9 || f.opcode === 10) continue;
    const message = JSON.parse(f.payload.toString());
    if (fits(message)) return message;
  }
}
