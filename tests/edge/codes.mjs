// Join codes: what they give, to whom they are shown, and what becomes of those who guess.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { bearer, planned, tokenOf } from "./forms.mjs";
import { api, dial, next, send } from "./raw.mjs";
import { startServer } from "./server.mjs";

const HOUR = 3600_000;

const from = (n) => ({ "X-Forwarded-For": `198.51.${n >> 8}.${n & 255}` });
const tryCode = (server, code, headers) => api(server.port, "POST", "/api/codes", { code }, headers);
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

async function gives(server, invited) {
  await check("code: it is six characters without look-alikes", async () => {
    assert.match(invited.code, /^[2-9A-HJKMNP-Z]{6}$/);
  });
  for (const typed of [invited.code, invited.code.toLowerCase(), `${invited.code.slice(0, 3)}-${invited.code.slice(3)} `])
    await check(`code: taken as typed, ${typed.length} characters`, async () => {
      const said = await tryCode(server, typed, from(1));
      assert.strictEqual(said.status, 200);
      assert.strictEqual(said.json.session, invited.session);
    });
  await check("code: it leads an attendee into a session by invitation, and nobody further", async () => {
    const { json } = await tryCode(server, invited.code, from(1));
    const join = { name: "Ana", school: "ISB", language: "en", invitation: json.invitation };
    const said = await api(server.port, "POST", `/api/sessions/${invited.session}/tickets`, join);
    assert.strictEqual(said.status, 201, JSON.stringify(said.json));
    assert.strictEqual(said.json.role, "attendee");
  });
}

/** All of these are told the same, byte for byte but for the time. */
async function refuses(server) {
  const closed = await planned(server);
  const past = await planned(server, { start: Date.now() - 30 * HOUR, end: Date.now() - 25 * HOUR });
  const late = await planned(server, { start: Date.now() - 30 * HOUR, end: Date.now() - 23 * HOUR });
  const s = await dial(server.port);
  send(s, { hello: 1, ticket: tokenOf(closed.links.organizer) });
  await next(s, (m) => m.view);
  send(s, { command: "session.close", n: 1 });
  await next(s, (m) => m.event === "session.closed");
  s.socket.destroy();
  await check("code: good until a day after the planned end", async () => {
    assert.strictEqual((await tryCode(server, late.code, from(2))).status, 200);
  });
  const wrong = { wrong: "222222", over: past.code, closed: closed.code, short: "K7M", long: "K7M2QXK7M2QX", odd: "K7M2Q%", empty: "", words: "' OR 1=1 --" };
  const told = new Set();
  for (const [name, code] of Object.entries(wrong))
    await check(`code refused: ${name}`, async () => {
      const said = await tryCode(server, code, from(3));
      assert.strictEqual(said.status, 404);
      told.add(said.body.toString());
      return true;
    });
  await check("code: every wrong one is told alike", async () => {
    assert.deepStrictEqual([...told], ['{"error":"not_found","field":"code"}']);
  });
  for (const [name, body] of Object.entries({ number: { code: 7 }, none: {}, more: { code: "222222", session: "x" }, list: { code: [] } }))
    await check(`code refused: a body with ${name}`, async () => {
      assert.strictEqual((await api(server.port, "POST", "/api/codes", body, from(4))).status, 400);
      return true;
    });
  await check("code: a wrong one and one that is over take the same time", async () => {
    const took = { "222222": [], [past.code]: [] };
    for (let i = 0; i < 240; i++)
      for (const code of Object.keys(took)) {
        const begun = performance.now();
        const said = await tryCode(server, code, from(1000 + i));
        took[code].push(performance.now() - begun);
        assert.strictEqual(said.status, 404);
      }
    const [a, b] = Object.values(took).map(median);
    assert.ok(a / b < 1.5 && b / a < 1.5, `${a} and ${b} ms`);
  });
}

async function limits(server, invited) {
  await check("code limit: ten wrong ones a minute, then not even the right one", async () => {
    for (let i = 0; i < 10; i++) assert.strictEqual((await tryCode(server, "333333", from(5))).status, 404);
    for (const code of ["333333", invited.code]) {
      const said = await tryCode(server, code, from(5));
      assert.strictEqual(said.status, 429);
      assert.ok(said.json.error === "slow_down" && said.json.retry_ms > 0 && said.json.retry_ms <= 60_000);
    }
    return true;
  });
  await check("code limit: others are not kept waiting", async () => {
    assert.strictEqual((await tryCode(server, invited.code, from(6))).status, 200);
  });
  await check("code limit: a whole hall comes in by the right one behind one address", async () => {
    for (let i = 0; i < 60; i++) assert.strictEqual((await tryCode(server, invited.code, from(7))).status, 200);
  });
  await check("code limit: right ones without end use up the address's share of time, and nobody else's", async () => {
    const floods = { 200: 0, 429: 0 };
    const waits = [];
    while (!floods[429] && floods[200] < 30_000) {
      const all = [...Array(100)].map(() => tryCode(server, invited.code, from(8)));
      const begun = performance.now();
      assert.strictEqual((await tryCode(server, invited.code, from(9))).status, 200);
      waits.push(performance.now() - begun);
      for (const said of await Promise.all(all)) floods[said.status]++;
    }
    console.log(`edge: codes taken_at_once=${floods[200]} others_wait_ms=${median(waits).toFixed(0)}`);
    assert.ok(floods[429] > 0, "it went on and on");
    return true;
  });
  await check("code limit: a thousand wrong ones a minute of everybody together", async () => {
    const codes = { 404: 0, 429: 0 };
    for (let i = 0; i < 1100; i += 50)
      for (const said of await Promise.all([...Array(50)].map((_, k) => tryCode(server, "444444", from(3000 + i + k)))))
        codes[said.status]++;
    assert.ok(codes[429] > 0 && codes[404] < 1000, JSON.stringify(codes));
    return true;
  });
}

async function shown(server, made) {
  const get = (token, session = made.session) =>
    api(server.port, "GET", `/api/sessions/${session}/code`, undefined, token ? bearer(token) : {});
  for (const role of ["organizer", "facilitator", "moderator"])
    await check(`code shown to: ${role}`, async () => {
      const token = tokenOf(made.links[role]);
      const s = await dial(server.port);
      send(s, { hello: 1, ticket: token });
      await next(s, (m) => m.view);
      const said = await get(token);
      s.socket.destroy();
      assert.strictEqual(said.status, 200);
      assert.strictEqual(said.json.code, made.code);
    });
  const other = await planned(server);
  const joined = await api(server.port, "POST", `/api/sessions/${other.session}/tickets`, {
    name: "Ana", school: "ISB", language: "en",
  });
  const cases = {
    nobody: [null, made.session, 401],
    "an invitation": [tokenOf(made.links.attendee), made.session, 401],
    "staff of another session": [tokenOf(other.links.organizer), made.session, 401],
    "somebody who has not come": [tokenOf(other.links.organizer), other.session, 403],
    "an attendee": [joined.json.ticket, other.session, 403],
  };
  for (const [name, [token, session, status]] of Object.entries(cases))
    await check(`code not shown to: ${name}`, async () => {
      assert.strictEqual((await get(token, session)).status, status);
      return true;
    });
}

export async function codes() {
  const server = await startServer([
    "--limits.joins_per_second=100000",
    "--http.trusted_proxies=127.0.0.1",
  ]);
  const invited = await planned(server, { open: false });
  await gives(server, invited);
  await shown(server, invited);
  await refuses(server);
  await limits(server, invited);
  await check("code: the server ends in order", async () => assert.strictEqual(await server.end(), null));
}
