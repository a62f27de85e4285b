// A session that an operator has dropped is in no file, in no list, and nobody gets into it again.

import assert from "node:assert";
import { join } from "./asker.mjs";
import { check } from "./cases.mjs";
import { filesWith } from "./erased.mjs";
import { planned } from "./forms.mjs";
import { api } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

const MARK = "Forgotten-51c9";

const drop = (server, session) => api(server.adminPort, "POST", `/sessions/${session}/drop`, {});

/** A session whose title, people, lines and rooms bear the mark; it is put into the list more than once. */
async function marked(server) {
  const { session } = await planned(server, { title: `${MARK} title`, hashtag: MARK });
  const organizer = await join(server, session, { sub: "organizer", name: `${MARK} O`, role: "organizer" });
  const me = await join(server, session, { sub: "me", name: `${MARK} me`, school: `${MARK} school` });
  await me.sure("chat.say", { room: me.room, text: `${MARK} said` });
  await organizer.sure("rooms.open", { title: `${MARK} room` });
  await organizer.sure("session.phase", { phase: "welcome" });
  await organizer.sure("session.change", { title: `${MARK} title, changed` });
  return { session, organizer, me };
}

async function refused(server, session) {
  await check("dropped: people may not", async () => {
    assert.strictEqual((await api(server.port, "POST", `/sessions/${session}/drop`, {})).status, 404);
  });
  await check("dropped: by POST alone", async () => {
    assert.strictEqual((await api(server.adminPort, "GET", `/sessions/${session}/drop`)).status, 405);
  });
  await check("dropped: nothing but the whole", async () => {
    const said = await api(server.adminPort, "POST", `/sessions/${session}/drop`, { line: 1 });
    assert.strictEqual(said.status, 400);
  });
  await check("dropped: nothing that is not there", async () => {
    assert.strictEqual((await drop(server, "nowhere")).status, 404);
  });
}

export async function dropped(server) {
  const other = await planned(server, { title: "Stays" });
  const { session, organizer, me } = await marked(server);
  const record = () =>
    api(server.port, "GET", `/api/sessions/${session}/export.json`, undefined, {
      Authorization: `Bearer ${ticket(server.ticketKey(), session, { sub: "organizer", name: "O", role: "organizer" })}`,
    });
  await refused(server, session);
  await check("dropped: it is in the files before", async () => {
    assert.ok(filesWith(server.dir, MARK).length > 0);
    assert.strictEqual((await record()).status, 200);
  });
  await check("dropped: whole", async () => {
    const said = await drop(server, session);
    assert.deepStrictEqual([said.status, said.json], [200, { dropped: true }]);
  });
  await check("dropped: in no file", () => assert.deepStrictEqual(filesWith(server.dir, MARK), []));
  await check("dropped: everybody is told that it is gone, and not to come back", async () => {
    for (const one of [organizer, me]) {
      await one.when((x) => x.closed, 5000, "the end");
      assert.deepStrictEqual(one.got.at(-1), { bye: "gone" });
    }
  });
  await check("dropped: no list, no page, no record has it", async () => {
    const list = await api(server.port, "GET", "/api/sessions");
    assert.ok(!list.body.includes(session) && !list.body.includes(MARK) && list.body.includes(other.session));
    assert.strictEqual((await api(server.port, "GET", `/api/sessions/${session}`)).status, 404);
    assert.strictEqual((await record()).status, 404);
    assert.strictEqual((await api(server.adminPort, "GET", `/sessions/${session}/state`)).status, 404);
  });
  await check("dropped: a ticket opens nothing", async () => {
    await assert.rejects(join(server, session, { sub: "late" }));
  });
  await check("dropped: the others go on", async () => {
    const one = await join(server, other.session, { sub: "one" });
    assert.ok((await one.sure("chat.say", { room: one.room, text: "Here" })).seq);
    one.leave();
  });
  await check("dropped: and still in no file", () => assert.deepStrictEqual(filesWith(server.dir, MARK), []));
}
