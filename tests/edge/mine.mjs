// What somebody is given of themselves: all that they said and did, also what they took back, and
// nothing that others said. By the rights of the record.

import assert from "node:assert";
import { join } from "./asker.mjs";
import { check } from "./cases.mjs";
import { planned } from "./forms.mjs";
import { api } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

const MINE = "Mine-20c4";
const THEIRS = "Theirs-91f7";

/** Lines, a change, something taken back, quotes both ways, a hand, a move, a mute: what there is to do. */
async function talk(server, session) {
  const staff = await join(server, session, { sub: "staff", name: `${THEIRS} S`, role: "organizer" });
  const other = await join(server, session, { sub: `${THEIRS}-sub`, name: `${THEIRS} O`, school: THEIRS });
  const me = await join(server, session, { sub: "me", name: `${MINE} name`, school: `${MINE} school` });
  const say = async (who, fields) => (await who.sure("chat.say", { room: who.room, ...fields })).seq;

  const first = await say(me, { text: `${MINE} first` });
  await me.sure("chat.edit", { line: first, text: `${MINE} changed` });
  const regretted = await say(me, { text: `${MINE} regretted` });
  await me.sure("chat.remove", { line: regretted });
  const theirs = await say(other, { text: `${THEIRS} said` });
  await say(other, { text: `${THEIRS} answer`, reply: first });
  await me.when((x) => x.seq > theirs, 5000, "what the other said");
  await say(me, { text: `${MINE} answer`, reply: theirs });
  await me.sure("chat.react", { line: theirs, kind: "thanks", on: true });
  await me.sure("hands.raise");
  const room = await staff.sure("rooms.open", { title: `${THEIRS} room` });
  await me.when((x) => x.seq >= room.seq, 5000, "the room");
  await me.sure("rooms.enter", { room: room.seq });
  await staff.sure("people.mute", { who: other.you, minutes: 5, reason: "other", note: `${THEIRS} note` });
  return { staff, other, me };
}

const told = ["chat.said", "chat.edited", "chat.said", "chat.removed", "chat.said", "chat.reacted", "hands.raised", "rooms.entered"];
const words = ["first", "changed", "regretted", "answer"].map((w) => `${MINE} ${w}`);

export async function mine(server) {
  const { session } = await planned(server);
  const { staff, other, me } = await talk(server, session);
  const elsewhere = await planned(server);
  const get = (sub, of = session, where = session) =>
    api(server.port, "GET", `/api/sessions/${where}/mine.json`, undefined, {
      Authorization: `Bearer ${ticket(server.ticketKey(), of, { sub, name: "N" })}`,
    });

  await check("mine: all by me, and nothing by others", async () => {
    const said = await get("me");
    assert.strictEqual(said.status, 200);
    const body = said.body.toString();
    assert.deepStrictEqual(said.json.events.map((e) => e.event), ["people.joined", ...told]);
    assert.deepStrictEqual(said.json.events.map((e) => e.text).filter(Boolean), words);
    assert.ok(said.json.events.every((e) => e.by === me.you && e.name === `${MINE} name`));
    assert.strictEqual(said.json.you.school, `${MINE} school`);
    assert.strictEqual(said.json.session.session, session);
    assert.ok(!body.includes(THEIRS) && !body.includes('"sub"'), body);
    assert.match(said.headers["content-disposition"], /^attachment; filename="jobalike-.*-mine\.json"$/);
  });
  await check("mine: and for the other it is theirs", async () => {
    const body = (await get(`${THEIRS}-sub`)).body.toString();
    assert.ok(body.includes(`${THEIRS} answer`) && !body.includes(MINE), body);
  });
  await check("mine: nobody without a ticket of this session", async () => {
    assert.strictEqual((await api(server.port, "GET", `/api/sessions/${session}/mine.json`)).status, 401);
    assert.strictEqual((await get("me", elsewhere.session)).status, 401);
    assert.strictEqual((await get("never", session)).status, 403);
    assert.strictEqual((await get("me", "nowhere", "nowhere")).status, 404);
    assert.strictEqual((await api(server.port, "POST", `/api/sessions/${session}/mine.json`, {})).status, 405);
  });
  await check("mine: as the record, not from outside while it goes on", async () => {
    await me.sure("people.leave");
    assert.strictEqual((await get("me")).status, 403);
    await staff.sure("people.remove", { who: other.you, reason: "other" });
    await staff.sure("session.close");
    const said = await get("me");
    assert.deepStrictEqual(said.json.events.map((e) => e.event), ["people.joined", ...told, "people.left"]);
    assert.strictEqual((await get(`${THEIRS}-sub`)).status, 403);
  });
  for (const one of [staff, other, me]) one.leave();
}
