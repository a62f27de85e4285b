// Ways around a mute, a removal, a move and a role, each tried at a random moment (section d of what is
// promised: E1 to E13). What counts is the order of the log: the seq of the event that forbids it.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { hello, join, settled } from "./asker.mjs";
import { planned } from "./forms.mjs";
import { api, frame } from "./raw.mjs";
import { sized } from "./rows.mjs";
import { ticket } from "./tickets.mjs";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const mute = (staff, who, minutes = 60) => staff.ask("people.mute", { who, minutes, reason: "other" });
const lines = (watcher, by, after) => watcher.got.filter((m) => m.event && m.by === by && m.seq > after && m.text !== undefined);

export async function evasions(server, d) {
  const { session } = await planned(server, { rooms_by: "attendees" });
  const key = server.ticketKey();
  const staff = await join(server, session, { sub: "staff", name: "Staff", role: "organizer" });
  const other = await join(server, session, { sub: "other", name: "Other" });
  const runs = sized(50, 1000);
  const figures = { runs: 0, wrong: 0 };
  let n = 0;
  const come = (more = {}) => join(server, session, { sub: `e${++n}`, name: `E${n}`, ...more });
  const each = async (name, body) => {
    for (let i = 0; i < runs; i++)
      await check(`evasion: ${name} ${i}`, async () => {
        figures.runs++;
        figures.wrong++;
        await body(i);
        figures.wrong--;
        staff.got.length = other.got.length = 0;
        return true;
      });
  };
  /** Says line after line on all devices while something is done about it; returns what was done. */
  const talkWhile = async (devices, act) => {
    let going = true;
    const talk = devices.map(async (me) => {
      while (going && !me.closed && !me.s.ended) {
        me.ask("chat.say", { room: 1, text: "on and on" }).catch(() => {});
        await pause(d.below(3));
      }
    });
    await pause(d.below(20));
    const done = await act();
    await pause(d.below(20));
    going = false;
    await Promise.all(talk);
    return done;
  };

  await each("E1 E3: goes on talking, on two devices, while being muted", async () => {
    const me = await come();
    const phone = await join(server, session, { sub: `e${n}`, name: "x" });
    const muted = await talkWhile([me, phone], () => mute(staff, me.you));
    assert.ok(muted.event, JSON.stringify(muted));
    await settled(me);
    await settled(phone);
    await staff.when((x) => x.seq >= Math.max(me.seq, muted.seq));
    assert.deepStrictEqual(lines(staff, me.you, muted.seq), []);
    me.leave();
    phone.leave();
  });
  await each("E2: comes back after a mute", async () => {
    const me = await come();
    await mute(staff, me.you);
    me.leave();
    const again = await join(server, session, { sub: `e${n}`, name: "Another name" });
    assert.strictEqual((await again.ask("chat.say", { room: 1, text: "back" })).error, "muted");
    again.leave();
  });
  await each("E5: other ways to be read while muted", async () => {
    const me = await come();
    const line = (await me.ask("chat.say", { room: 1, text: "mine" })).seq;
    await mute(staff, me.you);
    for (const [name, fields] of [["chat.say", { room: 1, text: "x" }], ["chat.say", { room: 1, text: "x", reply: line }], ["chat.edit", { line, text: "x" }], ["rooms.open", { title: "x" }]])
      assert.strictEqual((await me.ask(name, fields)).error, "muted", name);
    const boss = await come({ role: "facilitator" });
    await mute(staff, boss.you);
    for (const [name, fields] of [["notices.announce", { text: "x" }], ["agenda.add", { title: "x", minutes: 1 }], ["chat.say", { room: 0, text: "x" }], ["rooms.open", { title: "x" }], ["rooms.move", { who: me.you, to: 1, reason: "x" }]])
      assert.strictEqual((await boss.ask(name, fields)).error, "muted", name);
    // Typing is told to nobody that it should not be: a name, and no words.
    me.say({ signal: "chat.typing", room: 1 });
    me.leave();
    boss.leave();
  });
  await each("E6: removed while half of a message is sent", async () => {
    const me = await come();
    const text = JSON.stringify({ command: "chat.say", n: 1, room: 1, text: "half" });
    const cut = 1 + d.below(text.length - 1);
    me.s.socket.write(frame(text.slice(0, cut), { fin: false }));
    await pause(d.below(5));
    const removed = await staff.ask("people.remove", { who: me.you, reason: "other" });
    me.s.socket.write(frame(text.slice(cut), { opcode: 0 }));
    await me.when((x) => x.closed || x.s.ended);
    assert.strictEqual(me.closed, 4003);
    assert.deepStrictEqual(lines(staff, me.you, removed.seq), []);
    assert.ok(!staff.got.some((m) => m.text === "half"));
    me.leave();
  });
  const room = (await staff.ask("rooms.open", { title: "Elsewhere" })).seq;
  await each("E7: moved, and hears nothing of the old room after it", async (i) => {
    const me = await come();
    const phone = await join(server, session, { sub: `e${n}`, name: "x" });
    const moved = await talkWhile([other], () => staff.ask("rooms.move", { who: me.you, to: room }));
    assert.ok(moved.event, JSON.stringify(moved));
    await settled(other);
    for (const x of [me, phone]) {
      await x.when((y) => y.room === room, 5000, `the view of run ${i}`);
      const heard = x.got.filter((m) => m.event === "chat.said" && m.room === 1 && m.seq > moved.seq);
      assert.deepStrictEqual(heard, []);
      assert.ok(!JSON.stringify(x.view.chat.talks).includes('"room":1,'), "the old room is in the view");
      x.leave();
    }
    assert.strictEqual((await other.ask("chat.say", { room, text: "x" })).error !== undefined, true);
  });
  await each("E8: removed, and asks for what was said", async () => {
    const text = ticket(key, session, { sub: `e${++n}`, name: "x" });
    const me = await hello(server.port, text);
    await me.when((x) => x.view);
    const { epoch, seq } = me;
    await staff.ask("people.remove", { who: me.you, reason: "other" });
    me.say({ query: "chat.history", n: 7, room: 1 });
    me.say({ query: "people.roster", n: 8 });
    await me.when((x) => x.closed || x.s.ended);
    assert.ok(!me.got.some((m) => m.answer), "an answer came");
    for (const more of [{}, { epoch, after: seq }, { epoch, after: 1, pending: [7] }]) {
      const again = await hello(server.port, text, more);
      await again.when((x) => x.closed || x.s.ended);
      assert.ok(again.got.every((m) => m.error === "removed" || m.bye), JSON.stringify(again.got));
    }
    for (const form of ["json", "md"])
      assert.strictEqual((await api(server.port, "GET", `/api/sessions/${session}/export.${form}`, undefined, { Authorization: `Bearer ${text}` })).status, 403);
  });
  await each("E8: has left, and reads along unseen", async () => {
    const text = ticket(key, session, { sub: `e${++n}`, name: "x" });
    const record = async (form) => {
      const bearer = { Authorization: `Bearer ${text}` };
      return (await api(server.port, "GET", `/api/sessions/${session}/export.${form}`, undefined, bearer)).status;
    };
    const me = await hello(server.port, text);
    await me.when((x) => x.view);
    assert.strictEqual(await record("json"), 200);
    await me.ask("people.leave");
    for (const form of ["json", "md"]) assert.strictEqual(await record(form), 403);
    me.leave();
  });
  await each("E10: a role is taken while commands are on their way", async () => {
    const me = await come({ role: "facilitator" });
    let going = true;
    const push = (async () => {
      while (going) {
        me.ask("notices.announce", { text: "still me" }).catch(() => {});
        await pause(d.below(3));
      }
    })();
    await pause(d.below(20));
    const lowered = await staff.ask("people.appoint", { who: me.you, role: "attendee" });
    await pause(d.below(20));
    going = false;
    await push;
    await settled(me);
    await staff.when((x) => x.seq >= lowered.seq);
    assert.deepStrictEqual(lines(staff, me.you, lowered.seq), []);
    me.leave();
  });
  await each("E4: muted, and comes under another name on the same device", async (i) => {
    const device = `device-of-run-${i}-0123456789`;
    const ask = (name) => api(server.port, "POST", `/api/sessions/${session}/tickets`, { name, school: "X", language: "en", device });
    const me = await hello(server.port, (await ask(`First ${i}`)).json.ticket);
    await me.when((x) => x.view);
    await mute(staff, me.you);
    const again = await hello(server.port, (await ask(`Second ${i}`)).json.ticket);
    await again.when((x) => x.view);
    assert.strictEqual(again.you, me.you);
    assert.strictEqual((await again.ask("chat.say", { room: 1, text: "x" })).error, "muted");
    me.leave();
    again.leave();
  });
  const second = await join(server, session, { sub: "second", name: "Second", role: "moderator" });
  await each("E11: two of the staff do something about one person at once", async () => {
    const me = await come();
    const acts = [["people.mute", { who: me.you, minutes: 5, reason: "other" }], ["people.unmute", { who: me.you }], ["rooms.move", { who: me.you, to: room }], ["rooms.move", { who: me.you, to: 1 }], ["people.remove", { who: me.you, reason: "other" }]];
    const wait = d.below(10);
    const said = await Promise.all([staff.ask(...d.of(acts)), pause(wait).then(() => second.ask(...d.of(acts)))]);
    const head = Math.max(...said.map((x) => x.seq ?? 0));
    for (const x of [staff, second]) await x.when((y) => y.seq >= head);
    const heard = (x) => x.got.filter((m) => m.event && m.who === me.you).map((m) => `${m.seq} ${m.event}`);
    assert.deepStrictEqual(heard(staff).filter((m) => heard(second).includes(m)), heard(second));
    for (const x of said) assert.ok(x.event || ["not_found", "conflict", "removed", "forbidden"].includes(x.error), JSON.stringify(x));
    const removed = said.some((x) => x.event === "people.removed");
    if (removed) await me.when((x) => x.closed || x.s.ended);
    else assert.ok(!(await me.ask("chat.history", { room: me.room }, "query")).closed);
    second.got.length = 0;
    me.leave();
  });
  second.leave();
  const alone = (await planned(server)).session;
  let [a, b] = [await join(server, alone, { sub: "a", name: "A", role: "organizer" }), await join(server, alone, { sub: "b", name: "B", role: "organizer" })];
  await each("E12: two organizers take the role from each other at once", async () => {
    const wait = d.below(4);
    const said = await Promise.all([a.ask("people.appoint", { who: b.you, role: "attendee" }), pause(wait).then(() => b.ask("people.appoint", { who: a.you, role: "attendee" }))]);
    assert.strictEqual(said.filter((x) => x.event).length, 1, JSON.stringify(said));
    if (said[1].event) [a, b] = [b, a];
    assert.ok((await a.ask("people.appoint", { who: a.you, role: "attendee" })).error, "the last one went");
    assert.ok((await a.ask("people.appoint", { who: b.you, role: "organizer" })).event);
    await b.when((x) => x.view.people.you.role === "organizer");
    a.got.length = b.got.length = 0;
  });
  a.leave();
  b.leave();
  await each("E13: says who it is in the message", async (i) => {
    const me = await come();
    const lies = [{ role: "organizer" }, { by: staff.you }, { user_id: staff.you }, { session: "other" }, { name: "Staff" }, { sub: "staff" }, { seq: 1 }, { at: 1 }, { school: "X" }];
    const lie = lies[i % lies.length];
    assert.strictEqual((await me.ask("chat.say", { room: 1, text: "x", ...lie })).error, "bad_request");
    assert.strictEqual((await me.ask("people.mute", { who: other.you, minutes: 1, reason: "other" })).error, "forbidden");
    const again = await hello(server.port, ticket(key, session, { sub: `e${n}`, name: "x", role: "organizer" }));
    await again.when((x) => x.view);
    assert.strictEqual(again.view.people.you.role, "attendee");
    again.leave();
    me.leave();
  });
  staff.leave();
  other.leave();
  return figures;
}
