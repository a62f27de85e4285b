// Redis' protocol, as far as tests need it: https://redis.io/docs/reference/protocol-spec (RESP2).

import { connect } from "node:net";

export class RedisError extends Error {}

/** Where the value that begins at from ends, and what it is; null: it is not all there yet. */
export function parse(buffer, from = 0) {
  const eol = buffer.indexOf("\r\n", from);
  if (eol < 0) return null;
  const head = buffer.toString("latin1", from + 1, eol);
  const kind = buffer[from];
  const next = eol + 2;
  switch (kind) {
    case 0x2b: // +
      return { value: head, end: next };
    case 0x2d: // -
      return { value: new RedisError(head), end: next };
    case 0x3a: // :
      return { value: Number(head), end: next };
    case 0x24: {
      const n = Number(head); // $
      if (n < 0) return { value: null, end: next };
      if (buffer.length < next + n + 2) return null;
      return { value: buffer.subarray(next, next + n), end: next + n + 2 };
    }
    case 0x2a: {
      const list = []; // *
      let end = next;
      if (Number(head) < 0) return { value: null, end };
      for (let i = Number(head); i > 0; i--) {
        const item = parse(buffer, end);
        if (!item) return null;
        list.push(item.value);
        end = item.end;
      }
      return { value: list, end };
    }
    default:
      throw new Error(`not RESP: ${JSON.stringify(buffer.toString("latin1", from, from + 40))}`);
  }
}

export const format = (words) =>
  `*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(String(w))}\r\n${w}\r\n`).join("")}`;

const text = (value) =>
  Buffer.isBuffer(value)
    ? value.toString()
    : Array.isArray(value)
      ? value.map(text)
      : value;

/** One command over a connection of its own. Texts come back as strings; an error is thrown. */
export function command(port, words, timeout_ms = 10_000) {
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1");
    let got = Buffer.alloc(0);
    const timer = setTimeout(() => end(new Error(`${words[0]}: no answer`)), timeout_ms);
    const end = (wrong, value) => {
      clearTimeout(timer);
      socket.destroy();
      if (wrong) fail(wrong);
      else done(value);
    };
    socket.on("connect", () => socket.write(format(words)));
    socket.on("data", (data) => {
      got = Buffer.concat([got, data]);
      const answer = parse(got);
      if (answer?.value instanceof RedisError) end(answer.value);
      else if (answer) end(null, text(answer.value));
    });
    socket.on("error", end);
    socket.on("close", () => end(new Error(`${words[0]}: the connection was closed`)));
  });
}
