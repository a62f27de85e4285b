// Cross-site scripting: hundreds of strings in every field that people fill, through the API and by hand,
// and on every screen that shows them, in Chromium with the policy of the page and Trusted Types on.
// Nothing of them may become more than words: no dialog, no report, no node that is not ours.

import { actor } from "../lib-js/actor.mjs";
import { ask, joinTicket, makeServer, plan, tempDir, ticketIn } from "../lib-js/server.mjs";
import { DESKTOP, launch, PHONE, until } from "../e2e/browser.mjs";
import { wordsOf } from "../e2e/words.mjs";
import { fit, strings as every } from "./corpus.mjs";
import { install, watch } from "./watch.mjs";

const CHUNK = 101;
const AREAS = 24;
const PAUSE_MS = 12; // in which a page draws what came
const strings = process.env.FEW ? every.slice(0, CHUNK) : every;
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

const count = { asked: new Map(), shown: new Map(), refused: 0, dialogs: 0, reports: 0, foreign: 0 };
const wrong = [];
const say = (words) => {
  if (wrong.length < 40) wrong.push(words);
};

/** Fields of one line, and how many characters they take. */
const ONE_LINE = { name: 60, owner: 60, school: 80, job: 80, room: 80, topic: 80, move: 80 };
/** What a field for names and titles takes: the rest is refused, which the edge suite holds. */
const oneLine = (s) => s.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "").trim();
const put = (field, key, text) => {
  if (!count.asked.has(field)) count.asked.set(field, new Map());
  count.asked.get(field).set(key, text);
};

/** Takes a command; a refusal of the words themselves is as good. */
async function take(who, field, key, text, command, fields) {
  try {
    const done = await who.ask(command, fields);
    if (field) put(field, key, text);
    return done;
  } catch (e) {
    if (/slow_down/.test(e.message)) {
      await pause(200);
      return take(who, field, key, text, command, fields);
    }
    if (!/bad_request|too_large/.test(e.message)) throw e;
    count.refused++;
    return null;
  }
}

const pages = new Set();
async function page(browser, options, language) {
  const context = await browser.newContext({ ...options, locale: language === "zh" ? "zh-CN" : "en-US", reducedMotion: "reduce" });
  context.setDefaultTimeout(60_000);
  await context.addInitScript(install, watch);
  const p = await context.newPage();
  p.on("dialog", (d) => {
    count.dialogs++;
    say(`dialog: ${d.message()}`);
    void d.dismiss();
  });
  p.on("request", (r) => {
    if (new URL(r.url()).pathname === "/csp") count.reports++;
  });
  pages.add(p);
  return p;
}

/** Tells the page what to look for: of each field, what this session was given. */
const expect = (p, wanted) => p.evaluate((list) => globalThis.__want(list), wanted);

/** What the page has noted since. */
async function collect(p) {
  const { foreign, reports, seen } = await p.evaluate(() => {
    globalThis.__read();
    const { foreign, reports, seen } = globalThis.__watch;
    const found = { foreign: [...foreign], reports: [...reports], seen: [...seen] };
    Object.assign(globalThis.__watch, { foreign: [], reports: [], seen: new Set() });
    return found;
  });
  count.foreign += foreign.length;
  count.reports += reports.length;
  for (const x of foreign) say(`foreign: ${x}`);
  for (const x of reports) say(`report: ${x}`);
  for (const key of seen) {
    const [field] = key.split(" ");
    if (!count.shown.has(field)) count.shown.set(field, new Set());
    count.shown.get(field).add(key);
  }
}

async function finish(p) {
  await collect(p);
  pages.delete(p);
  await p.context().close();
}

/** The net catches what it is made for: one page does all of it on purpose. */
async function trap(browser, server) {
  const before = { ...count };
  const said = wrong.length;
  const p = await page(browser, DESKTOP, "en");
  const answer = await p.goto(server.url("/"));
  const policy = answer.headers()["content-security-policy"] ?? "";
  if (!/require-trusted-types-for 'script'/.test(policy) || !/script-src 'self'/.test(policy)) say(`the policy is ${policy}`);
  const made = await p.evaluate(() => {
    const x = document.createElement("x-y");
    x.setAttribute("foo", "1");
    document.body.append(x);
    const a = document.createElement("a");
    a.href = "javascript:alert(1)";
    document.body.append(a);
    let thrown = 0;
    try {
      document.body.innerHTML = "<img src=x onerror=alert(1)>";
    } catch {
      thrown++;
    }
    alert("trap");
    return thrown;
  });
  await until("the net reports", () => p.evaluate(() => globalThis.__watch.reports.length > 0));
  await finish(p);
  const works = made === 1 && count.dialogs === before.dialogs + 1 && count.foreign >= before.foreign + 2 && count.reports > before.reports;
  wrong.length = said;
  Object.assign(count, { dialogs: before.dialogs, foreign: before.foreign, reports: before.reports });
  if (!works) say("the net does not catch what it is made for");
}

/** One session with its share of the strings; what is in it is called by its number. */
async function session(browser, server, mine, number) {
  const key = (field, i) => `${field} ${number}.${i}`;
  const lines = mine.map((s) => oneLine(fit(s, 80)) || "x");
  const area = (i) => ({ key: `a${i}`, en: fit(lines[i], 60), zh: fit(lines[(i + AREAS) % lines.length], 60) });
  const areas = [...Array(Math.min(AREAS, lines.length))].map((_, i) => area(i));
  const made = await plan(server, { title: oneLine(fit(mine[0], 120)) || "x", areas, rooms_by: "attendees" });
  put("title", key("title", 0), mine[0]);
  for (const [i, a] of areas.entries()) {
    put("area_en", key("area_en", i), a.en);
    put("area_zh", key("area_zh", i), a.zh);
  }
  const guest = (name, more = {}) => joinTicket(server, made.session, { name, school: "ISB", language: "en", ...more });
  const organizer = await actor(server, ticketIn(made.links.organizer));
  const moderator = await actor(server, ticketIn(made.links.moderator));

  const cockpit = await page(browser, DESKTOP, "en");
  await cockpit.goto(made.links.facilitator);
  await cockpit.locator(".cockpit").waitFor();
  const seat = await page(browser, DESKTOP, "en");
  await seat.goto(server.url(`/s/${made.session}#ticket=${await guest("Seat")}`));
  await seat.locator("form.composer").waitFor();
  await seat.evaluate(() => (location.hash = "#people"));
  const phone = await page(browser, PHONE, "zh");
  const phoneTicket = await guest("Phone", { language: "zh" });
  await phone.goto(server.url(`/s/${made.session}#ticket=${phoneTicket}`));
  await phone.locator("form.composer").waitFor();
  // What is to be looked for is told before it happens: much of it is on the screen for a moment only.
  const plans = ["topic", "prompt", "owner", "room", "line", "edit", "quote", "notice", "notice_zh", "move", "mute", "name", "school", "job"];
  const wanted = [...count.asked.values()].flatMap((list) => [...list].filter(([k]) => k.includes(` ${number}.`)));
  for (const [i, s] of mine.entries())
    for (const field of plans)
      wanted.push([key(field, i), field in ONE_LINE ? oneLine(fit(s, ONE_LINE[field])) : s]);
  for (const p of [cockpit, seat, phone]) await expect(p, wanted);

  const rooms = [];
  const words = (field, i) => wanted.find(([k]) => k === key(field, i))[1];
  for (const [i] of mine.entries()) {
    const room = await take(organizer, "room", key("room", i), words("room", i), "rooms.open", { title: words("room", i) });
    if (room) rooms.push(room.seq);
    await take(organizer, "notice", key("notice", i), words("notice", i), "notices.announce", { text: words("notice", i), zh: words("notice", i) });
    if (count.asked.get("notice")?.has(key("notice", i))) put("notice_zh", key("notice_zh", i), words("notice", i));
    await pause(PAUSE_MS);
  }
  let before = null;
  for (const [i] of mine.entries()) {
    const topic = await take(organizer, "topic", key("topic", i), words("topic", i), "agenda.add", {
      title: words("topic", i),
      prompt: words("prompt", i),
      owner: words("owner", i) || "x",
      minutes: 5,
    }).catch((e) => (/conflict|full|too_large/.test(e.message) ? null : Promise.reject(e)));
    if (topic) {
      put("prompt", key("prompt", i), words("prompt", i));
      put("owner", key("owner", i), words("owner", i));
      await organizer.ask("agenda.push", { topic: topic.seq });
    }
    before = await speak(i, before);
    await pause(PAUSE_MS);
  }

  /** Somebody comes under such a name, says such a line, answers the one before, and changes theirs. */
  async function speak(i, answers) {
    const who = { name: words("name", i), school: words("school", i), job: words("job", i), area: `a${i % areas.length}` };
    let ticket;
    try {
      ticket = await guest(who.name, who);
      for (const field of ["name", "school", "job"]) put(field, key(field, i), words(field, i));
    } catch (e) {
      if (!/ 4\d\d /.test(e.message)) throw e;
      count.refused++;
      ticket = await guest(`P${i}`);
    }
    const person = await actor(server, ticket);
    const line = await take(person, "line", key("line", i), words("line", i), "chat.say", { room: 1, text: words("line", i), ...(answers ? { reply: answers } : {}) });
    if (line) {
      if (answers && count.asked.get("line").has(key("line", i - 1))) put("quote", key("quote", i), words("line", i - 1));
      await take(person, "edit", key("edit", i), words("edit", i), "chat.edit", { line: line.seq, text: words("edit", i) });
    }
    person.leave();
    return line ? line.seq : answers;
  }

  // One is moved about and muted, and reads why.
  const found = await organizer.query("people.roster", { find: "Phone" });
  const them = found.people.find((p) => p.name === "Phone").id;
  for (const [i] of mine.entries()) {
    await take(moderator, "move", key("move", i), words("move", i), "rooms.move", { who: them, to: rooms[i % rooms.length], reason: words("move", i) || "x" }).catch((e) => {
      if (!/conflict/.test(e.message)) throw e;
    });
    await pause(PAUSE_MS);
    await take(moderator, "mute", key("mute", i), words("mute", i), "people.mute", { who: them, minutes: 5, reason: "other", note: words("mute", i) });
    await pause(PAUSE_MS);
  }

  await seeAll();
  await organizer.ask("session.close");
  await seeRecord();
  for (const who of [organizer, moderator]) who.leave();

  async function seeAll() {
    await cockpit.evaluate(() => {
      for (const more of document.querySelectorAll('.chip-more[aria-expanded="false"]')) more.click();
    });
    const find = seat.locator(".people .input");
    await find.waitFor();
    for (let i = 0; i < 4; i++) {
      await seat.evaluate(() => document.querySelector(".people .side-act")?.click());
      await pause(150);
    }
    for (const s of mine.slice(0, 6)) {
      await find.fill(fit(s, 60));
      await pause(350);
    }
    for (const p of [cockpit, seat, phone]) await collect(p);
  }
  /** After a page was loaded anew. */
  async function tellOne(p) {
    const list = [...count.asked.values()].flatMap((m) => [...m].filter(([k]) => k.includes(` ${number}.`)));
    await expect(p, list);
  }

  async function seeRecord() {
    for (const p of [seat, phone]) {
      await collect(p);
      await p.reload();
      await p.locator(".record").waitFor();
      await tellOne(p);
      await pause(300);
      await collect(p);
    }
    await collect(cockpit);
    await cockpit.goto(server.url("/"));
    await cockpit.locator(".home").waitFor();
    await tellOne(cockpit);
    for (const p of [cockpit, seat, phone]) await finish(p);
  }
}

/** By hand: forms that show what is typed into them, and addresses that lead to the client. */
async function forms(browser, server) {
  const t = wordsOf("en");
  const p = await page(browser, DESKTOP, "en");
  await p.goto(server.url("/plan"));
  await p.getByLabel(t("plan.key"), { exact: true }).fill(server.installKey());
  const mine = strings.filter((s) => oneLine(fit(s, 60)).length > 3).slice(0, 200);
  for (let i = 0; i + 5 < mine.length; i += 6) {
    const given = mine.slice(i, i + 6).map((s) => oneLine(fit(s, 60)));
    const labels = [t("plan.name"), t("role.organizer"), t("role.facilitator"), t("role.moderator"), t("join.school")];
    for (const [k, label] of labels.entries()) {
      await p.getByLabel(label, { exact: true }).fill(given[k]);
      put("plan", `plan 0.${i + k}`, given[k]);
    }
    await p.getByLabel(t("plan.area_en", { n: 1 }), { exact: true }).fill(given[5]);
    put("plan", `plan 0.${i + 5}`, given[5]);
    await expect(p, given.map((s, k) => [`plan 0.${i + k}`, s]));
    await p.evaluate(() => globalThis.__read());
    if (i % 60 === 0) {
      // The page itself refuses some, and then nothing is asked.
      const asked = p.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/api/sessions"), { timeout: 3000 }).catch(() => null);
      await p.getByRole("button", { name: t("plan.go"), exact: true }).click();
      const answer = await (await asked)?.response();
      if (answer?.ok()) await p.getByRole("button", { name: t("plan.another"), exact: true }).click();
    }
  }
  await collect(p); // before the page goes
  const { session } = await plan(server, { title: "Forms" });
  const code = p.getByLabel(t("code.enter"), { exact: true });
  for (const s of mine.slice(0, 30)) {
    const at = encodeURIComponent(fit(s, 60));
    for (const path of [`/s/${session}#ticket=${at}`, `/#code=${at}`, `/?${at}#${at}`]) {
      await p.goto(server.url(path));
      await collect(p);
    }
  }
  await p.goto(server.url("/"));
  for (const s of mine.slice(0, 8)) {
    await code.fill(fit(s, 12));
    await code.press("Enter");
    await pause(40);
  }
  await finish(p);
}

const begun = performance.now();
const server = makeServer({
  dir: tempDir("xss"),
  options: ["--store.url=memory:", "--limits.rate_percent=0", "--limits.joins_per_second=100000", "--limits.connections_per_address=1000", "--limits.http_percent=100"],
});
await server.start();
const browser = await launch();
const chunks = [];
for (let i = 0; i < strings.length; i += CHUNK) chunks.push(strings.slice(i, i + CHUNK));
try {
  await trap(browser, server);
  const todo = chunks.map((mine, i) => () => session(browser, server, mine, i + 1));
  todo.push(() => forms(browser, server));
  const work = async () => {
    for (let job = todo.shift(); job; job = todo.shift()) await job();
  };
  await Promise.all([work(), work()]);
} catch (e) {
  say(e.stack);
}
await browser.close();
await ask(server, "/healthz");
await server.end();
server.remove();

let shown = 0;
for (const [field, list] of count.asked) {
  const seen = count.shown.get(field)?.size ?? 0;
  shown += seen;
  console.log(`xss field=${field} put=${list.size} shown=${seen}`);
  // (Words that the next ones took the place of before they were drawn may be missed.)
  if (seen < list.size * 0.6) say(`of ${list.size} in ${field} only ${seen} were seen`);
}
const bad = count.dialogs + count.reports + count.foreign;
for (const words of wrong) console.log(`FAILED ${words}`);
console.log(
  `suite=xss strings=${strings.length} fields=${count.asked.size} shown=${shown} refused=${count.refused} dialogs=${count.dialogs} ` +
    `reports=${count.reports} foreign=${count.foreign} seconds=${Math.round((performance.now() - begun) / 1000)} failed=${bad || wrong.length ? Math.max(1, wrong.length) : 0}`,
);
process.exit(bad || wrong.length ? 1 : 0);
