// The same command again and again, over several sockets and instances at once (F-22); two tabs of one
// person on two instances (F-23).

import { randomInt } from "node:crypto";
import WebSocket from "ws";
import { sleep, until } from "../lib-js/cluster.mjs";
import { exported, joinTicket, linesOf, plan, ticketIn } from "../lib-js/server.mjs";
import { check, fail, failures, LARGE, report, TRIALS } from "./judge.mjs";

const MAX_N = 2 ** 48 - 1;
const COMMANDS = LARGE ? 2000 : 60;

/** A bare connection that keeps every frame. */
async function tab(server, ticket) {
  const socket = new WebSocket(server.url("/ws").replace("http", "ws"), "jobalike.v1");
  const me = { socket, frames: [], lines: [], you: 0 };
  socket.on("message", (data) => {
    const frame = JSON.parse(data);
    me.frames.push(frame);
    if (frame.view) me.you = frame.you;
    if (frame.event === "chat.said") me.lines.push(frame);
  });
  await new Promise((done, wrong) => {
    socket.on("open", done);
    socket.on("error", wrong);
  });
  socket.send(JSON.stringify({ hello: 1, ticket }));
  await until("the view is there", () => me.you);
  me.send = (frame) => socket.send(JSON.stringify(frame));
  return me;
}

/** What this tab was told of a command: its seq, or the error. */
function outcome(me, n) {
  const of = me.frames.filter((f) => f.n === n);
  const seqs = of.map((f) => (f.event ? f.seq : f.answer?.seq)).filter(Boolean);
  const errors = of.map((f) => f.error).filter((e) => e && e !== "unknown" && e !== "unavailable");
  return { seqs: [...new Set(seqs)], errors };
}

async function meeting(cluster) {
  const [a, b] = cluster.instances.map((i) => i.server);
  const { session, links } = await plan(a, { title: "Twice" });
  const who = { name: "Twin", school: "School", area: "hr", language: "en" };
  const ticket = await joinTicket(a, session, who);
  const organizer = ticketIn(links.organizer);
  const staff = await tab(a, organizer); // who reads the record takes part
  return { a, b, session, organizer, ticket, staff };
}

async function repeated(cluster) {
  const known = failures();
  const begun = performance.now();
  const line = { trials: TRIALS, acked: 0, lost: 0, dup: 0, hole: 0, order: 0, div: 0, compared: 0 };
  let sent = 0;
  for (let trial = 0; trial < line.trials; trial++) {
    const { a, b, session, organizer, ticket, staff } = await meeting(cluster);
    const tabs = [await tab(a, ticket), await tab(b, ticket)];
    const asked = [];
    for (let i = 0; i < COMMANDS; i++) {
      const frame = { command: "chat.say", n: randomInt(1, MAX_N), room: 1, text: `again-${trial}-${i}` };
      asked.push(frame);
      for (let k = randomInt(1, 6); k > 0; k--) {
        tabs[randomInt(2)].send(frame);
        sent++;
      }
      await sleep(randomInt(0, 12));
    }
    await until("all are answered", () => asked.every((f) => tabs.some((t) => outcome(t, f.n).seqs.length)));
    await sleep(500);
    const record = linesOf(await exported(b, session, organizer));
    for (const f of asked) {
      const found = record.filter((l) => l.text === f.text);
      const seqs = new Set(tabs.flatMap((t) => outcome(t, f.n).seqs));
      const errors = tabs.flatMap((t) => outcome(t, f.n).errors);
      if (found.length === 0) line.lost++;
      if (found.length > 1) line.dup++;
      if (seqs.size > 1 || (found[0] && !seqs.has(found[0].id)) || errors.length)
        fail(`F-22: ${f.text} was answered ${[...seqs]} ${errors}, and is ${found.map((l) => l.id)}`);
    }
    for (const t of tabs) if (new Set(t.lines.map((l) => l.seq)).size !== t.lines.length) line.dup++;
    line.acked += asked.length;
    for (const t of [...tabs, staff]) t.socket.close();
  }
  if (line.lost + line.dup) fail("F-22: see its line");
  report("F-22", line, { commands: line.acked, sent }, begun, failures() - known);
}

async function twoTabs(cluster) {
  const known = failures();
  const begun = performance.now();
  const line = { trials: TRIALS, acked: 0, lost: 0, dup: 0, hole: 0, order: 0, div: 0, compared: 0 };
  let muted = 0;
  for (let trial = 0; trial < line.trials; trial++) {
    const { a, b, session, organizer, ticket, staff } = await meeting(cluster);
    const tabs = [await tab(a, ticket), await tab(b, ticket)];
    for (let i = 0; i < COMMANDS; i++) {
      for (const [k, t] of tabs.entries())
        t.send({ command: "chat.say", n: randomInt(1, MAX_N), room: 1, text: `tab${k}-${i}` });
      await sleep(randomInt(0, 8));
    }
    const said = 2 * COMMANDS;
    await until("all is said", () => tabs.every((t) => t.lines.length === said));
    const order = tabs.map((t) => t.lines.map((l) => `${l.seq} ${l.text}`).join());
    if (order[0] !== order[1]) line.div++;
    const texts = tabs[0].lines.map((l) => l.text);
    for (const k of [0, 1]) {
      const mine = texts.filter((t) => t.startsWith(`tab${k}-`));
      if (mine.some((t, i) => t !== `tab${k}-${i}`)) line.order++;
    }
    // A mute holds both: nothing of either is taken after its seq.
    const n = randomInt(1, MAX_N);
    for (const [k, t] of tabs.entries()) {
      t.pump = setInterval(() => t.send({ command: "chat.say", n: randomInt(1, MAX_N), room: 1, text: `late${k}` }), 3);
    }
    await sleep(60);
    staff.send({ command: "people.mute", n, who: tabs[0].you, minutes: 5, reason: "off_topic" });
    const at = await until("they are muted", () => outcome(staff, n).seqs[0] ?? outcome(staff, n).errors[0]);
    await sleep(300);
    for (const t of tabs) clearInterval(t.pump);
    await sleep(200);
    check(typeof at === "number", `F-23: the mute was refused: ${at}`);
    const late = linesOf(await exported(b, session, organizer)).filter((l) => l.text.startsWith("late"));
    const after = late.filter((l) => l.id > at).length;
    check(!after, `F-23: ${after} lines were taken after the mute`);
    muted += tabs.reduce((sum, t) => sum + t.frames.filter((f) => f.error === "muted").length, 0);
    line.acked += said;
    for (const t of [...tabs, staff]) t.socket.close();
  }
  check(muted > 0, "F-23: nobody was refused as muted");
  if (line.div + line.order) fail("F-23: see its line");
  report("F-23", line, { refused_muted: muted }, begun, failures() - known);
}

export async function twice(cluster) {
  await repeated(cluster);
  await twoTabs(cluster);
}
