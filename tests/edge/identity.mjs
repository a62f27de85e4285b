// Who is who after a ticket was used: again, by somebody else, after a removal, a change of role, the end;
// and what can be learned by guessing.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { hello, join } from "./asker.mjs";
import { planned } from "./forms.mjs";
import { api, open, request, takeAnswer, until } from "./raw.mjs";
import { sized } from "./rows.mjs";
import { GIVEN, ticket } from "./tickets.mjs";

const bearer = (text) => ({ Authorization: `Bearer ${text}` });

/** What a ticket is worth now: a view's role, or what was said instead. */
async function worth(server, text) {
  const me = await hello(server.port, text);
  await me.when((x) => x.view || x.closed || x.s.ended || x.got.some((m) => m.error));
  me.leave();
  return me.view ? me.view.people.you.role : me.got.find((m) => m.error)?.error ?? `closed ${me.closed}`;
}

export async function replays(server) {
  const { session } = await planned(server);
  const key = server.ticketKey();
  const staff = await join(server, session, { sub: "boss", name: "Boss", role: "organizer" });
  let wrong = 0;
  const again = async (name, body) => {
    for (let i = 0; i < sized(10, 100); i++)
      await check(`replay: ${name} ${i}`, async () => {
        wrong++;
        await body(`${name.replaceAll(" ", "-")}-${i}`);
        wrong--;
        return true;
      });
  };
  const idOf = async (sub) => {
    const me = await join(server, session, { sub, name: sub });
    me.leave();
    return me.you;
  };

  await again("twice", async (sub) => {
    const a = await idOf(sub);
    assert.strictEqual(await idOf(sub), a);
  });
  await again("after removal", async (sub) => {
    const text = ticket(key, session, { sub, name: sub });
    const me = await hello(server.port, text);
    await me.when((x) => x.view);
    assert.ok((await staff.ask("people.remove", { who: me.you, reason: "other" })).event);
    await me.when((x) => x.closed || x.s.ended);
    assert.strictEqual(await worth(server, text), "removed");
    assert.strictEqual(await worth(server, ticket(key, session, { sub, name: "Another", role: "organizer" })), "removed");
    for (const form of ["json", "md"])
      assert.strictEqual((await api(server.port, "GET", `/api/sessions/${session}/export.${form}`, undefined, bearer(text))).status, 403);
  });
  await again("after leaving", async (sub) => {
    const text = ticket(key, session, { sub, name: sub });
    const me = await hello(server.port, text);
    await me.when((x) => x.view);
    me.ask("people.leave").catch(() => {});
    await me.when((x) => x.closed || x.s.ended);
    assert.strictEqual(await worth(server, text), "attendee");
  });
  await again("after a change of role", async (sub) => {
    const text = ticket(key, session, { sub, name: sub, role: "moderator" });
    const who = await hello(server.port, text);
    await who.when((x) => x.view);
    assert.ok((await staff.ask("people.appoint", { who: who.you, role: "attendee" })).event);
    who.leave();
    assert.strictEqual(await worth(server, text), "attendee");
    assert.strictEqual(await worth(server, ticket(key, session, { sub, name: sub, role: "organizer" })), "attendee");
  });
  await again("a device that was removed", async (name) => {
    const device = name.slice(-20).padStart(20, "x");
    const got = await api(server.port, "POST", `/api/sessions/${session}/tickets`, { name, school: "X", language: "en", device });
    const me = await hello(server.port, got.json.ticket);
    await me.when((x) => x.view);
    await staff.ask("people.remove", { who: me.you, reason: "other" });
    const second = await api(server.port, "POST", `/api/sessions/${session}/tickets`, { name: "New", school: "X", language: "en", device });
    assert.deepStrictEqual([second.status, second.json.error], [403, "removed"]);
    me.leave();
  });
  await again("after a newer one", async (sub) => {
    const old = ticket(key, session, { sub, name: sub });
    const newer = ticket(key, session, { sub, name: sub, iat: GIVEN + 1 });
    const me = await hello(server.port, old);
    await me.when((x) => x.view);
    assert.strictEqual(await worth(server, newer), "attendee");
    await me.when((x) => x.closed || x.s.ended);
    assert.strictEqual(me.got.find((m) => m.bye)?.bye, "expired");
    assert.strictEqual(await worth(server, old), "unauthorized");
    assert.strictEqual(await worth(server, newer), "attendee");
    assert.strictEqual((await api(server.port, "GET", `/api/sessions/${session}/export.json`, undefined, bearer(old))).status, 401);
  });
  await again("after joining again", async (name) => {
    const who = { name, school: "X", language: "en", device: name.slice(-20).padStart(20, "y") };
    const ask = async () => (await api(server.port, "POST", `/api/sessions/${session}/tickets`, who)).json.ticket;
    const old = await ask();
    assert.strictEqual(await worth(server, old), "attendee");
    const newer = await ask(); // in the same second
    assert.strictEqual(await worth(server, newer), "attendee");
    assert.strictEqual(await worth(server, old), "unauthorized");
  });
  const late = await join(server, session, { sub: "late", name: "Late" });
  await staff.ask("session.close");
  await again("after the end", async (sub) => {
    assert.strictEqual(await worth(server, ticket(key, session, { sub, name: sub })), "observer");
    assert.ok(["closed", "forbidden"].includes((await late.ask("chat.say", { room: 1, text: "x" })).error));
  });
  late.leave();
  staff.leave();
  return { wrong };
}

/** Many requests on one connection, one after the other. The statuses, by how often. */
async function askAll(port, paths) {
  const s = open(port);
  const seen = {};
  for (let i = 0; i < paths.length; i += 50) {
    s.socket.write(paths.slice(i, i + 50).map((p) => request("GET", p)).join(""));
    for (let j = i; j < Math.min(i + 50, paths.length); j++) {
      const answer = await until(s, takeAnswer);
      seen[answer?.status] = (seen[answer?.status] ?? 0) + 1;
    }
  }
  s.socket.destroy();
  return seen;
}

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

export async function guesses(server, random) {
  const { port, session } = server;
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const guess = (i) => {
    const near = [...session];
    if (i % 2) near[i % near.length] = alphabet[random(1)[0] & 31];
    else return [...random(32)].map((b) => alphabet[b & 31]).join("");
    return near.join("") === session ? `${near.join("")}a` : near.join("");
  };
  const n = sized(10_000, 1_000_000);
  let found = 0;
  await check("enum: no id is guessed", async () => {
    const paths = [...Array(n)].map((_, i) => (i % 4 === 3 ? `/sessions/${guess(i)}.ics` : `/api/sessions/${guess(i)}`));
    const seen = await askAll(port, paths);
    found = n - (seen[404] ?? 0);
    assert.deepStrictEqual(seen, { 404: n });
    return true;
  });
  // A ticket of another session: for one that is there, and for one that is not.
  const other = ticket(server.ticketKey(), (await planned(server)).session);
  const said = new Set();
  const ask = async (id) => {
    const begun = performance.now();
    const answer = await api(port, "GET", `/api/sessions/${id}/export.json`, undefined, bearer(other));
    said.add(`${answer.status} ${answer.body}`);
    return performance.now() - begun;
  };
  let runs = 0;
  let there = 1;
  let not = 2;
  // A machine with others on it has bad moments; what tells them apart does so in each of five runs.
  for (; runs < 5 && Math.abs(there - not) > 0.05 * Math.max(there, not); runs++) {
    const took = { there: [], not: [] };
    for (let i = 0; i < 400; i++)
      for (const kind of i % 2 ? ["there", "not"] : ["not", "there"])
        took[kind].push(await ask(kind === "there" ? session : guess(2 * i)));
    there = median(took.there);
    not = median(took.not);
  }
  await check("enum: not yours is answered as not there", () => {
    assert.strictEqual(said.size, 1, [...said].join(" | "));
    return true;
  });
  await check("enum: and as fast, within 5 %", () =>
    assert.ok(Math.abs(there - not) <= 0.05 * Math.max(there, not), `${there} and ${not} ms`));
  return { guesses: n, found, runs, p50_us: `${Math.round(there * 1000)}/${Math.round(not * 1000)}` };
}
