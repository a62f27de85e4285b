// What is hidden from somebody is in no byte that they are sent: words with a mark in each hidden place, and
// everything that came over the sockets and by HTTP of each kind of person is searched for them.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { hello } from "./asker.mjs";
import { planned } from "./forms.mjs";
import { api } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

const STAFF = ["organizer", "facilitator", "moderator"];
/** Who may see a mark, and who has to: a mark that nobody sees would prove nothing. */
const MARKS = {
  SUBMARK: { may: [], must: [] },
  CHANNELMARK: { may: STAFF, must: STAFF },
  ROOMMARK: { may: [...STAFF, "neighbour"], must: ["neighbour"] },
  MUTENOTE: { may: [...STAFF, "muted"], must: ["organizer", "muted"] },
  REMOVALNOTE: { may: STAFF, must: ["organizer"] },
};
/** Once it is closed everybody may read all rooms. */
const { ROOMMARK: _, ...AFTER } = MARKS;

export async function hidden(server) {
  const { session } = await planned(server, { rooms_by: "attendees" });
  const key = server.ticketKey();
  const people = {};
  const heard = {};
  const textOf = (name, role) => ticket(key, session, { sub: `SUBMARK-${name}`, name: `The ${name}`, school: "S", role });
  const come = async (name, role, more) => {
    const me = await hello(server.port, textOf(name, role), more);
    me.s.socket.on("data", (d) => {
      heard[name] = Buffer.concat([heard[name] ?? Buffer.alloc(0), d]);
    });
    await me.when((x) => x.view || x.got.some((m) => m.signal === "digest"));
    people[name] ??= me;
    return me;
  };
  const figures = { people: 0, marks: Object.keys(MARKS).length, bytes: 0, hits: 0 };

  for (const role of STAFF) await come(role, role);
  for (const name of ["muted", "plain", "neighbour", "removed"]) await come(name, "attendee");
  await come("observer", "observer");
  const { organizer, plain, muted, neighbour, removed } = people;
  const room = (await organizer.ask("rooms.open", { title: "Apart" })).seq;
  assert.ok((await organizer.ask("rooms.move", { who: neighbour.you, to: room })).event);
  await neighbour.when((x) => x.room === room);
  assert.ok((await neighbour.ask("chat.say", { room, text: "ROOMMARK of the room apart" })).event);
  for (const name of STAFF) assert.ok((await people[name].ask("chat.say", { room: 0, text: `CHANNELMARK of ${name}` })).event);
  assert.ok((await organizer.ask("people.mute", { who: muted.you, minutes: 5, reason: "other", note: "MUTENOTE for one" })).event);
  assert.ok((await organizer.ask("people.remove", { who: removed.you, reason: "other", note: "REMOVALNOTE for the record" })).event);

  /** All that somebody can ask for. */
  const askAll = async () => {
    for (const [name, me] of Object.entries(people)) {
      if (me.closed || me.s.ended) continue;
      for (const r of [0, 1, room]) await me.ask("chat.history", { room: r }, "query");
      for (const fields of [{}, { find: "SUBMARK" }, { find: "the" }]) await me.ask("people.roster", fields, "query");
    }
    for (const [name, me] of Object.entries(people)) {
      const bearer = { Authorization: `Bearer ${textOf(name, "attendee")}` };
      for (const path of ["", "/export.json", "/export.md", "/code"]) {
        const said = await api(server.port, "GET", `/api/sessions/${session}${path}`, undefined, bearer);
        heard[name] = Buffer.concat([heard[name], said.body]);
      }
      if (me.closed || me.s.ended) continue;
      // Coming back brings what was missed, or a view.
      for (const more of [{}, { epoch: me.epoch, after: 2 }, { epoch: me.epoch, after: me.seq }]) (await come(name, "attendee", more)).leave();
    }
  };
  const search = async (when, marks) => {
    await askAll();
    for (const [mark, { may, must }] of Object.entries(marks))
      for (const name of Object.keys(people))
        await check(`hidden: ${mark} from ${name}, ${when}`, () => {
          const found = heard[name].includes(mark);
          if (!may.includes(name) && found) figures.hits++;
          assert.ok(may.includes(name) || !found, "it was told");
          assert.ok(!must.includes(name) || found, "it was not told at all: this proves nothing");
          return !may.includes(name);
        });
  };
  await search("while it goes on", MARKS);
  assert.ok(!(await organizer.ask("session.close")).error);
  for (const name of Object.keys(heard)) heard[name] = Buffer.alloc(0);
  await plain.when((x) => x.view.session.phase === "closed" || x.got.some((m) => m.event === "session.closed"));
  await search("when it is over", Object.fromEntries(Object.entries(AFTER).map(([mark, { may }]) => [mark, { may, must: [] }])));
  figures.people = Object.keys(people).length;
  figures.bytes = Object.values(heard).reduce((n, b) => n + b.length, 0);
  for (const me of Object.values(people)) me.leave();
  return figures;
}
