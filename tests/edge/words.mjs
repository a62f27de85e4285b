// Words that mean something elsewhere: names that look like others', SQL, Redis, logs, tables, calendars
// and Markdown. They are refused where only words of the protocol may stand, and are words everywhere else.

import assert from "node:assert";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { check } from "./cases.mjs";
import { hello, join, settled } from "./asker.mjs";
import { bearer, planned } from "./forms.mjs";
import { api, exchange, handshake, request } from "./raw.mjs";
import { sized } from "./rows.mjs";
import { ticket } from "./tickets.mjs";

const listed = createRequire(import.meta.url)("big-list-of-naughty-strings");
const naughty = Array.isArray(listed) ? listed : JSON.parse(readFileSync("tests/node_modules/big-list-of-naughty-strings/blns.json", "utf8"));

const ask = (server, session, name) =>
  api(server.port, "POST", `/api/sessions/${session}/tickets`, { name, school: "X", language: "en" });
const nameIn = (text) => JSON.parse(Buffer.from(text.split(".")[1], "base64url").toString()).name;

// --- NAME -----------------------------------------------------------------------------------------

/** Another one's table of what looks alike; ours is in C. */
const twins = {
  a: "аαａ𝐚4ⓐä", b: "Ьｂ𝐛8ⓑ", c: "сⅽｃ𝐜ⓒç", d: "ԁｄ𝐝ⓓ", e: "еｅ𝐞3ⓔé", g: "ɡｇ𝐠9", h: "һｈ𝐡ⓗ", i: "ііｉ𝐢1íl", k: "кｋ𝐤κ", l: "ｌ𝐥1ӏI", m: "ｍ𝐦м", n: "ｎ𝐧ñп",
  o: "оοｏ𝐨0ⓞöσ", p: "рρｐ𝐩", r: "ｒ𝐫г", s: "ѕｓ𝐬5ş", t: "ｔ𝐭7т", u: "ｕ𝐮υü", v: "ｖ𝐯ν", w: "ｗ𝐰ω", x: "хｘ𝐱χ", y: "уｙ𝐲γ", z: "ｚ𝐳ż",
};
const signs = ["✓", "★", "🛡️", "®", "👑", "·", ".", "-", "_", "*", "✔️", "(", "⭐", "™️"];

/** Names that can be taken for this one. */
function spoofs(d, name, n) {
  const out = new Set();
  while (out.size < n) {
    let s = [...name].map((c) => (twins[c.toLowerCase()] && d.below(3) === 0 ? d.of([...twins[c.toLowerCase()]]) : d.below(4) ? c : c.toUpperCase())).join("");
    const way = d.below(6);
    if (way === 0) s = `${d.of(signs)} ${s} ${d.of(signs)}`;
    if (way === 1) s = s.replace(/ /g, "");
    if (way === 2) s = [...s].join(d.of(["\u0301", "\u0336", ""]));
    if (way === 3) s = s.replace(/m/g, "rn");
    if (way === 4) s = `  ${s.replace(/ /g, "  ")}  `;
    if ([...s].length <= 60) out.add(s);
  }
  return [...out];
}

/** What no name may have in it; signs that join emoji and letters of some scripts aside. */
const unseen = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b\ufeff\u2060\u00ad]|\p{M}{5}/u;

export async function names(server, d) {
  const { session } = await planned(server);
  const staff = { organizer: "Olga Marin", facilitator: "Tim Wood", moderator: "王芳" };
  const there = [];
  for (const [role, name] of Object.entries(staff)) there.push(await join(server, session, { sub: role, name, role }));
  const figures = { names: 0, taken: 0, posed: 0, unseen: 0 };
  const controls = ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u200b", "\u2060", "\ufeff", "\u0000", "\u001b", "\u007f", "\u0085", "\u2028", "\u2029", "\ue000", "\ufffe", "\u{e0041}", "\u00ad", "\u180e", "\u3164", "\u115f"];
  const bad = controls.flatMap((c) => [c, `A${c}`, `${c}A`, `A${c}B`, c.repeat(3)]);
  bad.push("", " ", "\u3000", "e" + "\u0301".repeat(100), "x".repeat(61), "A" + "\u0334".repeat(4));
  const posing = [...Object.values(staff).flatMap((name) => spoofs(d, name, name === "王芳" ? 12 : 320)), ...["Organizer", "Facilitator", "Moderator", "Host", "Admin"].flatMap((name) => spoofs(d, name, 120))];
  const others = [...naughty, ...naughty.map((s) => `A ${s}`)].slice(0, sized(1200, 50_000));

  for (const name of posing)
    await check(`name: posing ${JSON.stringify(name)}`, async () => {
      figures.names++;
      const said = await ask(server, session, name);
      if (said.status === 201) figures.posed++;
      assert.ok([409, 400].includes(said.status), `${said.status} ${JSON.stringify(said.json)}`);
      return true;
    });
  for (const name of bad)
    await check(`name: bad ${JSON.stringify(name)}`, async () => {
      figures.names++;
      const said = await ask(server, session, name);
      assert.ok(said.status === 400 || !unseen.test(nameIn(said.json.ticket)), JSON.stringify(said.json));
      return said.status === 400;
    });
  for (const name of others)
    await check(`name: naughty ${JSON.stringify(name).slice(0, 60)}`, async () => {
      figures.names++;
      const said = await ask(server, session, name);
      if (said.status !== 201) return true;
      figures.taken++;
      if (unseen.test(nameIn(said.json.ticket))) figures.unseen++;
      assert.ok(!unseen.test(nameIn(said.json.ticket)), nameIn(said.json.ticket));
      return false;
    });
  for (const name of ["Olga Marín-López", "Tim", "Wood", "王芳 (Shanghai)", "Ольга", "Ηλίας", "Seán Ó Dubhghaill", "Nguyễn Thị Hồng", "සිරිසේන"])
    await check(`name: ${name} may come`, async () => {
      figures.names++;
      assert.strictEqual((await ask(server, session, name)).status, 201);
    });
  for (const me of there) me.leave();
  return figures;
}

// --- SQL, Redis, logs -----------------------------------------------------------------------------

function sqlStrings(d, n) {
  const heads = ["'", '"', "';", '";', "')", "'))", "\\'", "%27", "''", "`", "1", "x' ", "0x27", "ʼ", "＇"];
  const bodies = ["OR 1=1", "OR 'a'='a", "DROP TABLE log", "DELETE FROM events", "UNION SELECT sql FROM sqlite_master", "ATTACH DATABASE '/tmp/x' AS x", "PRAGMA writable_schema=1", "UPDATE events SET body=1", "AND randomblob(1000000000)", "; VACUUM INTO '/tmp/y'", "|| load_extension('x')", "LIKE '%", "GLOB '*'", "RETURNING *", "WAITFOR DELAY '0:0:5'", "EXEC xp_cmdshell('id')"];
  const tails = ["--", "-- ", "#", "/*", ";", "'", "", ")--", "\u0001--", ";%00"];
  const out = new Set();
  while (out.size < n) out.add(`${d.of(heads)} ${d.of(bodies)} ${d.of(tails)}${out.size}`);
  return [...out];
}

function redisStrings(d, n) {
  const heads = ["\r\n", "\n", " ", "*", "?", "[a-z]", "{x}", "*3\r\n$3\r\nSET\r\n", "$-1\r\n", "+OK\r\n", "\u0001", "'", "%", ":", "/", "s-x"];
  const bodies = ["FLUSHALL", "CONFIG SET dir /tmp", "DEL s-x", "KEYS *", "EVAL \"return 1\" 0", "PSUBSCRIBE *", "SHUTDOWN NOSAVE", "SLAVEOF evil 6379", "MODULE LOAD /x", "QUIT"];
  const out = new Set();
  while (out.size < n) out.add(`${d.of(heads)}${d.of(bodies)}${d.of(heads)} ${out.size}`);
  return [...out];
}

/** In each field that takes words: kept as they are, or refused; and nothing else happens. */
export async function sql(server, d) {
  const strings = sqlStrings(d, sized(500, 5000));
  const { session } = await planned(server);
  const me = await join(server, session, { sub: "sql", name: "Sql", role: "organizer" });
  const seen = { text: 0, refused: 0 };
  const count = (await api(server.port, "GET", "/api/sessions", undefined, bearer(server.installKey()))).json.sessions.length;
  await check("sql: said, and kept as it was", async () => {
    for (let i = 0; i < strings.length; i += 25) {
      const said = [];
      for (const s of strings.slice(i, i + 25)) {
        said.push(me.sure("chat.say", { room: 1, text: s }));
        me.ask("notices.announce", { text: s });
        me.ask("rooms.open", { title: s });
        me.ask("agenda.add", { title: s, prompt: s, owner: s, minutes: 5 });
        me.ask("session.change", { title: s });
        me.ask("people.roster", { find: s.slice(0, 60) }, "query");
        me.ask("people.roster", { area: s }, "query");
        me.ask("rooms.open", { title: "x", area: s });
        me.ask("session.change", { hashtag: s });
      }
      await Promise.all(said);
      await settled(me);
    }
    for (const m of me.got) if (m.error) seen.refused++;
    const record = (await api(server.port, "GET", `/api/sessions/${session}/export.json`, undefined, { Authorization: `Bearer ${ticket(server.ticketKey(), session, { sub: "sql" })}` })).json;
    const lines = new Set(record.rooms.flatMap((r) => r.topics.flatMap((t) => t.lines.map((l) => l.text))));
    for (const s of strings) if (lines.has(s)) seen.text++;
    const controls = strings.filter((s) => s.includes("\u0001")).length; // refused
    assert.strictEqual(seen.text, strings.length - controls, "a line is not as it was");
    return true;
  });
  await check("sql: in names, schools, jobs, areas, devices and addresses", async () => {
    for (const s of strings) {
      const said = await api(server.port, "POST", `/api/sessions/${session}/tickets`, { name: s.slice(0, 60), school: s, job: s, language: "en" });
      assert.ok([201, 400].includes(said.status), `${said.status}`);
      for (const change of [{ area: s }, { device: s }, { invitation: s }])
        assert.ok([400, 403].includes((await api(server.port, "POST", `/api/sessions/${session}/tickets`, { name: "x", school: "x", language: "en", ...change })).status));
      const found = await exchange(server.port, request("GET", `/api/sessions/${encodeURIComponent(s)}`));
      assert.ok(!found || found.status >= 400, `${found?.status}`);
    }
    return true;
  });
  await check("sql: no session more or less, and the house stands", async () =>
    assert.strictEqual((await api(server.port, "GET", "/api/sessions", undefined, bearer(server.installKey()))).json.sessions.length, count));
  me.leave();
  return { strings: strings.length, fields: 16, kept: seen.text, refused: seen.refused };
}

/** The source: SQL is written out, never put together with data. */
export async function sqlSource() {
  const { readdirSync } = await import("node:fs");
  let calls = 0;
  for (const file of readdirSync("server/store").filter((f) => /^sqlite.*\.c$/.test(f))) {
    const source = readFileSync(`server/store/${file}`, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    await check(`sql: ${file} builds none from data`, () => {
      for (const [call, name] of source.matchAll(/sqlite3_(exec|prepare_v2|prepare_v3|mprintf|vmprintf|snprintf)\b/g)) {
        calls++;
        assert.ok(["exec", "prepare_v2", "prepare_v3", "mprintf"].includes(name), call);
      }
      // What is printed into a text must not look like SQL.
      for (const [call] of source.matchAll(/\b\w*printf\s*\([^;]*"[^"]*\b(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ATTACH)\b[^;]*;/g)) assert.fail(call);
    });
  }
  return calls;
}

/** Ids reach keys and channels only after they were looked at. */
export async function redis(server, d) {
  const strings = redisStrings(d, sized(500, 5000));
  const me = await join(server, server.session, { sub: "redis", name: "Redis", role: "organizer" });
  let taken = 0;
  for (const s of strings)
    await check(`redis: ${JSON.stringify(s).slice(0, 40)}`, async () => {
      const before = taken;
      const text = ticket(server.ticketKey(), s);
      const found = await exchange(server.port, request("GET", `/api/sessions/${encodeURIComponent(s)}`));
      if (found && found.status < 400) taken++;
      const other = await hello(server.port, text);
      await other.when((x) => x.view || x.closed || x.s.ended || x.got.some((m) => m.error));
      if (other.view) taken++;
      other.leave();
      for (const [name, fields] of [["rooms.open", { title: "x", area: s }], ["session.change", { hashtag: s }]]) {
        const said = await me.ask(name, fields);
        if (said.error !== "bad_request") taken++;
      }
      assert.strictEqual(taken, before, "it was taken");
      return true;
    });
  await check("redis: an epoch that is none", async () => {
    const other = await hello(server.port, ticket(server.ticketKey(), server.session), { epoch: "*\r\nFLUSHALL", after: 1 });
    await other.when((x) => x.got.some((m) => m.error));
    other.leave();
    return true;
  });
  me.leave();
  return { strings: strings.length, taken };
}

/** LOGI: one line for a record, whatever was said; and no words of people in it. */
export async function logs(server) {
  const evil = ["a\r\nb", "\nfake: level=error", "\x1b[2J", "\u2028x", "%n%s%x%p", '"}\n{"level":"fake"', "\\", "'", "\t\t", "x".repeat(20_000), "é\u202e", "\x7f", "MARKER-OF-A-SECRET", "$(id)", "`id`", "<script>", "\0", "{\"ts\":1}", "|", "=x y=z", "\x1e", "a=b\x1ec=d", "\u0000".repeat(3), "%0d%0aX: 1", "\ud83d\ude00", "{{x}}"];
  const { port, session } = server;
  const me = await join(server, session, { sub: "log", name: "Log", role: "organizer" });
  let n = 0;
  for (const e of evil) {
    const one = e.replace(/[\r\n\0]/g, " ").slice(0, 3000);
    const requests = [
      request("GET", `/${encodeURIComponent(e).slice(0, 3000)}`), request("GET", "/", { "User-Agent": one }), request("GET", "/", { Host: one }),
      request("GET", "/", { Referer: one, Cookie: one }), request("GET", "/api/sessions", { Authorization: `Bearer ${one}` }),
      request("GET", "/", { "X-Forwarded-For": one }), handshake(port, { Origin: one }), handshake(port, { "Sec-WebSocket-Protocol": one }),
    ];
    for (const bytes of requests)
      await check(`log: ${JSON.stringify(e).slice(0, 30)} ${++n}`, async () => {
        await exchange(port, bytes, { patience: 2000 });
        return true;
      });
    await check(`log: said ${JSON.stringify(e).slice(0, 30)}`, async () => {
      me.say({ command: "chat.say", n: 1e6 + ++n, room: 1, text: e });
      me.say({ command: e, n: 1e6 + ++n });
      me.say({ hello: 1, ticket: e });
      await (await hello(port, e)).when((x) => x.got.length || x.s.ended);
    });
  }
  me.leave();
  const lines = server.err().split("\n").filter(Boolean);
  let wrong = 0;
  await check("log: each line is one record", () => {
    for (const line of lines) {
      const record = JSON.parse(line);
      if (!record.ts || !record.level || !record.what || record.level === "fake" || line.length > 4096) wrong++;
      if (/[\x00-\x1f\x7f]/.test(line) || /MARKER-OF-A-SECRET|<script>/.test(line)) wrong++;
    }
    assert.strictEqual(wrong, 0, lines.slice(-3).join("\n"));
  });
  await check("log: something was logged at all", () => assert.ok(lines.length > 0));
  return { records: lines.length, wrong };
}
