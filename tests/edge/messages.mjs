// Bad JSON and bad messages: each is answered with its error, the connection goes on, and so does a
// neighbour in the same room.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { dial, frame, next, send } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

const say = (change) => JSON.stringify({ command: "chat.say", n: 7, room: 1, text: "x", ...change });
const nested = (n) => `{"command":"chat.say","n":7,"room":${"[".repeat(n)}${"]".repeat(n)},"text":"x"}`;

/** The text, the error, and the field that is to blame (or undefined). */
const bad = {
  "nothing": ["", "bad_request"],
  "a space": [" ", "bad_request"],
  "words": ["hello", "bad_request"],
  "a number": ["7", "bad_request"],
  "null": ["null", "bad_request"],
  "a list": ["[]", "bad_request"],
  "an empty object": ["{}", "bad_request"],
  "an open object": ['{"command":"chat.say"', "bad_request"],
  "more behind it": [`${say({})}x`, "bad_request"],
  "two objects": [`${say({})}${say({})}`, "bad_request"],
  "a comma too many": ['{"command":"chat.say","n":7,}', "bad_request"],
  "single quotes": ["{'command':'chat.say'}", "bad_request"],
  "a comment": [`/**/${say({})}`, "bad_request"],
  "a byte order mark": [`\ufeff${say({})}`, "bad_request"],
  "the same key twice": ['{"command":"chat.say","n":7,"n":8,"room":1,"text":"x"}', "bad_request"],
  "NaN": ['{"command":"chat.say","n":NaN,"room":1,"text":"x"}', "bad_request"],
  "1e999": ['{"command":"chat.say","n":1e999,"room":1,"text":"x"}', "bad_request"],
  "a lone surrogate": ['{"command":"chat.say","n":7,"room":1,"text":"\\ud800"}', "bad_request"],
  "NUL in a text": ['{"command":"chat.say","n":7,"room":1,"text":"a\\u0000b"}', "bad_request"],
  "100 deep": [nested(100), "bad_request"],
  "10,000 deep": ["[".repeat(10_000), "bad_request"],
  "100 keys": [JSON.stringify(Object.fromEntries([...Array(100)].map((_, i) => [`k${i}`, 1]))), "bad_request"],
  "two messages in one": ['{"command":"chat.say","query":"chat.history","n":7,"room":1,"text":"x"}', "bad_request"],
  "an unknown command": [say({ command: "chat.shout" }), "bad_request"],
  "no command of people's": ['{"command":"people.join","n":7,"sub":"x","name":"x","school":"x","language":"en","role":"organizer"}', "bad_request"],
  "opening a session": ['{"command":"session.open","n":7}', "bad_request"],
  "expiring somebody": ['{"command":"people.expire","n":7,"who":1}', "bad_request"],
  "an event": ['{"event":"chat.said","seq":1,"room":1,"text":"x"}', "bad_request"],
  "a view": ['{"view":{},"n":7}', "bad_request"],
  "an unknown query": ['{"query":"people.secrets","n":7}', "bad_request"],
  "the server's signal": ['{"signal":"digest","total":1}', "bad_request"],
  "a hello again": ['{"hello":1,"ticket":"x"}', "bad_request", "hello"],
  "no n": [say({ n: undefined }), "bad_request", "n"],
  "n 0": [say({ n: 0 }), "bad_request", "n"],
  "n below 0": [say({ n: -1 }), "bad_request", "n"],
  "n a text": [say({ n: "7" }), "bad_request", "n"],
  "n a fraction": ['{"command":"chat.say","n":7.5,"room":1,"text":"x"}', "bad_request", "n"],
  "n 2^53": [say({ n: 2 ** 53 }), "bad_request", "n"],
  "an unknown field": [say({ role: "organizer" }), "bad_request", "role"],
  "__proto__": ['{"command":"chat.say","n":7,"room":1,"text":"x","__proto__":{}}', "bad_request", "__proto__"],
  "no room": [say({ room: undefined }), "bad_request", "room"],
  "room a text": [say({ room: "1" }), "bad_request", "room"],
  "no text": [say({ text: undefined }), "bad_request", "text"],
  "text a number": [say({ text: 7 }), "bad_request", "text"],
  "text empty": [say({ text: "" }), "bad_request", "text"],
  "text of 2001": [say({ text: "x".repeat(2001) }), "too_large", "text"],
  "17,000 bytes": [say({ text: "x".repeat(17_000) }), "too_large"],
  "40,000 bytes": ["x".repeat(40_000), "too_large"],
  "another room": [say({ room: 99 }), "not_found"],
  "the channel of the staff": [say({ room: 0 }), "not_found"],
  "what only staff may": ['{"command":"rooms.recall","n":7,"seconds":0}', "forbidden"],
  "to mute": ['{"command":"people.mute","n":7,"who":2,"minutes":1,"reason":"other"}', "forbidden"],
};

async function join(port, key, session, sub, role = "attendee") {
  const s = await dial(port);
  send(s, { hello: 1, ticket: ticket(key, session, { sub, name: sub, role }) });
  const said = await next(s, (m) => m.view || m.error || m.bye);
  assert.ok(said.view, JSON.stringify(said));
  return s;
}

const isAnswer = (m) => m.error !== undefined || m.answer !== undefined;

export async function messages(server, session) {
  const { port } = server;
  const key = server.ticketKey();
  const neighbour = await join(port, key, session, "Neighbour");
  const someone = await join(port, key, session, "Someone");
  let said = 0;

  for (const [name, [text, error, field]] of Object.entries(bad))
    await check(`message: ${name}`, async () => {
      someone.socket.write(frame(text));
      const answer = await next(someone, isAnswer);
      assert.strictEqual(answer?.error, error, JSON.stringify(answer));
      if (field) assert.strictEqual(answer.field, field);
      if (++said % 5 === 0) await goesOn(neighbour, someone, said);
      return true;
    });
  await check("message: a good one after all of them", () => goesOn(neighbour, someone, said + 1));
  await check("message: ended because it has no end, and only that one", async () => {
    const third = await join(port, key, session, "Third");
    third.socket.write(frame(Buffer.alloc(200_000, 0x78)));
    assert.strictEqual((await next(third, (m) => m.close)).close, 1009);
    await goesOn(neighbour, someone, said + 2);
    return true;
  });
  neighbour.socket.destroy();
  someone.socket.destroy();
  await beforeHello(port);
}

/** What the neighbour says, both read. */
async function goesOn(neighbour, someone, n) {
  const text = `line ${n}`;
  send(neighbour, { command: "chat.say", n: 1000 + n, room: 1, text });
  const fits = (m) => m.event === "chat.said" && m.text === text;
  assert.ok((await next(neighbour, fits))?.event, "the neighbour does not hear itself");
  assert.ok((await next(someone, fits))?.event, "the neighbour is not heard");
}

async function beforeHello(port) {
  const early = ['{"command":"chat.say","n":7,"room":1,"text":"x"}', '{"query":"people.roster","n":7}', '{"signal":"chat.typing","room":1}'];
  for (const text of early)
    await check(`message: before hello ${text.slice(0, 20)}`, async () => {
      const s = await dial(port);
      s.socket.write(frame(text));
      assert.strictEqual((await next(s)).error, "unauthorized");
      s.socket.destroy();
      return true;
    });
  await check("message: a hello of another version", async () => {
    const s = await dial(port);
    send(s, { hello: 2, ticket: "x" });
    assert.strictEqual((await next(s)).error, "bad_request");
    s.socket.destroy();
    return true;
  });
  await check("message: nobody says nothing for long", async () => {
    const s = await dial(port);
    const begun = Date.now();
    const said = await next(s, (m) => m.bye || m.close, 15_000);
    assert.strictEqual(said?.bye, "idle");
    assert.ok(Date.now() - begun > 8_000);
    assert.strictEqual((await next(s)).close, 4009);
    s.socket.destroy();
    return true;
  });
}
