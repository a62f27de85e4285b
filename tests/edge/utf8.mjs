// UTF-8 by table, after Markus Kuhn's: what is good is read, what is not ends with 1007, wherever it is
// cut into frames; in the reason of a close; and escaped in JSON, where only half of a pair is wrong.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { closeFrame, ending, ends } from "./frames.mjs";
import { dial, frame, next } from "./raw.mjs";
import { sized } from "./rows.mjs";

const bytes = (hex) => Buffer.from(hex.replace(/ /g, ""), "hex");

const good = [
  "ce ba e1 bd b9 cf 83 ce bc ce b5", "24", "c2 80", "df bf", "e0 a0 80", "ef bf bd", "ef bf bf", "f0 90 80 80",
  "f4 8f bf bf", "ed 9f bf", "ee 80 80", "7f", "ef bf be", "f0 9f 98 80", "e4 bd a0 e5 a5 bd", "f4 8f bf be",
].map(bytes);

const bad = [
  // Continuations without a beginning, and each of them.
  "80", "bf", "80 bf", "80 bf 80", "80 bf 80 bf", "80 bf 80 bf 80", "80 bf 80 bf 80 bf", "80 bf 80 bf 80 bf 80",
  ...[...Array(64)].map((_, i) => (0x80 + i).toString(16)),
  // Beginnings without what follows, and followed by a space.
  ...[0xc2, 0xcf, 0xd0, 0xdf, 0xe0, 0xe7, 0xef, 0xf0, 0xf3, 0xf4].map((b) => `${b.toString(16)} 20`),
  "c2", "df", "e0 a0", "e1 80", "ef bf", "ed 9f", "f0 90 80", "f1 80 80", "f4 8f bf", "e0", "f0", "f0 90", "f1 80",
  "c2 20 c2 20", "e1 80 20", "f1 80 80 20", "ef bf 20 ef bf",
  // Overlong.
  "c0 80", "c0 af", "c1 bf", "e0 80 80", "e0 80 af", "e0 9f bf", "f0 80 80 80", "f0 80 80 af", "f0 8f bf bf",
  "f8 80 80 80 80", "f8 80 80 80 af", "f8 87 bf bf bf", "fc 80 80 80 80 80", "fc 80 80 80 80 af", "fc 83 bf bf bf bf",
  // Surrogates, alone and in pairs.
  "ed a0 80", "ed ad bf", "ed ae 80", "ed af bf", "ed b0 80", "ed be 80", "ed bf bf",
  "ed a0 80 ed b0 80", "ed a0 80 ed bf bf", "ed ad bf ed b0 80", "ed ad bf ed bf bf", "ed ae 80 ed b0 80",
  "ed ae 80 ed bf bf", "ed af bf ed b0 80", "ed af bf ed bf bf",
  // Beyond the end, and bytes that never are.
  "f4 90 80 80", "f4 bf bf bf", "f5 80 80 80", "f7 bf bf bf", "f8 88 80 80 80", "fb bf bf bf bf",
  "fc 84 80 80 80 80", "fd bf bf bf bf bf", "fe", "ff", "fe fe ff ff",
  "ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80 65 64 69 74 65 64", "ce ba e1 bd b9 cf 83 ce bc ce b5 f4 90 80 80 65 64",
].map(bytes);

const cut = (b, at) => [frame(b.subarray(0, at), { fin: false }), frame(b.subarray(at), { opcode: 0 })];

/** Good text, whole and cut at each byte, is no JSON and answered so. */
async function goodOnes(port) {
  for (const b of good)
    await check(`utf8: good ${b.toString("hex")}`, async () => {
      for (let at = 0; at <= b.length; at += 4) {
        const s = await dial(port);
        const n = Math.min(4, b.length + 1 - at); // five mistakes end a connection
        for (let i = 0; i < n; i++) {
          for (const f of at + i ? cut(b, at + i) : [frame(b)]) s.socket.write(f);
          assert.strictEqual((await next(s)).error, "bad_request");
        }
        s.socket.destroy();
      }
    });
}

async function badOnes(port) {
  for (const b of bad) {
    await ends(`utf8: bad ${b.toString("hex")}`, port, [frame(b)], [1007]);
    for (let at = 1; at < b.length; at++)
      await ends(`utf8: bad ${b.toString("hex")}, cut at ${at}`, port, cut(b, at), [1007]);
    await ends(`utf8: bad ${b.toString("hex")}, in a string`, port,
      [frame(Buffer.concat([Buffer.from('{"a":"'), b, Buffer.from('"}')]))], [1007]);
  }
}

async function reasons(port) {
  for (const b of bad.slice(-40))
    await ends(`utf8: in the reason of a close ${b.toString("hex")}`, port,
      [frame(Buffer.concat([Buffer.from([0x03, 0xe8]), b]), { opcode: 8 })], [1007, 1002, "end"]);
  for (const b of good)
    await check(`utf8: in the reason of a close, good ${b.toString("hex")}`, async () => {
      const s = await dial(port);
      s.socket.write(closeFrame(1000, b.toString()));
      assert.strictEqual(await ending(s), 1000);
      s.socket.destroy();
    });
}

async function escapes(port) {
  const wrong = ["\\ud800", "\\udc00", "\\ud800x", "\\udc00\\ud800", "\\ud800\\ud800", "\\udbff\\u0041", "\\u00", "\\uzzzz", "\\x41", "\\u0000", "\\8", "\\"];
  for (const text of wrong)
    await check(`utf8: escaped ${text}`, async () => {
      const s = await dial(port);
      s.socket.write(frame(`{"hello":1,"ticket":"${text}"}`));
      assert.strictEqual((await next(s)).error, "bad_request");
      s.socket.destroy();
      return true;
    });
}

/** Random bytes: what node would not read, the server does not either. */
async function chance(port, random) {
  const strict = new TextDecoder("utf-8", { fatal: true });
  for (let i = 0; i < sized(300, 100_000); i++) {
    const b = random(1 + (i % 12));
    let isGood = true;
    try {
      strict.decode(b);
    } catch {
      isGood = false;
    }
    if (!isGood) await ends(`utf8: random ${b.toString("hex")}`, port, [frame(b)], [1007]);
  }
}

export async function utf8(port, random) {
  await goodOnes(port);
  await badOnes(port);
  await reasons(port);
  await escapes(port);
  await chance(port, random);
  return { sequences: good.length + bad.length };
}
