// What is typed into the forms of joining and planning: what is wrong is named with its field.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { api, dial, next, send } from "./raw.mjs";

const answers = (change) => ({ name: "Ana", school: "ISB", language: "en", ...change });
const long = "x".repeat(61);

const badAnswers = {
  "no name": [{ name: undefined }, 400, "name"],
  "name empty": [{ name: "" }, 400, "name"],
  "name of spaces": [{ name: "   " }, 400, "name"],
  "name a number": [{ name: 7 }, 400, "name"],
  "name of 61": [{ name: long }, 400, "name"],
  "name with a new line": [{ name: "A\nB" }, 400, "name"],
  "name with NUL": [{ name: "A\0B" }, 400, undefined],
  "name that runs to the left": [{ name: "Ana\u202egro" }, 400, "name"],
  "name without width": [{ name: "\u200b" }, 400, "name"],
  "no school": [{ school: undefined }, 400, "school"],
  "school of 81": [{ school: "x".repeat(81) }, 400, "school"],
  "job of 81": [{ job: "x".repeat(81) }, 400, "job"],
  "area of no session": [{ area: "astrology" }, 400, "area"],
  "area with a slash": [{ area: "a/b" }, 400, "area"],
  "no language": [{ language: undefined }, 400, "language"],
  "language unknown": [{ language: "tlh" }, 400, "language"],
  "role of one's own choice": [{ role: "organizer" }, 400, "role"],
  "sub of one's own choice": [{ sub: "x" }, 400, "sub"],
  "session of one's own choice": [{ session: "x" }, 400, "session"],
  "a device too short": [{ device: "x" }, 400, "device"],
  "an invitation of words": [{ invitation: "please" }, 403, "invitation"],
  "an invitation a number": [{ invitation: 7 }, 400, "invitation"],
};

const plan = (change) => ({
  title: "Plan",
  format: "guided",
  languages: ["en"],
  areas: [{ key: "hr", en: "HR" }],
  start: Date.now(),
  end: Date.now() + 3600_000,
  open: true,
  rooms_by: "staff",
  ...change,
});

const badPlans = {
  "no title": [{ title: undefined }, "title"],
  "title of 121": [{ title: "x".repeat(121) }, "title"],
  "format unknown": [{ format: "loose" }, "format"],
  "languages a text": [{ languages: "en" }, "languages"],
  "language unknown": [{ languages: ["xx"] }, "languages"],
  "areas no list": [{ areas: {} }, "areas"],
  "25 areas": [{ areas: [...Array(25)].map((_, i) => ({ key: `a${i}`, en: "A" })) }, "areas"],
  "an area without a name": [{ areas: [{ key: "a" }] }, undefined],
  "start a text": [{ start: "now" }, "start"],
  "end before start": [{ end: 1 }, "end"],
  "open a number": [{ open: 1 }, "open"],
  "rooms_by unknown": [{ rooms_by: "all" }, "rooms_by"],
  "an id of one's own choice": [{ session: "mine" }, "session"],
  "a command": [{ command: "session.close" }, "command"],
  "an unknown field": [{ colour: "red" }, "colour"],
  "staff a list": [{ staff: [] }, "staff"],
  "staff unknown": [{ staff: { janitor: { name: "x", school: "y" } } }, "staff"],
  "staff without a name": [{ staff: { organizer: { name: "", school: "y" } } }, "name"],
};

export const bearer = (key) => ({ Authorization: `Bearer ${key}` });

/** Asked again while the server has not read its list of sessions yet. */
export async function planned(server, change, how) {
  const key = bearer(server.installKey());
  const ask = () => api(server.port, "POST", "/api/sessions", plan(change), key, how);
  let said = await ask();
  for (let i = 0; i < 50 && said?.status === 503; i++) {
    await new Promise((done) => setTimeout(done, 100));
    said = await ask();
  }
  assert.strictEqual(said.status, 201, JSON.stringify(said.json));
  return said.json;
}

export const tokenOf = (link) => /#ticket=(.+)$/.exec(link)[1];

async function join(port, session, change) {
  return api(port, "POST", `/api/sessions/${session}/tickets`, answers(change));
}

export async function forms(server, open) {
  const { port } = server;
  for (const [name, [change, status, field]] of Object.entries(badAnswers))
    await check(`join: ${name}`, async () => {
      const said = await join(port, open.session, change);
      assert.strictEqual(said.status, status, JSON.stringify(said.json));
      if (field) assert.strictEqual(said.json.field, field);
      return true;
    });
  for (const [name, [change, field]] of Object.entries(badPlans))
    await check(`plan: ${name}`, async () => {
      const said = await api(port, "POST", "/api/sessions", plan(change), bearer(server.installKey()));
      assert.strictEqual(said.status, 400, JSON.stringify(said.json));
      if (field) assert.strictEqual(said.json.field, field);
      return true;
    });
  await keys(server);
  await ways(server, open);
}

async function keys(server) {
  const wrong = { none: {}, empty: bearer(""), ours: bearer("x".repeat(64)), ticket: bearer(server.ticketKey()),
    basic: { Authorization: `Basic ${server.installKey()}` }, longer: bearer(`${server.installKey()}0`) };
  for (const [name, headers] of Object.entries(wrong))
    await check(`plan: with key ${name}`, async () => {
      const said = await api(server.port, "POST", "/api/sessions", plan(), headers);
      assert.strictEqual(said.status, 401);
      return true;
    });
}

async function ways(server, open) {
  const { port } = server;
  await check("join: an open session takes everybody", async () => {
    const said = await join(port, open.session, { area: "hr", job: "Registrar" });
    assert.strictEqual(said.status, 201);
    assert.strictEqual(said.json.role, "attendee");
    assert.ok(said.json.expires > Date.now());
  });
  await check("join: a closed door needs an invitation, of this session", async () => {
    const shut = await planned(server, { open: false });
    assert.strictEqual((await join(port, shut.session)).json.field, "invitation");
    const other = tokenOf(open.links.attendee);
    assert.strictEqual((await join(port, shut.session, { invitation: other })).status, 403);
    const staff = tokenOf(shut.links.organizer);
    assert.strictEqual((await join(port, shut.session, { invitation: staff })).status, 403);
    const said = await join(port, shut.session, { invitation: tokenOf(shut.links.attendee) });
    assert.strictEqual(said.status, 201);
    const page = await api(port, "GET", `/api/sessions/${shut.session}`);
    assert.strictEqual(page.json.needs_invitation, true);
    return true;
  });
  await check("list: who has no key is shown what is open, and nothing of what is not", async () => {
    const shut = await planned(server, { open: false, title: "Behind a door" });
    const list = async (headers) => api(port, "GET", "/api/sessions", undefined, headers);
    const ids = (said) => said.json.sessions.map((s) => s.session);
    const shown = await list({});
    assert.ok(ids(shown).includes(open.session) && !ids(shown).includes(shut.session));
    assert.ok(!shown.body.toString().includes("Behind a door"));
    assert.ok(ids(await list(bearer(server.installKey()))).includes(shut.session));
    for (const key of [`${server.installKey()}x`, tokenOf(shut.links.organizer)])
      assert.strictEqual((await list(bearer(key))).status, 401);
    return true;
  });
  await check("join: the same device is the same person", async () => {
    const device = "0123456789abcdef0123";
    const subOf = (said) => JSON.parse(Buffer.from(said.json.ticket.split(".")[1], "base64url")).sub;
    const a = subOf(await join(port, open.session, { device }));
    const b = subOf(await join(port, open.session, { device }));
    const c = subOf(await join(port, open.session, { device: `${device}x` }));
    assert.strictEqual(a, b);
    assert.notStrictEqual(a, c);
  });
  await check("join: nobody comes under a name of the staff", async () => {
    const s = await dial(port);
    send(s, { hello: 1, ticket: tokenOf(open.links.organizer) });
    assert.ok((await next(s)).view);
    for (const name of ["Organizer", "ORGANIZER", "Ｏrganizer", " organizer "]) {
      const said = await join(port, open.session, { name });
      assert.deepStrictEqual([said.status, said.json.error, said.json.field], [409, "conflict", "name"], name);
    }
    assert.strictEqual((await join(port, open.session, { name: "Organizer B" })).status, 201);
    s.socket.destroy();
    return true;
  });
  await check("join: no such session", async () => {
    for (const id of ["nothing", "a'b", "..%2f", "x".repeat(40)]) {
      const said = await join(port, id);
      assert.deepStrictEqual([said.status, said.json.error], [404, "not_found"], id);
    }
    return true;
  });
  await calendar(server);
}

async function calendar(server) {
  await check("calendar: folded and escaped", async () => {
    const title = "招生; HR, \\ 会议".repeat(8);
    const made = await planned(server, { title });
    const said = await api(server.port, "GET", `/sessions/${made.session}.ics`);
    const text = said.body.toString();
    for (const line of text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, line);
    const whole = text.replace(/\r\n /g, "");
    assert.ok(whole.includes(`SUMMARY:${title.replace(/[\\;,]/g, "\\$&")}\r\n`), whole);
    assert.ok(!text.includes("\ufffd"));
  });
}
