// What the log tells of those who try: who was let in, what was refused, what went on without end. Each in
// a line with its facts, the network it came from, and no word of theirs.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { bearer, planned, tokenOf } from "./forms.mjs";
import { api, dial, exchange, frame, next, request, send, until } from "./raw.mjs";
import { startServer } from "./server.mjs";
import { GIVEN, ticket } from "./tickets.mjs";

const MARK = "WORDS-OF-THEIRS";
const NETWORK = "127.0.0.0/24";
const report = (directive) =>
  JSON.stringify({ "csp-report": { "document-uri": `https://x/${MARK}`, "violated-directive": directive, "blocked-uri": MARK } });

const lines = (server, what) =>
  server.err().split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((line) => line.what === what);

/** Waits until there are so many lines of this kind; the last of them. */
async function told(server, what, n = 1) {
  for (let i = 0; i < 100 && lines(server, what).length < n; i++) await new Promise((done) => setTimeout(done, 20));
  const found = lines(server, what);
  assert.strictEqual(found.length, n, `${what}: ${JSON.stringify(found)}`);
  return found.at(-1);
}

async function letIn(server, made) {
  await check("logged: a session that was planned", async () => {
    const line = await told(server, "session.planned");
    assert.deepStrictEqual([line.session, line.from], [made.session, NETWORK]);
  });
  await check("logged: somebody who joined", async () => {
    const said = await api(server.port, "POST", `/api/sessions/${made.session}/tickets`, { name: MARK, school: MARK, language: "en" });
    assert.strictEqual(said.status, 201);
    const line = await told(server, "ticket.given");
    assert.deepStrictEqual([line.session, line.role, line.invited, line.from], [made.session, "attendee", 0, NETWORK]);
  });
}

async function hellos(server, made) {
  const key = server.ticketKey();
  for (const [i, [why, token]] of [
    ["no ticket of ours", `${MARK}.a.b`],
    ["no ticket of ours", tokenOf(made.links.attendee)], // an invitation
    ["expired", ticket(key, made.session, { exp: Math.floor(Date.now() / 1000) - 3600 })],
  ].entries())
    await check(`logged: a hello with a ticket that is ${why}`, async () => {
      const s = await dial(server.port);
      send(s, { hello: 1, ticket: token });
      assert.strictEqual((await next(s, (m) => m.error))?.error, "unauthorized");
      s.socket.destroy();
      const line = await told(server, "hello.refused", i + 1);
      assert.deepStrictEqual([line.why, line.from], [why, NETWORK]);
      return true;
    });
}

async function nobodyAnyMore(server, made) {
  const given = (iat) => ticket(server.ticketKey(), made.session, { sub: "again", name: MARK, iat });
  const come = async (token) => {
    const s = await dial(server.port);
    send(s, { hello: 1, ticket: token });
    return { s, said: await next(s, (m) => m.view || m.error) };
  };
  await check("logged: a ticket that is older than the newest", async () => {
    const { s } = await come(given(GIVEN + 1));
    assert.strictEqual((await come(given(GIVEN))).said.error, "unauthorized");
    const line = await told(server, "person.refused");
    assert.deepStrictEqual([line.why, line.log, line.by], ["unauthorized", `s-${made.session}`, 0]);
    s.socket.destroy();
    return true;
  });
  await check("logged: the connection of an older ticket, sent away by a newer one", async () => {
    const { s, said } = await come(given(GIVEN + 2));
    assert.ok(said.view);
    const newer = await come(given(GIVEN + 3));
    assert.ok(await next(s, (m) => m.error === "unauthorized"));
    const line = await told(server, "person.refused", 2);
    assert.deepStrictEqual([line.why, line.by], ["unauthorized", said.you]);
    newer.s.socket.destroy();
    return true;
  });
}

async function roles(server, made) {
  await check("logged: a command that one's role may not give", async () => {
    const s = await dial(server.port);
    send(s, { hello: 1, ticket: ticket(server.ticketKey(), made.session, { sub: "a", name: MARK, role: "attendee" }) });
    const { you } = await next(s, (m) => m.view);
    send(s, { command: "notices.announce", n: 7, text: MARK });
    assert.strictEqual((await next(s, (m) => m.n === 7)).error, "forbidden");
    const line = await told(server, "command.refused");
    assert.deepStrictEqual([line.log, line.by, line.command], [`s-${made.session}`, you, "notices.announce"]);
    s.socket.destroy();
    return true;
  });
  const requests = {
    "a record without a ticket": ["GET", `/api/sessions/${made.session}/export.json`, undefined, bearer(`${MARK}.a.b`)],
    "a code without a ticket": ["GET", `/api/sessions/${made.session}/code`, undefined, bearer(MARK)],
    "a plan without the key": ["POST", "/api/sessions", {}, bearer(MARK)],
    "a join by words instead of an invitation": ["POST", `/api/sessions/${made.session}/tickets`, { name: MARK, school: MARK, language: "en", invitation: MARK }, {}],
  };
  for (const [i, [name, [method, path, body, headers]]] of Object.entries(requests).entries())
    await check(`logged: ${name}`, async () => {
      const said = await api(server.port, method, path, body, headers);
      assert.ok(said.status === 401 || said.status === 403, `${said.status}`);
      const line = await told(server, "request.refused", i + 1);
      assert.deepStrictEqual([line.why, line.from], [said.json.error, NETWORK]);
      return true;
    });
  await check("logged: the wrong key of the installation", async () => {
    assert.strictEqual((await told(server, "key.refused")).from, NETWORK);
  });
}

async function reports(server) {
  await check("logged: a report of the policy, each kind once and nothing of what it says", async () => {
    for (const directive of ["script-src 'self'", "script-src-elem", "img-src", "img-src", MARK])
      await exchange(server.port, request("POST", "/csp", { "Content-Type": "application/csp-report" }, report(directive)));
    await told(server, "csp.report", 3);
    assert.deepStrictEqual(lines(server, "csp.report").map((line) => line.directive), ["script-src", "img-src", "another"]);
    const metrics = (await api(server.adminPort, "GET", "/metrics")).body.toString();
    assert.match(metrics, /\njobalike_csp_reports_total 5\n/);
  });
}

async function withoutEnd(server, made) {
  await check("logged: join codes that are wrong, and then not looked at", async () => {
    for (let i = 0; i < 11; i++) await api(server.port, "POST", "/api/codes", { code: "222222" });
    assert.strictEqual((await told(server, "code.refused", 10)).from, NETWORK);
    assert.strictEqual((await told(server, "code.slowed")).from, NETWORK);
    return true;
  });
  await check("logged: tickets that were asked for too fast", async () => {
    const join = () => api(server.port, "POST", `/api/sessions/${made.session}/tickets`, { name: MARK, school: MARK, language: "en" });
    while ((await join()).status !== 429);
    assert.strictEqual((await told(server, "ticket.slowed")).from, NETWORK);
    return true;
  });
  await check("logged: pings without end", async () => {
    const s = await dial(server.port);
    for (let i = 0; i < 400; i++) s.socket.write(frame("x".repeat(100), { opcode: 9 }));
    assert.ok(await until(s, (x) => x.ended || undefined));
    assert.strictEqual((await told(server, "conn.flood")).from, NETWORK);
    return true;
  });
  await check("logged: a person who goes on after refusals", async () => {
    const s = await dial(server.port);
    send(s, { hello: 1, ticket: ticket(server.ticketKey(), made.session, { sub: "f", name: MARK }) });
    const { you } = await next(s, (m) => m.view);
    for (let i = 0; i < 150; i++) send(s, { command: MARK, n: i });
    assert.strictEqual((await next(s, (m) => m.bye))?.bye, "flood");
    const line = await told(server, "person.flood");
    assert.deepStrictEqual([line.log, line.by], [`s-${made.session}`, you]);
    return true;
  });
  await check("logged: an address that used up its share", async () => {
    for (let all = []; !all.some((x) => x.status === 429); )
      all = await Promise.all([...Array(100)].map(() => exchange(server.port, request("GET", "/api/sessions"))));
    for (let i = 0; i < 100 && !lines(server, "request.slowed").length; i++) await new Promise((done) => setTimeout(done, 20));
    assert.strictEqual(lines(server, "request.slowed")[0].from, NETWORK);
    return true;
  });
}

export async function logged() {
  const server = await startServer(["--log.level=info", "--limits.joins_per_second=2", "--limits.http_percent=1"]);
  const made = await planned(server);
  await letIn(server, made);
  await hellos(server, made);
  await nobodyAnyMore(server, made);
  await roles(server, made);
  await reports(server);
  await withoutEnd(server, made);
  await check("logged: no word of theirs is in the log", () => assert.ok(!server.err().includes(MARK)));
  console.log(`logged lines=${server.err().split("\n").filter(Boolean).length}`);
  await check("logged: the server ends in order", async () => assert.strictEqual(await server.end(), null));
}
