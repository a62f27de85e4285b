// Every screen and its main states in both languages: axe, and 320 px.

import { actor } from "../lib-js/actor.mjs";
import { joinTicket, makeServer, plan, tempDir, ticketIn } from "../lib-js/server.mjs";
import { look, narrow, source } from "./axe.mjs";
import { DESKTOP, device, PHONE, until } from "./browser.mjs";
import { keptIn } from "./kept.mjs";
import { AREAS } from "./roster.mjs";
import { patternOf, wordsOf } from "./words.mjs";

const TITLE = "School-Life Ops Job-Alike: what keeps the house running";

export async function screens(browser, say) {
  const server = makeServer({
    dir: tempDir("e2e-screens"),
    options: ["--store.url=memory:", "--limits.rate_percent=0", "--limits.joins_per_second=1000"],
  });
  await server.start();
  await Promise.all(["en", "zh"].map((language) => empty(browser, server, language, say)));
  await Promise.all(["en", "zh"].map((language) => all(browser, server, language, say)));
  await server.end();
  server.remove();
}

async function empty(browser, server, language, say) {
  const { page, context } = await device(browser, server, { ...DESKTOP, language, init: source });
  await page.goto(server.url("/"));
  await page.getByText(wordsOf(language)("home.empty")).waitFor();
  await look(page, `${language} home, empty`, say);
  await narrow(page, `${language} home, empty`, say);
  await context.close();
}

async function all(browser, server, language, say) {
  const t = wordsOf(language);
  const link = (token, id) => server.url(`/s/${id}#ticket=${token}`);
  const see = async (page, name, { small = false } = {}) => {
    await look(page, `${language} ${name}`, say);
    if (small) await narrow(page, `${language} ${name}`, say);
  };
  const on = (options) => device(browser, server, { ...options, language, init: source });

  const now = Date.now();
  const { session, links } = await plan(server, { title: TITLE, areas: AREAS, rooms_by: "attendees" });
  await plan(server, { title: "Later", start: now + 864e5, end: now + 9e7, areas: AREAS });
  const closed = await plan(server, { title: "Invited only", open: false, areas: AREAS });
  const guest = (name, more = {}) =>
    joinTicket(server, session, { name, school: "Lakeside", area: "hr", language, ...more });

  await outside();
  const staff = await prepare();
  const { attendee } = staff;
  let corner; // a room of two seats
  await cockpitAlone();
  await filled();
  await seat(await on(DESKTOP), "desktop");
  await seat(await on(PHONE), "phone");
  await cockpit(await on(DESKTOP));
  await cockpitPhone(await on(PHONE));
  await ends();
  await record();
  for (const who of Object.values(staff)) who.leave();

  async function outside() {
    const d = await on(DESKTOP);
    const { page } = d;
    await page.goto(server.url("/"));
    await page.getByRole("heading", { name: TITLE }).first().waitFor();
    await see(page, "home, with sessions", { small: true });
    await page.goto(server.url(`/s/${session}`));
    const go = page.getByRole("button", { name: t("join.go"), exact: true });
    await go.waitFor();
    await see(page, "join form", { small: true });
    await go.click();
    await page.getByRole("alert").first().waitFor();
    await see(page, "join form, errors", { small: true });
    await page.goto(server.url(`/s/${closed.session}`));
    await page.getByText(t("join.invite_only")).waitFor();
    await see(page, "by invitation only", { small: true });
    d.expect("refused");
    await page.goto(server.url("/s/nothing"));
    await page.getByText(t("session.not_found")).waitFor();
    await see(page, "no such session");
    d.expect(null);
    await page.goto(server.url("/plan"));
    const submit = page.getByRole("button", { name: t("plan.go"), exact: true });
    await submit.waitFor();
    await see(page, "plan", { small: true });
    await submit.click();
    await page.getByRole("alert").first().waitFor();
    await see(page, "plan, errors");
    await page.getByLabel(t("plan.key"), { exact: true }).fill(server.installKey());
    await page.getByLabel(t("plan.name"), { exact: true }).fill("Planned here");
    await submit.click();
    await page.getByText(t("plan.done")).waitFor();
    await see(page, "plan, links", { small: true });
    await d.context.close();
  }

  async function prepare() {
    const organizer = await actor(server, ticketIn(links.organizer));
    const moderator = await actor(server, ticketIn(links.moderator));
    const attendee = await actor(server, await guest("Ana Lima"));
    return { organizer, moderator, attendee };
  }

  async function cockpitAlone() {
    const d = await on(DESKTOP);
    await d.page.goto(links.facilitator);
    await toCockpit(d.page);
    await d.page.getByRole("button", { name: t("rooms.area_rooms") }).waitFor();
    await see(d.page, "cockpit, no rooms yet");
    await d.context.close();
  }

  async function toCockpit(page) {
    await page.locator(".head").waitFor();
    if (!(await page.locator(".cockpit").count())) await page.evaluate(() => (location.hash = "#cockpit"));
    await page.locator(".cockpit").waitFor();
  }

  /** A topic runs, rooms are open, and people have talked, reacted, and raised hands. */
  async function filled() {
    const { organizer, moderator } = staff;
    await organizer.ask("session.phase", { phase: "breakout" });
    const topics = [];
    for (const title of ["How do you keep leave fair?", "Which tools earn their place?", "请谈谈新学年的安排"])
      topics.push(
        (await organizer.ask("agenda.add", { title, minutes: 10, prompt: "What worked, and what did not?" })).seq,
      );
    await organizer.ask("agenda.push", { topic: topics[0] });
    const first = await attendee.say("We share one calendar for the whole house.");
    await attendee.ask("agenda.add", { title: "x", minutes: 1 }).catch(() => {});
    await organizer.say("新学年我们用同一个日历，效果不错。", { reply: first.seq });
    await moderator.ask("chat.react", { line: first.seq, kind: "same", on: true });
    await organizer.ask("chat.react", { line: first.seq, kind: "thanks", on: true });
    for (const area of AREAS) await organizer.ask("rooms.open", { title: area.en, area: area.key });
    const extra = await organizer.ask("rooms.open", { title: "A corner", capacity: 2 });
    await organizer.ask("rooms.lock", { room: extra.seq });
    corner = extra.seq;
    const over = await attendee.ask("rooms.open", { title: "It is over" });
    await attendee.ask("rooms.enter", { room: over.seq });
    await attendee.ask("chat.say", { room: over.seq, text: "Said before it was closed." });
    await organizer.ask("rooms.close", { room: over.seq });
    await attendee.ask("hands.raise");
    await organizer.ask("notices.announce", { text: "Tea is ready.", zh: "茶已备好。" });
    await organizer.say("A note for the team.", { room: 0 });
  }

  /** What an attendee sees. */
  async function seat(d, kind) {
    const { page } = d;
    const small = kind === "phone";
    const { organizer, moderator } = staff;
    const name = `${kind} ${language === "zh" ? "王芳" : "Wang Fang"}`;
    const ticket = await guest(name, { area: "fi" });
    await page.goto(link(ticket, session));
    const composer = page.locator(".composer textarea");
    await composer.waitFor();
    await page.getByText("We share one calendar").first().waitFor();
    if (!small) {
      await page.locator(".rooms-closed summary").click();
      await page.locator(".rooms-closed button").click();
      await page.getByRole("dialog").getByText("Said before it was closed.").waitFor();
      await dialog(page, "a closed room");
    }
    const id = await until("the newcomer is known", async () => idOf(organizer, name));
    await see(page, `session, ${kind}`, { small: true });
    if (small)
      for (const tab of ["rooms", "people", "agenda"]) {
        await page.locator(`.tabs a[href="#${tab}"]`).tap();
        await see(page, `session, phone, ${tab}`, { small: true });
      }
    if (small) await page.locator('.tabs a[href="#talk"]').tap();
    await composer.fill(`My own line at the ${kind}.`);
    await page.getByRole("button", { name: t("chat.send"), exact: true }).click();
    const mine = page.locator("article[data-line]", { hasText: `My own line at the ${kind}.` });
    await mine.waitFor();
    await menuOf(page, mine, `line, ${kind}`);
    await page.getByRole("menuitem", { name: t("chat.reply") }).first().click();
    await page.locator(".composer-mode").waitFor();
    await see(page, `answering, ${kind}`);
    await page.keyboard.press("Escape");
    await menuOf(page, mine);
    await page.getByRole("menuitem", { name: t("chat.remove") }).click();
    await dialog(page, `take back, ${kind}`);
    await page.getByRole("button", { name: t(small ? "app.menu" : "keys.all") }).first().click();
    if (small) {
      await see(page, "menu of the page, phone");
      await page.getByRole("menuitem", { name: t("keys.all") }).click();
    }
    await dialog(page, `keys, ${kind}`);
    if (!small) {
      await page.keyboard.press("Control+k");
      await dialog(page, "do anything by name");
      await page.getByRole("button", { name: t("rooms.open"), exact: true }).click();
      await dialog(page, "open a room");
      await page.getByRole("button", { name: t("app.theme"), exact: true }).click();
      await see(page, "menu of themes");
      await page.keyboard.press("Escape");
      await page.getByRole("searchbox").fill("Lakeside");
      await page.getByText(patternOf(language, "people.found")).waitFor();
      await see(page, "people found");
    }
    await organizer.ask("notices.announce", { text: "Five minutes left.", zh: "还有五分钟。" });
    await page.locator(".talk .notice").last().waitFor();
    await page.getByRole("button", { name: t("hands.raise") }).click();
    await page.getByRole("button", { name: t("hands.lower") }).waitFor();
    await organizer.ask("hands.call", { who: id });
    await page.getByText(t("hands.called_by")).first().waitFor();
    await see(page, `announced and called on, ${kind}`, { small: true });
    await page.getByRole("button", { name: t("hands.here"), exact: true }).click();
    const room = organizer.events.findLast((e) => e.event === "rooms.opened" && e.area === "fi").seq;
    await moderator.ask("rooms.move", { who: id, to: room, reason: "They miss you there." });
    await page.locator(".sheet-quote").waitFor();
    await see(page, `moved, ${kind}`, { small: true });
    await page.getByRole("button", { name: t("move.stay"), exact: true }).click();
    await moderator.ask("people.mute", { who: id, minutes: 5, reason: "off_topic", note: "After this." });
    await page.locator(".composer-note").waitFor();
    await see(page, `muted, ${kind}`, { small: true });
    await moderator.ask("people.unmute", { who: id });
    await composer.waitFor();
    d.expect("offline");
    await d.context.setOffline(true);
    await page.evaluate(() => dispatchEvent(new Event("offline")));
    await until("the page says offline", () => page.locator(".strip").count(), 40_000);
    await composer.fill("Written while away.");
    await page.getByRole("button", { name: t("chat.send"), exact: true }).click();
    await page.getByText(t("chat.waiting"), { exact: true }).waitFor();
    await see(page, `offline, ${kind}`, { small: true });
    await d.context.setOffline(false);
    await page.locator(".strip").waitFor({ state: "detached" });
    d.expect(null);
    await organizer.ask("rooms.recall", { seconds: 600 });
    await page.locator(".table-recall").waitFor();
    await see(page, `recalled, ${kind}`, { small: true });
    await organizer.ask("rooms.recall", { seconds: 0 });
    await page.locator(".table-recall").waitFor({ state: "detached" });
    if (small) {
      await moderator.ask("people.remove", { who: id, reason: "other" });
      await page.getByRole("heading", { name: t("people.removed_title") }).waitFor();
      await see(page, "removed");
    } else {
      await page.locator(".head-me").click();
      await page.getByRole("menuitem", { name: t("people.leave") }).click();
      await page.getByRole("heading", { name: t("people.left_title") }).waitFor();
      await see(page, "left", { small: true });
      await page.getByRole("button", { name: t("people.forget"), exact: true }).click();
      await page.getByRole("heading", { name: TITLE }).first().waitFor();
      const names = (await keptIn(page)).map(([name]) => name);
      if (names.some((name) => name === "jobalike.me" || name.includes(session))) say(`forgotten, and kept: ${names}`);
    }
    await d.context.close();
  }

  function idOf(who, name) {
    return who.events.find((e) => e.event === "people.joined" && e.name === name)?.by;
  }

  async function menuOf(page, line, name) {
    await line.getByRole("button", { name: patternOf(language, "chat.line_menu") }).click();
    await page.getByRole("menu").waitFor();
    if (name) await see(page, `menu of a ${name}`);
  }

  async function dialog(page, name) {
    await page.getByRole("dialog").waitFor();
    await see(page, `dialog: ${name}`);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }

  async function cockpit(d) {
    const { page } = d;
    await page.goto(links.facilitator);
    await toCockpit(page);
    await page.locator(".chip", { hasText: "Ana Lima" }).first().waitFor();
    await see(page, "cockpit", { small: true });
    await page.locator(".chip[aria-pressed]").first().click();
    await page.locator(".selection").waitFor();
    await see(page, "cockpit, somebody selected");
    await page.getByRole("button", { name: t("move.do") }).first().click();
    await dialog(page, "move");
    await page.locator(".chip[aria-pressed]").first().click({ button: "right" });
    await page.getByRole("menu").waitFor();
    await see(page, "menu of a person");
    await page.keyboard.press("Escape");
    await page.locator(".card-head .button-icon").first().click();
    await see(page, "menu of a room");
    await page.getByRole("menuitem", { name: t("rooms.close") }).click();
    await dialog(page, "close a room");
    await page.locator(".spine-stop .button-icon").first().click();
    await see(page, "menu of a topic");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: t("agenda.add"), exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: t("go.add"), exact: true }).click();
    await dialog(page, "topic, with an error");
    await page.getByRole("button", { name: t("rooms.open"), exact: true }).click();
    await dialog(page, "open a room, staff");
    await page.getByRole("button", { name: t("rooms.send"), exact: true }).click();
    await dialog(page, "send");
    await page.getByRole("button", { name: t("recall.do"), exact: true }).click();
    await dialog(page, "recall");
    await page.getByRole("button", { name: t("cockpit.close_session"), exact: true }).click();
    await dialog(page, "close the session");
    await page.locator(".announce-head button").first().click();
    await page.locator(".announce-head button").nth(1).click();
    await see(page, "cockpit, announcement to some rooms");
    await intoFull(page);
    await page.keyboard.press("?");
    await dialog(page, "keys, staff");
    await d.context.close();

    const m = await on(DESKTOP);
    await m.page.goto(links.moderator);
    await toCockpit(m.page);
    const ana = m.page.locator(".chip", { hasText: "Ana Lima" }).first();
    await ana.focus();
    await see(m.page, "cockpit, moderator");
    await ana.focus();
    await m.page.keyboard.press("Shift+M");
    await dialog(m.page, "mute");
    await ana.focus();
    await m.page.keyboard.press("Shift+K");
    await dialog(m.page, "remove");
    await m.context.close();

    const o = await on(DESKTOP);
    await o.page.goto(links.organizer);
    await toCockpit(o.page);
    await o.page.locator(".head-me").click();
    await o.page.getByRole("menuitem", { name: t("cockpit.settings") }).click();
    await dialog(o.page, "settings");
    await o.page.locator(".chip", { hasText: "Ana Lima" }).first().click({ button: "right" });
    await o.page.getByRole("menuitem", { name: t("people.appoint") }).click();
    await dialog(o.page, "appoint");
    await o.context.close();
  }

  /** Staff are asked before somebody is moved into a full room. */
  async function intoFull(page) {
    const { organizer, moderator } = staff;
    for (const one of [organizer, moderator]) await one.ask("rooms.enter", { room: corner });
    await page.locator(".chip", { hasText: "Ana Lima" }).first().click({ button: "right" });
    await page.getByRole("menuitem", { name: t("move.do") }).click();
    await page.getByRole("dialog").getByRole("combobox").fill("corner");
    await see(page, "dialog: move, a room that is full");
    await page.keyboard.press("Enter");
    const anyway = page.getByRole("button", { name: t("move.anyway"), exact: true });
    await anyway.waitFor();
    await see(page, "not moved into a full room");
    await anyway.click();
    await page.locator(".room-card", { hasText: "A corner" }).locator(".chip", { hasText: "Ana Lima" }).waitFor();
    for (const one of [organizer, moderator]) await one.ask("rooms.leave");
  }

  async function cockpitPhone(d) {
    const { page } = d;
    await page.goto(links.facilitator);
    await toCockpit(page);
    for (const [tab, place] of [["run", "cockpit"], ["rooms", "cockpit-rooms"], ["channel", "cockpit-channel"]]) {
      await page.locator(`.tabs a[href="#${place}"]`).click();
      await see(page, `cockpit, phone, ${tab}`, { small: true });
    }
    await d.context.close();
  }

  async function ends() {
    const d = await on(DESKTOP);
    d.expect("refused");
    await d.page.goto(server.url(`/s/${session}#ticket=abc.def.ghi`));
    await d.page.getByText(t("join.link_bad")).waitFor();
    await see(d.page, "a link that is no longer good", { small: true });
    await d.context.close();
  }

  async function record() {
    await staff.organizer.ask("session.close");
    for (const [kind, options] of [["desktop", DESKTOP], ["phone", PHONE]]) {
      const d = await on(options);
      await d.page.goto(link(await guest(`Reader ${kind}`), session));
      await d.page.locator(".record article").first().waitFor();
      await see(d.page, `record, ${kind}`, { small: true });
      await d.context.close();
    }
    const d = await on(DESKTOP);
    await d.page.goto(server.url("/"));
    await d.page.getByRole("heading", { name: TITLE }).first().waitFor();
    await see(d.page, "home, with a past session", { small: true });
    await d.context.close();
  }
}
