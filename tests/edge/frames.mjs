// Bad frames after a good handshake: how each connection ends, and that others go on. What the library
// does by itself and RFC 6455 would have otherwise (it takes unmasked frames, and answers only the
// newest of several pings) is not a case here.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { dial, frame, next, takeFrame, until } from "./raw.mjs";

const bad = Buffer.from([0xff]);

/** What is sent, and the codes that may come back; "end": the connection ends without one. */
const closing = {
  "text with RSV1": [[frame("x", { rsv: 4 })], 1002],
  "text with RSV2": [[frame("x", { rsv: 2 })], 1002],
  "text with RSV3": [[frame("x", { rsv: 1 })], 1002],
  "text with all of them": [[frame("x", { rsv: 7 })], 1002],
  "ping with RSV1": [[frame("x", { opcode: 9, rsv: 4 })], 1002],
  "close with RSV2": [[frame("", { opcode: 8, rsv: 2 })], 1002],
  "opcode 3": [[frame("x", { opcode: 3 })], 1002],
  "opcode 4": [[frame("x", { opcode: 4 })], 1002],
  "opcode 5": [[frame("x", { opcode: 5 })], 1002],
  "opcode 6": [[frame("x", { opcode: 6 })], 1002],
  "opcode 7, empty": [[frame("", { opcode: 7 })], 1002],
  "opcode 11": [[frame("x", { opcode: 11 })], 1002],
  "opcode 12": [[frame("x", { opcode: 12 })], 1002],
  "opcode 13": [[frame("x", { opcode: 13 })], 1002],
  "opcode 14": [[frame("x", { opcode: 14 })], 1002],
  "opcode 15, empty": [[frame("", { opcode: 15 })], 1002],
  "a ping in two frames": [[frame("x", { opcode: 9, fin: false })], 1002],
  "a close in two frames": [[frame("", { opcode: 8, fin: false })], 1002],
  "a pong in two frames": [[frame("x", { opcode: 10, fin: false })], 1002],
  "a ping of 126 bytes": [[frame("x".repeat(126), { opcode: 9 })], "end", 1002],
  "a ping of 70000 bytes": [[frame("x".repeat(70000), { opcode: 9 })], "end", 1002],
  "a close of 126 bytes": [[frame("x".repeat(126), { opcode: 8 })], "end", 1002],
  "a continuation of nothing": [[frame("x", { opcode: 0 })], 1002],
  "an open continuation of nothing": [[frame("x", { opcode: 0, fin: false })], 1002],
  "a new text inside of one": [[frame("x", { fin: false }), frame("y")], 1002],
  "a binary inside of a text": [[frame("x", { fin: false }), frame("y", { opcode: 2 })], 1002],
  "binary": [[frame("x", { opcode: 2 })], 1003],
  "binary, empty": [[frame("", { opcode: 2 })], 1003],
  "binary in two frames": [
    [frame("x", { opcode: 2, fin: false }), frame("y", { opcode: 0 })],
    1003,
  ],
  "a byte that is not UTF-8": [[frame(bad)], 1007],
  "an overlong slash": [[frame(Buffer.from([0xc0, 0xaf]))], 1007],
  "an overlong slash in three": [[frame(Buffer.from([0xe0, 0x80, 0xaf]))], 1007],
  "a surrogate": [[frame(Buffer.from([0xed, 0xa0, 0x80]))], 1007],
  "a pair of surrogates": [[frame(Buffer.from([0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]))], 1007],
  "beyond U+10FFFF": [[frame(Buffer.from([0xf4, 0x90, 0x80, 0x80]))], 1007],
  "five bytes": [[frame(Buffer.from([0xf8, 0x88, 0x80, 0x80, 0x80]))], 1007],
  "a lone continuation byte": [[frame(Buffer.from([0x80]))], 1007],
  "UTF-8 that is cut off": [[frame(Buffer.from([0xe4, 0xb8]))], 1007],
  "UTF-8 that goes wrong in the next frame": [
    [
      frame(Buffer.from([0xe4]), { fin: false }),
      frame(Buffer.from([0x28]), { opcode: 0 }),
    ],
    1007,
  ],
  "a length beyond 2^63": [
    [Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4])],
    "end",
    1002,
    1009,
  ],
  "65 frames of one message": [
    [frame("x", { fin: false }), ...Array(64).fill(frame("x", { opcode: 0, fin: false }))],
    1009,
  ],
  "64 empty frames": [
    [frame("", { fin: false }), ...Array(64).fill(frame("", { opcode: 0, fin: false }))],
    1009,
  ],
  "a message without an end": [[frame(Buffer.alloc(100_000, 0x78))], 1009],
  "the same in 60 frames": [
    [
      frame(Buffer.alloc(2000, 0x78), { fin: false }),
      ...Array(59).fill(frame(Buffer.alloc(2000, 0x78), { opcode: 0, fin: false })),
    ],
    1009,
  ],
};

/** Closes of the client: the code that is sent, and the one that comes back. */
const closes = [
  [1000, 1000], [1001, 1001], [1002, 1002], [1003, 1003], [1007, 1007], [1008, 1008], [1009, 1009],
  [1010, 1010], [1011, 1011], [3000, 3000], [3999, 3999], [4000, 4000], [4999, 4999],
  [0, 1002], [999, 1002], [1004, 1002], [1005, 1002], [1006, 1002], [1016, 1002], [1100, 1002],
  [2000, 1002], [2999, 1002],
];

export const closeFrame = (code, reason = "") => {
  const b = Buffer.alloc(2);
  b.writeUInt16BE(code);
  return frame(Buffer.concat([b, Buffer.from(reason)]), { opcode: 8 });
};

export async function ending(s) {
  for (;;) {
    const said = await next(s);
    if (said === undefined) return "nothing";
    if (said.ended) return "end";
    if (said.close !== undefined) return said.close;
  }
}

/** The frames are sent; the connection has to end with one of the codes. */
export async function ends(name, port, sent, codes) {
  await check(name, async () => {
    const s = await dial(port);
    for (const f of sent) s.socket.write(f);
    const end = await ending(s);
    s.socket.destroy();
    assert.ok(codes.includes(end), `${end} instead of ${codes}`);
    return true;
  });
}

export async function frames({ port }) {
  for (const [name, [sent, ...codes]] of Object.entries(closing)) await ends(`frame: ${name}`, port, sent, codes);
  for (const [sent, back] of closes)
    await check(`frame: close ${sent}`, async () => {
      const s = await dial(port);
      s.socket.write(closeFrame(sent, "bye"));
      assert.strictEqual(await ending(s), back);
      s.socket.destroy();
      return back !== sent;
    });
  await good(port);
}

async function good(port) {
  await check("frame: a close without a code", async () => {
    const s = await dial(port);
    s.socket.write(frame("", { opcode: 8 }));
    assert.ok([1005, 1000].includes(await ending(s)));
  });
  await check("frame: whoever answers our close is not told it twice", async () => {
    const s = await dial(port);
    s.socket.write(frame("x", { opcode: 2 }));
    assert.deepStrictEqual(await next(s), { close: 1003 });
    s.socket.write(closeFrame(1003));
    assert.deepStrictEqual(await next(s), { ended: true });
    s.socket.destroy();
  });
  await check("frame: a ping is answered", async () => {
    const s = await dial(port);
    s.socket.write(frame("hello", { opcode: 9 }));
    const pong = await until(s, takeFrame);
    assert.strictEqual(pong?.opcode, 10);
    assert.strictEqual(pong.payload.toString(), "hello");
    s.socket.destroy();
  });
  await check("frame: a pong nobody asked for", async () => {
    const s = await dial(port);
    s.socket.write(frame("x", { opcode: 10 }));
    s.socket.write(frame("{}"));
    assert.ok((await next(s)).error);
    s.socket.destroy();
  });
  await check("frame: byte by byte, with a ping inside", async () => {
    const s = await dial(port);
    const all = Buffer.concat([
      frame('{"query', { fin: false }),
      frame("p", { opcode: 9 }),
      frame('":"x","n":5}', { opcode: 0 }),
    ]);
    for (const byte of all) {
      s.socket.write(Buffer.from([byte]));
      await new Promise((done) => setImmediate(done));
    }
    const said = await next(s);
    assert.strictEqual(said.error, "bad_request");
    s.socket.destroy();
  });
  await check("frame: many in one packet are answered in order", async () => {
    const s = await dial(port);
    s.socket.write(Buffer.concat([1, 2, 3].map((n) => frame(`{"query":"chat.history","n":${n},"room":1}`))));
    for (const n of [1, 2, 3]) {
      const said = await next(s);
      assert.deepStrictEqual([said.error, said.n], ["unauthorized", n]);
    }
    s.socket.destroy();
  });
  await check("frame: longer forms of a length than needed", async () => {
    const s = await dial(port);
    s.socket.write(frame("{}", { form: 16 }));
    s.socket.write(frame("{}", { form: 64 }));
    assert.ok((await next(s)).error);
    assert.ok((await next(s)).error);
    s.socket.destroy();
  });
}
