// Frames by table: sizes, pings, reserved bits, opcodes, fragments, lengths that lie. What is good is
// answered with an error of the protocol (nobody has said hello), what is not ends the connection.

import assert from "node:assert";
import { randomBytes } from "node:crypto";
import { check } from "./cases.mjs";
import { hello } from "./asker.mjs";
import { closeFrame, ending, ends } from "./frames.mjs";
import { dial, exchange, frame, handshake, next, request, takeFrame, until } from "./raw.mjs";
import { rssOf, sized } from "./rows.mjs";

const LARGEST = 16_384;

/** A JSON object of exactly n bytes. */
const textOf = (n) => (n < 8 ? "{".repeat(n) : `{"a":"${"x".repeat(n - 8)}"}`);

/** 1: each length and form of a length. */
async function sizes(port) {
  const lengths = [0, 1, 2, 124, 125, 126, 127, 128, 1016, 1023, 1024, 1025, 4096, 8192, 16_383, LARGEST];
  for (const n of lengths)
    for (const form of [7, 16, 64].filter((f) => f > 7 || n < 126))
      await check(`size: ${n} bytes in the form of ${form} bits`, async () => {
        const s = await dial(port);
        s.socket.write(frame(textOf(n), { form }));
        assert.match((await next(s)).error, /^(bad_request|too_large)$/);
        s.socket.write(frame("{}"));
        assert.strictEqual((await next(s)).error, "bad_request");
        s.socket.destroy();
        return true;
      });
  for (const n of [LARGEST + 1, 20_000, 40_000])
    await check(`size: ${n} bytes are too many, and no more`, async () => {
      const s = await dial(port);
      s.socket.write(frame(textOf(n)));
      assert.strictEqual((await next(s)).error, "too_large");
      s.socket.write(frame("{}"));
      assert.strictEqual((await next(s)).error, "bad_request");
      s.socket.destroy();
      return true;
    });
}

/** 2: a ping comes back as it was; one in the middle of something too. */
async function pings(port) {
  const payloads = [0, 1, 2, 3, 63, 64, 100, 123, 124, 125].map((n) => randomBytes(n));
  payloads.push(Buffer.from([0xff, 0xfe, 0]), Buffer.from("é漢"));
  for (const p of payloads)
    await check(`ping: of ${p.length} bytes`, async () => {
      const s = await dial(port);
      s.socket.write(frame(p, { opcode: 9 }));
      const pong = await until(s, takeFrame);
      assert.strictEqual(pong?.opcode, 10);
      assert.deepStrictEqual(pong.payload, p);
      s.socket.destroy();
    });
  for (const n of [2, 5, 10, 20, 40])
    await check(`ping: ${n} in one packet, at least one of which is answered`, async () => {
      const s = await dial(port);
      s.socket.write(Buffer.concat([...Array(n)].map((_, i) => frame(`${i}`, { opcode: 9 }))));
      s.socket.write(frame("{}"));
      let pongs = 0;
      for (let f; (f = await until(s, takeFrame)); ) {
        if (f.opcode === 1) break;
        assert.strictEqual(f.opcode, 10);
        pongs++;
      }
      s.socket.write(frame("last", { opcode: 9 }));
      for (let f; (f = await until(s, takeFrame)); ) if (f.payload.toString() === "last") break;
      assert.ok(pongs <= n);
      s.socket.destroy();
    });
  for (const n of [126, 127, 200, 1000]) {
    await ends(`ping: of ${n} bytes`, port, [frame(randomBytes(n), { opcode: 9 })], ["end", 1002]);
    await ends(`pong: of ${n} bytes`, port, [frame(randomBytes(n), { opcode: 10 })], ["end", 1002]);
  }
  for (const n of [0, 1, 125])
    await check(`pong: unasked, of ${n} bytes`, async () => {
      const s = await dial(port);
      s.socket.write(frame(randomBytes(n), { opcode: 10 }));
      s.socket.write(frame("{}"));
      assert.strictEqual((await next(s)).error, "bad_request");
      s.socket.destroy();
    });
}

/** 3: each reserved bit on each kind of frame. */
async function reserved(port) {
  for (let rsv = 1; rsv < 8; rsv++)
    for (const opcode of [1, 2, 8, 9, 10])
      for (const payload of ["", "x"])
        await ends(`rsv ${rsv}: opcode ${opcode}, ${payload.length} bytes`, port,
          [frame(payload, { rsv, opcode })], [1002]);
  for (let rsv = 1; rsv < 8; rsv++)
    await ends(`rsv ${rsv}: on the second frame`, port,
      [frame("{", { fin: false }), frame("}", { rsv, opcode: 0 })], [1002]);
}

/** 4: each opcode that is none. */
async function opcodes(port) {
  const before = { "first": [], "after a ping": [frame("p", { opcode: 9 })], "after a text": [frame("{}")], "in a text": [frame("{", { fin: false })] };
  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
    for (const [when, frames] of Object.entries(before))
      for (const payload of ["", "x"])
        await ends(`opcode ${opcode}: ${when}, ${payload.length} bytes`, port,
          [...frames, frame(payload, { opcode })], [1002]);
}

/** 5: messages in parts. */
async function fragments(port) {
  const whole = Buffer.from('{"query":"none","n":5}');
  const parts = (cuts) => {
    const at = [0, ...cuts, whole.length];
    return at.slice(1).map((end, i) =>
      frame(whole.subarray(at[i], end), { opcode: i ? 0 : 1, fin: i === at.length - 2 }));
  };
  const good = {
    "two parts": parts([9]),
    "an empty part first": parts([0]),
    "an empty part last": parts([whole.length]),
    "a part for each byte": parts([...whole.keys()].slice(1)),
    "empty parts between": parts([5, 5, 5, 9, 9]),
    "a ping between": parts([9]).flatMap((f, i) => (i ? [frame("p", { opcode: 9 }), f] : [f])),
    "a pong between": parts([9]).flatMap((f, i) => (i ? [frame("p", { opcode: 10 }), f] : [f])),
    "64 parts": [...parts([...Array(62).fill(3), 9])],
  };
  for (const [name, frames] of Object.entries(good))
    for (const together of [true, false])
      await check(`parts: ${name}, ${together ? "in one packet" : "one after the other"}`, async () => {
        const s = await dial(port);
        if (together) s.socket.write(Buffer.concat(frames));
        else
          for (const f of frames) {
            s.socket.write(f);
            await new Promise((done) => setImmediate(done));
          }
        assert.strictEqual((await next(s)).error, "bad_request");
        s.socket.destroy();
      });
  for (const opcode of [8, 9, 10])
    for (const inside of [false, true])
      await ends(`parts: opcode ${opcode} in parts${inside ? ", in a text" : ""}`, port,
        [...(inside ? [frame("{", { fin: false })] : []), frame("", { opcode, fin: false })], [1002]);
  for (const opcode of [1, 2])
    for (const fin of [true, false])
      await ends(`parts: a new message (${opcode}, ${fin}) in a text`, port,
        [frame("{", { fin: false }), frame("}", { opcode, fin })], [1002]);
  for (const fin of [true, false])
    for (const payload of ["", "x"])
      await ends(`parts: a continuation of nothing (${fin}, ${payload.length})`, port,
        [frame(payload, { opcode: 0, fin })], [1002]);
  await ends("parts: a continuation after the end", port,
    [frame("{", { fin: false }), frame("}", { opcode: 0 }), frame("}", { opcode: 0 })], [1002]);
}

/** 7: each code a close may have, and more that it may not; reasons. */
async function closes(port) {
  const codes = [0, 1, 500, 998, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1500, 1999, 2000, 2500, 2998, 2999, 5000, 65_535];
  for (const code of codes)
    for (const reason of ["", "bye"])
      await ends(`close: ${code} ${reason}`, port, [closeFrame(code, reason)],
        code === 1015 || code >= 5000 ? [1002, code, "end"] : [1002]);
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3500, 3999, 4000, 4500, 4999])
    for (const reason of ["", "x".repeat(123)])
      await check(`close: ${code} with ${reason.length} bytes is answered`, async () => {
        const s = await dial(port);
        s.socket.write(closeFrame(code, reason));
        assert.strictEqual(await ending(s), code);
        s.socket.destroy();
      });
  await ends("close: one byte", port, [frame("x", { opcode: 8 })], [1002, 1005]);
  await ends("close: a reason of 124 bytes", port, [closeFrame(1000, "x".repeat(124))], [1002, "end"]);
  await check("close: what comes after it is not read", async () => {
    const s = await dial(port);
    s.socket.write(Buffer.concat([closeFrame(1000), frame("{}"), frame("x", { opcode: 9 })]));
    assert.strictEqual(await ending(s), 1000);
    s.socket.destroy();
  });
}

/** Lengths that are not what follows. */
export async function lies(port) {
  const head = (...bytes) => Buffer.from([0x81, ...bytes, 1, 2, 3, 4]);
  const eight = (hex) => [...Buffer.from(hex, "hex")];
  let closed = 0;
  for (let i = 0; i < sized(200, 5000); i++) {
    const kind = i % 5;
    const sent = [
      () => [head(0xff, ...eight("8000000000000000")), randomBytes(i)],
      () => [head(0xff, ...eight("ffffffffffffffff")), randomBytes(i)],
      () => [head(0xff, ...eight(`7fffffff${randomBytes(4).toString("hex")}`)), Buffer.alloc(70_000, 0x61)],
      () => [frame("x", { length: 5 + i, form: 16 }), frame("{}", { opcode: 3 }), Buffer.alloc(70_000, 0x61)],
      () => [frame("{}", { rsv: 1 + (i % 7), form: 64 })],
    ][kind]();
    await check(`lie ${kind} ${i}`, async () => {
      const s = await dial(port);
      for (const b of sent) s.socket.write(b);
      const end = kind === 3 ? await Promise.race([ending(s), new Promise((d) => setTimeout(d, 20, "waits"))]) : await ending(s);
      s.socket.destroy();
      if (typeof end === "number") closed++;
      assert.ok(["end", "waits", 1002, 1003, 1007, 1009].includes(end), `${end}`);
      return true;
    });
  }
  return { closed };
}

/** A ticket's worth of zero masks and of none: what a library takes, somebody new may say. */
export async function masks(server, ticketText) {
  await check("mask: of zeros is one", async () => {
    const s = await dial(server.port);
    s.socket.write(Buffer.concat([Buffer.from([0x81, 0x82, 0, 0, 0, 0]), Buffer.from("{}")]));
    assert.strictEqual((await next(s)).error, "bad_request");
    s.socket.destroy();
  });
  await check("mask: without one a message is read as it is, as the library does", async () => {
    const me = await hello(server.port);
    me.s.socket.write(frame(JSON.stringify({ hello: 1, ticket: ticketText }), { mask: false }));
    await me.when((x) => x.view || x.closed || x.s.ended);
    me.leave();
  });
}

/** WS-4: too much in one message, however it comes. Memory is looked at by the row. */
export async function oversize(port) {
  const ways = {
    "one byte too many": () => [frame("x".repeat(LARGEST + 1))],
    "one byte a frame": () => [frame("{", { fin: false }), ...Array(10_000).fill(frame("x", { opcode: 0, fin: false }))],
    "frames without an end": () => [frame("{", { fin: false }), ...Array(2000).fill(frame("x".repeat(500), { opcode: 0, fin: false }))],
    "empty frames without an end": () => [frame("", { fin: false }), ...Array(10_000).fill(frame("", { opcode: 0, fin: false }))],
    "one large frame": () => [frame(Buffer.alloc(1_000_000, 0x61))],
  };
  for (let i = 0; i < sized(50, 500); i++) {
    const [name, make] = Object.entries(ways)[i % 5];
    await check(`oversize: ${name}`, async () => {
      const s = await dial(port);
      for (const f of make()) s.socket.write(f);
      const said = await next(s);
      s.socket.destroy();
      assert.ok(said.error === "too_large" || said.close === 1009, JSON.stringify(said));
      return true;
    });
  }
}

/** Many who begin a message and do not end it: what each of them costs. */
export async function unfinished(server) {
  const n = 200;
  const before = rssOf(server);
  const all = [];
  let kb = 0;
  await check("oversize: messages that do not end cost what a message may be long", async () => {
    for (let i = 0; i < n; i++) {
      const s = await dial(server.port);
      for (let part = 0; part < 16; part++) s.socket.write(frame("x".repeat(1000), { opcode: part ? 0 : 1, fin: false }));
      all.push(s);
    }
    // Whoever is answered has been read to the end.
    for (const s of all) s.socket.write(frame("p", { opcode: 9 }));
    for (const s of all) {
      let answer = await until(s, takeFrame);
      while (answer?.opcode === 9) answer = await until(s, takeFrame); // it pings, too
      assert.strictEqual(answer?.opcode, 10);
    }
    kb = Math.round((rssOf(server) - before) / n);
    assert.ok(kb <= 128, `${kb} kB each`);
  });
  for (const s of all) s.socket.destroy();
  return { unfinished: n, kb_each: kb };
}

/** WS-10: binary, other subprotocols, a second handshake where there was one. */
export async function strange(server, ticketOf) {
  const { port } = server;
  const ways = {
    "whole": (b) => [frame(b, { opcode: 2 })],
    "in two": (b) => [frame(b.subarray(0, b.length >> 1), { opcode: 2, fin: false }), frame(b.subarray(b.length >> 1), { opcode: 0 })],
    "behind a text": (b) => [frame("{}"), frame(b, { opcode: 2 })],
  };
  for (const n of [0, 1, 2, 125, 126, 127, 1000, 4096, 16_384, 20_000])
    for (const [way, make] of Object.entries(ways))
      await ends(`strange: ${n} bytes of binary, ${way}`, port, make(randomBytes(n)), [1003]);
  for (const n of [1, 500, 16_384])
    await check(`strange: ${n} bytes of binary from somebody who is in`, async () => {
      const me = await hello(port, ticketOf(`binary${n}`));
      await me.when((x) => x.view);
      me.s.socket.write(frame(randomBytes(n), { opcode: 2 }));
      await me.when((x) => x.closed);
      assert.strictEqual(me.closed, 1003);
      me.leave();
      return true;
    });
  const others = ["", " ", ",", "chat", "jobalike", "jobalike.v", "jobalike.v2", "jobalike.v1x", "xjobalike.v1", "JOBALIKE.v1", "jobalike.V1", "jobalike v1", "jobalike.v1;q=1", "\"jobalike.v1\"",
    "v1", "http", "*", "wamp, mqtt", "jobalike.v0, jobalike.v2", "soap", "graphql-ws", "\u00e9", "jobalike.v1/x", "jobalike%2ev1", "a".repeat(400), "lws-mirror-protocol", "default", "none", "undefined", "null", "jobalike.v1\\x00"];
  for (const other of others)
    await check(`strange: subprotocol ${JSON.stringify(other).slice(0, 30)}`, async () => {
      const answer = await exchange(port, Buffer.from(handshake(port, { "Sec-WebSocket-Protocol": other }), "latin1"));
      assert.notStrictEqual(answer?.status, 101);
      return true;
    });
  const again = {
    "a handshake": () => handshake(port), "a page": () => request("GET", "/"), "a ticket": () => request("POST", `/api/sessions/${server.session}/tickets`, {}, "{}"),
    "the preface of HTTP/2": () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "half a handshake": () => handshake(port).slice(0, 40), "an end of lines": () => "\r\n\r\n",
  };
  for (const [name, make] of Object.entries(again))
    for (const first of [[], [frame("{}")], [frame("{", { fin: false })], [frame("p", { opcode: 9 })], [frame("{}"), frame("{}")], [frame("", { opcode: 10 })]])
      await check(`strange: ${name} on a WebSocket, behind ${first.length} frames`, async () => {
        const s = await dial(port);
        for (const f of first) s.socket.write(f);
        s.socket.write(make());
        // What is too short for the frame that it seems to be is waited for: another one ends it.
        s.socket.write(Buffer.alloc(200, 0xff));
        const late = Date.now() + 3000;
        let end;
        while (end === undefined && Date.now() < late) {
          const f = await until(s, takeFrame, 200);
          if (f === null) end = "end";
          else if (f?.opcode === 8) end = f.payload.readUInt16BE(0);
        }
        assert.ok([1002, 1007, "end"].includes(end), `${end}`);
        assert.ok(!s.bytes.includes("HTTP/1."), "it was answered");
        s.socket.destroy();
        return true;
      });
}

/** WS-5: what is offered and not taken. */
export async function offers(port, extensions) {
  for (const value of extensions)
    await check(`deflate: ${value.slice(0, 60)}`, async () => {
      const s = await dial(port, { "Sec-WebSocket-Extensions": value });
      s.socket.write(frame(Buffer.from("2a4c4d0400", "hex"), { rsv: 4 }));
      assert.strictEqual(await ending(s), 1002);
      s.socket.destroy();
      return true;
    });
}

export async function framing(port) {
  await sizes(port);
  await pings(port);
  await reserved(port);
  await opcodes(port);
  await fragments(port);
  await closes(port);
}
