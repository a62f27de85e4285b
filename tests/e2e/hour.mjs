// The 60-person hour, on the screens of four browsers and at fifty-six terminals: what people do here
// they do by typing, pressing, touching and dragging.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeServer, plan, tempDir } from "../lib-js/server.mjs";
import { DESKTOP, device, guard, PHONE, picture, until } from "./browser.mjs";
import { crowd } from "./crowd.mjs";
import { compose, holdDown, Seat } from "./seat.mjs";
import { compare } from "./compare.mjs";
import { checkKept, keptIn } from "./kept.mjs";
import { wire } from "./proxy.mjs";
import { ANU, AREAS, CHEN, csv, SCRIPT, STAFF, terminals } from "./roster.mjs";

const EARLY = 54; // terminals; two more come late
const LATE = 2;
export const result = { people: 0, browsers: 0, acked: 0, found: 0, lost: 0, doubled: 0, js_kb: 0, css_kb: 0, kept: 0 };

const TITLE = "School-Life Ops: what keeps the house running";
const TOPIC = "How do you keep leave fair when everybody asks for the same week?";
const SECOND = "Which tools earn their place, and which only cost time?";

export async function hour(browser, say) {
  const dir = tempDir("e2e-hour");
  const server = makeServer({ dir, options: ["--store.url=sqlite:"] });
  await server.start();
  const now = Date.now();
  const { session, links } = await plan(server, {
    title: TITLE,
    hashtag: "SLOJobAlike",
    format: "combined",
    areas: AREAS,
    start: now,
    end: now + 3600_000,
    open: false,
    staff: STAFF,
  });
  const file = (name, text) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const early = terminals(0, EARLY);
  const late = terminals(EARLY, EARLY + LATE);
  file("all.csv", csv([...early, ...late, ANU, CHEN]));
  const script = file("script.txt", SCRIPT);

  const check = (holds, words) => holds || say(`hour: ${words}`);
  const step = (name) => process.env.VERBOSE && console.log(`  ${new Date().toISOString().slice(14, 23)} ${name}`);

  // --- everybody comes in

  step("join");
  const cable = await wire(server.port);
  const open = async (name, options, link) => {
    const d = await device(browser, server, options);
    return new Seat(name, d, link, options.language ?? "en");
  };
  const facilitator = await open("facilitator", DESKTOP, links.facilitator);
  const moderator = await open("moderator", DESKTOP, links.moderator);
  const anu = await open("anu", PHONE, links.attendee.replace(`127.0.0.1:${server.port}`, cable.host));
  anu.device.hosts.add(cable.host);
  const chen = await open("chen", { ...PHONE, language: "zh" }, links.attendee);
  const seats = [facilitator, moderator, anu, chen];
  const phones = [anu, chen];
  const staff = [facilitator, moderator];
  result.browsers = seats.length;

  const terminal = crowd({ link: links.attendee, roster: file("early.csv", csv(early)), script, log: join(dir, "early.jsonl") });
  const bytes = chen.countBytes();
  await Promise.all([
    facilitator.openLink(),
    moderator.openLink(),
    anu.openLink().then(() => anu.join(ANU)),
    chen.openLink().then(() => chen.join(CHEN)),
  ]);
  Object.assign(result, await bytes());
  check(result.js_kb <= 60, `the first load is ${result.js_kb} KB of script`);
  check(result.css_kb <= 12, `the first load is ${result.css_kb} KB of style`);
  await terminal.joined();
  terminal.pause(); // who is welcomed listens
  const total = EARLY + seats.length;
  await Promise.all(staff.map((s) => s.toCockpit()));
  await facilitator.page.locator(".chip", { hasText: CHEN.name }).or(facilitator.page.locator(".chip-more")).first().waitFor();

  // --- welcome in the plenary

  step("welcome");
  await facilitator.phase("welcome");
  for (const s of phones) await s.page.getByText(s.t("phase.welcome"), { exact: true }).first().waitFor();
  await facilitator.toRoom();
  await facilitator.type("Welcome, everybody. We have an hour; your questions come first.");
  for (const s of seats.filter((x) => !staff.includes(x))) await s.sees("Welcome, everybody.");
  // An input method: Enter ends the composition and sends nothing.
  await compose(facilitator, "大家好，欢迎参加。", async () => {
    check(!(await facilitator.shows("大家好，欢迎参加。")), "Enter within a composition sent a line");
  });
  await facilitator.page.keyboard.press("Enter");
  facilitator.typed.push("大家好，欢迎参加。");
  await chen.sees("大家好，欢迎参加。");
  await anu.type("Good morning from Garden City.");
  await compose(chen, "早上好，我是财务的陈美琳。");
  await chen.send("早上好，我是财务的陈美琳。");
  await facilitator.sees("早上好，我是财务的陈美琳。");
  await picture(facilitator.page, "plenary-desktop-en");

  // --- rooms, topics

  step("rooms");
  await facilitator.toCockpit();
  await facilitator.button("rooms.area_rooms").click();
  await until("all rooms are open", async () => (await facilitator.page.locator(".room-card").count()) === AREAS.length + 1);
  await facilitator.addTopic(TOPIC, "What is written down, and what is custom? Tell us one rule that works.", 12);
  await facilitator.addTopic(SECOND, "", 8);

  step("topic");
  const shown = seats.map((s) => s.whenShown(TOPIC));
  await facilitator.button("agenda.first").click();
  const times = await Promise.all(shown.map((p) => p()));
  const spread = Math.max(...times) - Math.min(...times);
  check(spread <= 1000, `the topic came to the screens within ${spread} ms`);
  const clocks = await Promise.all(seats.map((s) => s.countdown()));
  check(Math.max(...clocks) - Math.min(...clocks) <= 1, `the screens count down ${clocks} s`);
  await anu.sees(TOPIC, ".table-title");

  step("send");
  await facilitator.phase("breakout");
  await facilitator.page.getByRole("button", { name: facilitator.t("rooms.send"), exact: true }).click();
  await facilitator.dialogButton("rooms.send_do").click();
  await anu.inRoom("Human Resources");
  await chen.inRoom("财务");
  // One room for each area, none of them the plenary: which is which, the first of each area tell.
  const rooms = await until("each area has a room", async () => {
    const where = await terminal.where(EARLY);
    const of = new Map(AREAS.map((a) => [a.key, where.get(early.findIndex((p) => p.area === a.key) + 1)]));
    return new Set(of.values()).size === AREAS.length && ![...of.values()].includes(1) && of;
  });
  const roomOf = (p) => rooms.get(p.area);
  const seated = async (club, people, of) =>
    until("everybody is in their room", async () => {
      const where = await club.where(people.length);
      return people.every((p, i) => where.get(i + 1) === of(p));
    });
  await seated(terminal, early, roomOf);

  // --- conversation everywhere

  step("talk");
  terminal.resume();
  await moderator.toRoom();
  await moderator.enterRoom("Human Resources");
  await moderator.inRoom("Human Resources");
  await moderator.type("I read along here for a while. Please go on.");
  await anu.sees("I read along here for a while.");
  await anu.type("We draw lots for the week before Christmas. People like that it is simple.");
  await compose(chen, "我们按部门轮流安排，提前一个月公布。");
  await chen.send("我们按部门轮流安排，提前一个月公布。");
  await moderator.sees("We draw lots");
  await moderator.line("We draw lots").hover();
  await moderator.line("We draw lots").locator(".said-act-same").click();
  await anu.page.locator(".reaction").first().waitFor();
  await until("people talk in all rooms", async () => {
    const empty = await facilitator.page.locator(".room-card", { hasText: facilitator.t("cockpit.no_lines") }).count();
    return empty === 0;
  }, 40_000);
  await picture(moderator.page, "session-desktop-en");
  await picture(chen.page, "session-phone-zh");
  await picture(anu.page, "session-phone-en");
  await picture(facilitator.page, "cockpit-light");
  await facilitator.page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await picture(facilitator.page, "cockpit-dark");
  await facilitator.page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });

  // --- a cut line

  step("cut");
  const neighbour = early.findIndex((p) => p.area === "hr") + 1;
  anu.device.expect("offline");
  cable.cut();
  await anu.page.locator(".strip").waitFor();
  await anu.page.getByText(anu.t("conn.off_title", { clock: "" }).trim()).first().waitFor();
  await anu.typeOnly("Written in the tunnel, first.");
  await anu.typeOnly("Written in the tunnel, second.");
  await until("two lines wait", async () => (await anu.page.getByText(anu.t("chat.waiting"), { exact: true }).count()) === 2);
  await anu.page.getByText(anu.t("conn.unsent", { n: 2 })).waitFor();
  const [taken] = await terminal.say(neighbour, "Anu, can you hear us?");
  check(taken === "taken", `a line while somebody is away: ${taken}`);
  await picture(anu.page, "offline-phone-en");
  cable.mend();
  await anu.page.locator(".strip").waitFor({ state: "detached", timeout: 40_000 });
  anu.device.expect(null);
  await moderator.sees("Written in the tunnel, second.");
  for (const words of ["Written in the tunnel, first.", "Written in the tunnel, second.", "Anu, can you hear us?"]) {
    await until(`${words} is there`, async () => (await anu.count(words)) > 0);
    for (const s of [anu, moderator]) check((await s.count(words)) === 1, `${s.name} shows "${words}" ${await s.count(words)} times`);
  }

  // --- two come late

  step("late");
  const latecomers = crowd({ link: links.attendee, roster: file("late.csv", csv(late)), script, log: join(dir, "late.jsonl") });
  await latecomers.joined();
  await seated(latecomers, late, roomOf);
  result.people = total + LATE;
  await facilitator.page
    .locator(".grid-head")
    .getByText(facilitator.t("rooms.count", { n: result.people }), { exact: true })
    .waitFor();

  // --- moderation

  step("mute");
  await moderator.toCockpit();
  const loud = early[neighbour - 1];
  await moderator.mute(loud.name, loud.school);
  const refused = await until("the muted are refused", async () => {
    const [what, why] = await terminal.say(neighbour, "May I?");
    return what === "refused" && why;
  });
  check(refused === "muted", `a muted terminal is refused: ${refused}`);
  await moderator.mute(ANU.name, ANU.school);
  await anu.page.locator(".composer-note").getByText(anu.pattern("mute.you")).waitFor();
  await picture(anu.page, "muted-phone-en");
  const bound = async () => JSON.parse((await keptIn(anu.page)).find(([name]) => name.startsWith("jobalike.device."))[1]).until;
  check((await bound()) > Date.now(), "who is muted could come as somebody else");
  await moderator.unmute(ANU.name, ANU.school);
  await until("the device is free again", async () => (await bound()) === 0);
  await anu.composer.waitFor();

  step("move");
  await chen.composer.tap();
  await chen.page.keyboard.insertText("还没写完的话");
  await facilitator.drag(CHEN.name, CHEN.school, "Facilities");
  await chen.inRoom("设施管理");
  check((await chen.composer.inputValue()) === "还没写完的话", "the draft did not come along when dragged");
  await chen.page.locator(".sheet").first().waitFor();
  await picture(chen.page, "moved-phone-zh");
  await chen.send("还没写完的话");
  await anu.composer.tap();
  await anu.page.keyboard.insertText("Half a sentence");
  await facilitator.moveByKeys(ANU.name, ANU.school, "Finance");
  await anu.inRoom("Finance");
  check((await anu.composer.inputValue()) === "Half a sentence", "the draft did not come along by menu");
  await anu.send("Half a sentence");

  // --- announcement, hand

  step("announce");
  await facilitator.announce("Ten minutes left. Please agree on one thing to report.", "还有十分钟，请商定一条汇报内容。");
  await anu.page.locator(".talk .notice").getByText("Ten minutes left.").waitFor();
  await chen.page.locator(".talk .notice").getByText("还有十分钟").first().waitFor();
  await moderator.page.getByText("Ten minutes left.").first().waitFor();
  await facilitator.page.locator(".last-notice").getByText("Ten minutes left.").waitFor();
  await picture(chen.page, "announced-phone-zh");

  step("hand");
  await anu.page.getByRole("button", { name: anu.t("hands.raise") }).tap();
  await anu.page.getByRole("button", { name: anu.t("hands.lower") }).waitFor();
  await facilitator.callOn(ANU.name, ANU.school);
  await anu.page.getByText(anu.t("hands.called_by")).first().waitFor();
  await anu.page.getByRole("button", { name: anu.t("hands.here"), exact: true }).tap();
  await anu.page.locator(".sheet-attn").waitFor({ state: "detached" });

  // --- back to the plenary

  step("recall");
  await facilitator.recall(10);
  for (const s of phones) await s.page.locator(".table-recall").waitFor();
  const left = await Promise.all(phones.map((s) => s.countdown()));
  check(Math.abs(left[0] - left[1]) <= 1 && left[0] <= 11, `the recall counts down ${left} s`);
  await picture(anu.page, "recall-phone-en");
  await anu.inRoom(anu.t("rooms.plenary"), 20_000);
  await chen.inRoom(chen.t("rooms.plenary"));
  await seated(terminal, early, () => 1);
  await seated(latecomers, late, () => 1);
  await facilitator.phase("report_back");
  await anu.type("Our room: one shared calendar, and lots for the popular weeks.");
  await chen.sees("Our room: one shared calendar");

  // --- the end

  step("close");
  terminal.pause();
  latecomers.pause();
  await facilitator.closeSession();
  for (const s of seats) await s.page.locator(".record").waitFor();
  await anu.line("Written in the tunnel, first.", ".record article").waitFor();
  await chen.line("还没写完的话", ".record article").waitFor();
  await picture(anu.page, "record-phone-en");
  await picture(facilitator.page, "record-desktop-en");
  const ends = await Promise.all([terminal.end(), latecomers.end()]);
  for (const e of ends) check(e.code === 0, `a crowd ended with ${e.code}: ${e.last} ${e.err}`);

  step("export");
  const json = JSON.parse(readFileSync(await anu.download("record.json"), "utf8"));
  const markdown = readFileSync(await anu.download("record.markdown"), "utf8");
  const mine = JSON.parse(readFileSync(await anu.download("record.mine"), "utf8"));
  const own = mine.events.filter((e) => e.by === mine.you.id && e.name === ANU.name);
  check(own.length === mine.events.length, "one's own data hold what others did");
  check(own.some((e) => e.text === "Written in the tunnel, first."), "a line is not in one's own data");
  const logs = [...terminal.log(), ...latecomers.log()];
  Object.assign(result, compare({ json, markdown, logs, seats, check }));
  const pushed = logs.filter((l) => l.event === "agenda.pushed");
  check(pushed.length === EARLY, `the topic came to ${pushed.length} of ${EARLY} terminals`);
  check(result.people === 60, `${result.people} people took part`);
  const names = { facilitator: STAFF.facilitator.name, moderator: STAFF.moderator.name, anu: ANU.name, chen: CHEN.name };
  result.kept = await checkKept({ seats, names, json, check });

  cable.close();
  for (const s of seats) await s.device.context.close();
  const { code } = await server.end();
  check(code === 0, `the server ended with ${code}: ${server.err()}`);
  if (server.err()) check(false, `the server said ${server.err()}`);
  check(guard.errors.length === 0, "the console was not silent");
  server.remove();
}
