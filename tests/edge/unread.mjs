// Somebody in a session who does not read what comes, and goes on to send what is no frame: nobody else
// notices, and the server has nothing to do.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { used } from "./cpu.mjs";
import { planned } from "./forms.mjs";
import { api, dial, exchange, frame, next, request, send } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** What is sent at last. A pong whose bytes are no UTF-8 is bad for the library after a text. */
const NONSENSE = {
  "an opcode that is none": frame("x", { opcode: 3 }),
  "a pong that is no text": frame(Buffer.from([0xe8]), { opcode: 10 }),
  "the end of what it says": null,
};

async function enter(server, session, sub, how) {
  const s = await dial(server.port, {}, how);
  send(s, { hello: 1, ticket: ticket(server.ticketKey(), session, { sub, name: sub }) });
  await next(s, (m) => m.view);
  return s;
}

async function partials(server) {
  const text = (await api(server.adminPort, "GET", "/metrics")).body.toString();
  return Number(/\njobalike_writes_partial_total (\d+)/.exec(text)[1]);
}

/** Says long lines until a socket does not take one whole, and then more than the kernel finds room for. */
async function fill(server, speaker) {
  const before = await partials(server);
  let full = false;
  for (let n = 2, more = 50; n < 1000 && more; n++) {
    send(speaker, { command: "chat.say", n, room: 1, text: "漢".repeat(1900) });
    await next(speaker, (m) => m.n === n);
    if (n % 8 === 0) full = full || (await partials(server)) > before;
    if (full) more--;
  }
  assert.ok(full, "the reader's socket is full");
}

/** server has no limit of commands. how: as of open(). */
export async function unread(server, how) {
  const { session } = await planned(server, {}, how);
  for (const [name, bytes] of Object.entries(NONSENSE))
    await check(`unread: ${name}`, async () => {
      const speaker = await enter(server, session, `speaks ${name}`, how);
      const reader = await enter(server, session, `reads not ${name}`, how);
      reader.socket.pause();
      await fill(server, speaker);
      if (bytes) {
        reader.socket.write(bytes);
        await pause(100);
        reader.socket.write(Buffer.alloc(16_000));
      } else {
        reader.socket.end();
      }
      await pause(200);
      const other = await exchange(server.port, request("GET", "/healthz"), { how });
      assert.strictEqual(other?.status, 200, "somebody else is answered");
      const seconds = await used(server, 500);
      for (const s of [speaker, reader]) s.socket.destroy();
      assert.ok(seconds < 0.1, `${seconds} s of CPU in 0.5 s`);
    });
}
