// What the law's logs seldom reach: the edge of the window, and events that make no sense.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";
import { person, said, viewOf } from "./fake.mjs";

const { reduce } = await load("reduce/index.ts");
const { advance } = await load("reduce/chat.ts");

const WINDOW = 100;
const of = (event, seq, fields) => ({ event, seq, at: 5000 + seq, by: 2, name: "P2", school: "ISB", ...fields });

/** What a moderator sees: 4 left, 5 was removed, 6 has a room, topic 30 is done, 31 active, 32 pending. */
function staffView() {
  const view = viewOf(2, [], {
    people: {
      you: person(2, { role: "moderator" }),
      list: [
        person(2, { role: "moderator" }),
        person(3),
        person(4, { left: true, area: "hr", room: 20 }),
        person(5, { removed: true }),
        person(6, { room: 20 }),
      ],
    },
  });
  return {
    ...view,
    rooms: {
      list: [
        { id: 0, title: "Facilitators" },
        { id: 1, title: "Plenary" },
        { id: 20, title: "HR", area: "hr", capacity: 2 },
        { id: 21, title: "Old", closed: true },
      ],
      sent: true,
    },
    agenda: {
      topics: [
        { id: 30, title: "a", minutes: 5, state: "done", started: 1, ends: 2 },
        { id: 31, title: "b", minutes: 5, state: "active", started: 2, ends: 9 },
        { id: 32, title: "c", minutes: 5, state: "pending" },
      ],
      active: 31,
    },
  };
}

test("a window is the last hundred lines; an event about an older one changes no view", () => {
  let view = viewOf(2);
  for (let seq = 1; seq <= WINDOW + 1; seq++) view = reduce(view, said(seq, 3, `line ${seq}`));
  const { lines } = view.chat.talks[0];
  assert.equal(lines.length, WINDOW);
  assert.equal(lines[0].id, 2);
  for (const event of [
    of("chat.edited", 200, { room: 1, line: 1, text: "x" }),
    of("chat.removed", 200, { room: 1, line: 1 }),
    of("chat.reacted", 200, { room: 1, line: 1, kind: "same", on: true }),
    of("chat.edited", 200, { room: 7, line: 5, text: "a room that one does not read" }),
  ])
    assert.equal(reduce(view, event), view);
});

test("older lines that were loaded are advanced by the same events", () => {
  const line = { id: 1, at: 1, by: 3, name: "P3", school: "ISB", text: "old", reply: 9, quote: "q" };
  const edited = advance(line, of("chat.edited", 7, { room: 1, line: 1, text: "new" }));
  assert.deepEqual(edited, { ...line, text: "new", edited: 5007 });
  const liked = advance(edited, of("chat.reacted", 8, { room: 1, line: 1, kind: "same", on: true }));
  assert.deepEqual(liked.reactions, [{ kind: "same", by: 2, school: "ISB" }]);
  assert.equal(advance(liked, of("chat.reacted", 9, { room: 1, line: 1, kind: "same", on: true })), liked);
  const { id, at, by, name, school, reply } = line;
  const gone = advance(liked, of("chat.removed", 9, { room: 1, line: 1 }));
  assert.deepEqual(gone, { id, at, by, name, school, reply, removed: true });
  assert.equal(advance(gone, of("chat.edited", 10, { room: 1, line: 1, text: "again" })), gone);
  assert.equal(advance(gone, of("chat.reacted", 10, { room: 1, line: 1, kind: "idea", on: true })), gone);
  assert.equal(advance(line, of("chat.removed", 9, { room: 1, line: 2 })), line);
});

test("an event that makes no sense changes nothing", () => {
  const view = staffView();
  for (const event of [
    of("session.opened", 40, { title: "again" }),
    of("session.phased", 40, { phase: "closed" }),
    of("people.joined", 40, { language: "en", role: "attendee" }), // by is not the one who joined
    of("people.returned", 40, { by: 3 }), // never left
    of("people.returned", 40, { by: 5 }), // was removed
    of("people.left", 40, { who: 4 }),
    of("people.left", 40, { who: 99 }),
    of("people.appointed", 40, { who: 5, role: "organizer" }),
    of("people.unmuted", 40, { who: 3 }),
    of("rooms.entered", 40, { by: 3, to: 99 }),
    of("rooms.entered", 40, { by: 3, to: 21 }),
    of("rooms.moved", 40, { who: 3, to: 0 }),
    of("rooms.moved", 40, { who: 4, to: 1 }),
    of("rooms.recalled", 40, { by: undefined, seconds: 5 }),
    of("rooms.locked", 40, { room: 99 }),
    of("rooms.unlocked", 40, { room: 20 }),
    of("rooms.watched", 40, { room: 20 }),
    of("agenda.edited", 40, { topic: 99, title: "x" }),
    of("agenda.removed", 40, { topic: 31 }),
    of("agenda.removed", 40, { topic: 99 }),
    of("agenda.ordered", 40, { topic: 99 }),
    of("agenda.pushed", 40, { topic: 99 }),
    of("agenda.extended", 40, { topic: 32, minutes: 5 }),
    of("agenda.finished", 40, { topic: 30 }),
    of("agenda.skipped", 40, { topic: 30 }),
    of("hands.lowered", 40, { who: 3 }),
    of("hands.called", 40, { who: 99 }),
    of("hands.called", 40, { who: 4 }),
    of("notices.announced", 40, { rooms: [20], text: "not for a room I read" }),
    of("polls.opened", 40, {}),
  ])
    assert.equal(reduce(view, event), view, event.event);
});

test("whoever left and is removed has not left", () => {
  const view = reduce(staffView(), of("people.removed", 40, { who: 4, reason: "other" }));
  assert.deepEqual(view.people.list[2], person(4, { area: "hr", room: 20, removed: true }));
});

test("who joins after the end is an observer, whatever the event says", () => {
  const closed = reduce(staffView(), of("session.closed", 40, {}));
  const event = { ...of("people.joined", 41, { language: "en", role: "facilitator" }), by: 41 };
  assert.equal(reduce(closed, event).people.list.at(-1).role, "observer");
});

test("a recall ends with the session, and every hand is down", () => {
  let view = reduce(staffView(), of("hands.raised", 40, { by: 3 }));
  view = reduce(view, of("rooms.recalled", 41, { seconds: 60 }));
  assert.deepEqual(view.rooms.recall, { until: 5041 + 60_000, by: 2, name: "P2" });
  assert.equal(view.people.list[1].hand, 40);
  view = reduce(view, of("session.closed", 42, {}));
  assert.equal("recall" in view.rooms, false);
  assert.equal("hand" in view.people.list[1], false);
  assert.equal(view.session.closed_at, 5042);
});

test("what an event does not touch stays the same object", () => {
  const view = staffView();
  const next = reduce(view, of("rooms.locked", 40, { room: 20 }));
  assert.notEqual(next, view);
  for (const area of ["people", "session", "agenda", "chat", "notices"]) assert.equal(next[area], view[area]);
  assert.equal(next.rooms.list[1], view.rooms.list[1]);
});
