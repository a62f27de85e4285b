// The file of the store is brought back from a copy. Who saw more than is in it is shown what is there now, and
// nobody's page mixes the two; who was there when it only stopped is sent what they missed.

import assert from "node:assert";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hello } from "../edge/asker.mjs";
import { check } from "../edge/cases.mjs";
import { joinTicket, makeServer, plan, tempDir, ticketIn } from "../lib-js/server.mjs";

const texts = (view) => view.chat.talks.flatMap((t) => t.lines).map((l) => l.text);

/** Comes with what was seen last; what came first: a view or what was missed. */
async function comeBack(server, ticket, before) {
  const me = await hello(server.port, ticket, { epoch: before.epoch, after: before.seq });
  await me.when((x) => x.got.some((m) => m.view || m.event || m.signal === "digest"));
  return me;
}

async function say(me, ...lines) {
  for (const text of lines) assert.ok((await me.ask("chat.say", { room: me.room, text })).seq, text);
}

async function stopped(server, ticket, boss) {
  let me = await hello(server.port, ticket);
  await me.when((x) => x.view);
  me.leave();
  await server.end();
  await server.start();
  const other = await hello(server.port, boss);
  await other.when((x) => x.view);
  await say(other, "while you were away");
  me = await comeBack(server, ticket, me);
  await check("the file was closed and opened: what was missed comes, and no view", () => {
    assert.strictEqual(me.view, null);
    assert.ok(me.got.some((m) => m.event === "chat.said" && m.text === "while you were away"));
  });
  me.leave();
  other.leave();
}

async function broughtBack(server, ticket, boss) {
  const file = join(server.dir, "jobalike.db");
  await server.end();
  copyFileSync(file, `${file}.copy`);
  await server.start();
  let me = await hello(server.port, ticket);
  await me.when((x) => x.view);
  await say(me, "lost a", "lost b", "lost c");
  me.leave();
  await server.end();
  copyFileSync(`${file}.copy`, file);
  for (const beside of ["-wal", "-shm"]) rmSync(file + beside, { force: true });
  await server.start();
  const other = await hello(server.port, boss);
  await other.when((x) => x.view);
  await say(other, "new 1", "new 2", "new 3", "new 4", "new 5");
  me = await comeBack(server, ticket, me);
  await check("a copy was put in its place: a view of what is there, in another history", () => {
    assert.ok(me.view, JSON.stringify(me.got[0]));
    const seen = texts(me.view);
    for (const text of ["new 1", "new 2", "new 3", "new 4", "new 5"]) assert.ok(seen.includes(text), text);
    assert.ok(!seen.some((text) => text.startsWith("lost")));
  });
  await check("and the log tells that it was", () => assert.match(server.err(), /"what":"store.brought_back"/));
  me.leave();
  other.leave();
}

export async function broughtBackFiles() {
  const server = makeServer({ dir: tempDir("brought-back") });
  await server.start();
  const { session, links } = await plan(server);
  const ticket = await joinTicket(server, session, { name: "Away", school: "School", language: "en" });
  await stopped(server, ticket, ticketIn(links.organizer));
  await broughtBack(server, ticket, ticketIn(links.organizer));
  await server.end();
  server.remove();
}
