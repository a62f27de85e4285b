// Every command as everybody, over real sockets, against what is promised (tests/unit/permissions.tsv):
// the six roles, and eight more who are not what they say.

import assert from "node:assert";
import { readFileSync } from "node:fs";
import { check } from "./cases.mjs";
import { hello, join } from "./asker.mjs";
import { planned } from "./forms.mjs";
import { asked } from "./grammar.mjs";
import { ticket } from "./tickets.mjs";

const ROLES = ["organizer", "facilitator", "moderator", "attendee", "observer"];

function promised() {
  const lines = readFileSync("tests/unit/permissions.tsv", "utf8").split("\n").filter((l) => l && !l.startsWith("#"));
  const [names, ...rows] = lines.map((l) => l.split("\t"));
  return rows.map((r) => Object.fromEntries(r.map((v, i) => [names[i], v])));
}

/** All of their fields may be left out, but not all at once. */
const CHANGES = ["session.change", "agenda.edit"];

/** A sensible value for each field, so that only the role decides. */
function fieldsOf(name, at) {
  const id = { who: at.low, room: at.room, to: at.room, topic: at.topic, from: at.topic, line: at.line };
  const out = {};
  for (const [field, f] of Object.entries(asked.find((s) => s.name === name)?.fields ?? {})) {
    if (f.optional && !(CHANGES.includes(name) && field === "title")) continue;
    if (f.type === "id") out[field] = id[field] ?? 1;
    else if (f.type === "int") out[field] = Math.max(f.min ?? 1, 1);
    else if (f.type === "bool") out[field] = true;
    else if (f.type === "enum") out[field] = { role: "attendee", phase: "open_floor", kind: "same", reason: "other" }[field];
    else out[field] = "x";
  }
  return out;
}

/** Staff who are ended by a command come anew. */
async function cast(server, session, role, n) {
  return join(server, session, { sub: `${role}${n}`, name: `${role} ${n}`, role });
}

export async function roles(server) {
  const rows = promised();
  const { session } = await planned(server, { rooms_by: "attendees" });
  const boss = await cast(server, session, "organizer", 0);
  const spare = await cast(server, session, "organizer", 99);
  const low = await cast(server, session, "observer", 0);
  const at = { low: low.you, room: (await boss.ask("rooms.open", { title: "R" })).seq, topic: (await boss.ask("agenda.add", { title: "T", minutes: 5 })).seq };
  at.line = (await boss.ask("chat.say", { room: 1, text: "x" })).seq;
  const figures = { cells: 0, wrong: 0, denied: 0 };
  let n = 0;

  const cell = (name, body) =>
    check(`role: ${name}`, async () => {
      figures.cells++;
      figures.wrong++;
      const denied = await body();
      figures.wrong--;
      if (denied) figures.denied++;
      return denied;
    });

  for (const row of rows)
    for (const role of ROLES) {
      if (row.name === "session.close" && row[role] === "Y") continue; // asked at the end
      await cell(`${row.name} as ${role}`, async () => {
        const me = await cast(server, session, role, ++n);
        const spec = asked.find((s) => s.name === row.name);
        const before = boss.seq;
        // One's own line, where there can be one.
        const line = /^chat\.(edit|remove)$/.test(row.name) && (await me.ask("chat.say", { room: 1, text: "mine" })).seq;
        const said = await me.ask(row.name, fieldsOf(row.name, line ? { ...at, line } : at), spec?.kind ?? "command");
        const allowed = row[role] === "Y";
        me.leave();
        if (!spec) assert.strictEqual(said.error, "bad_request", JSON.stringify(said));
        else if (!allowed) assert.strictEqual(said.error, "forbidden", JSON.stringify(said));
        else assert.ok(!["forbidden", "unauthorized", "bad_request"].includes(said.error), JSON.stringify(said));
        if (!allowed) assert.ok(!boss.got.some((m) => m.event && m.seq > before && m.n && m.by === me.you), "something happened");
        return !allowed;
      });
    }

  const key = server.ticketKey();
  const gone = await cast(server, session, "moderator", "gone");
  await boss.ask("people.remove", { who: gone.you, reason: "other" });
  const elsewhere = (await planned(server)).session;
  const strangers = {
    "nobody": undefined,
    "somebody removed": ticket(key, session, { sub: "moderatorgone", name: "x", role: "organizer" }),
    "somebody whose ticket is over": ticket(key, session, { sub: "late", name: "x", role: "organizer", exp: 1_700_000_000 }),
    "somebody with another's key": ticket("x".repeat(64), session, { sub: "forger", name: "x", role: "organizer" }),
    "somebody who waits": ticket(key, session, { sub: "waits", name: "x", role: "waiting" }),
    "a ticket for a session that is not there": ticket(key, "nowhere", { sub: "x", name: "x", role: "organizer" }),
  };
  for (const row of rows)
    for (const [who, text] of Object.entries(strangers))
      await cell(`${row.name} as ${who}`, async () => {
        const me = await hello(server.port, text);
        const spec = asked.find((s) => s.name === row.name);
        me.say({ [spec?.kind ?? "command"]: row.name, n: 5, ...fieldsOf(row.name, at) });
        await me.when((x) => x.got.some((m) => m.error) || x.closed || x.s.ended, 5000, "a refusal");
        assert.ok(!me.view && !me.got.some((m) => m.event || m.answer), JSON.stringify(me.got));
        me.leave();
        return true;
      });
  // An organizer of another session, and an attendee who says to be more in the command itself.
  const foreign = await cast(server, elsewhere, "organizer", "foreign");
  const claims = await cast(server, session, "attendee", "claims");
  for (const row of rows) {
    const spec = asked.find((s) => s.name === row.name);
    await cell(`${row.name} with session and role in it`, async () => {
      for (const [me, extra] of [[foreign, { session }], [claims, { as: "organizer" }], [claims, { user_id: boss.you }]]) {
        const said = await me.ask(row.name, { ...fieldsOf(row.name, at), ...extra }, spec?.kind ?? "command");
        assert.strictEqual(said.error, "bad_request", JSON.stringify(said));
      }
      return true;
    });
  }
  await cell("the end, by those who may", async () => {
    assert.ok(!(await boss.ask("session.close")).error);
    return false;
  });
  for (const me of [boss, spare, low, foreign, claims]) me.leave();
  return figures;
}
