// Every act of facilitator and moderator by keyboard alone. Here a page is only ever pressed and typed
// into; what came of it is looked up in the events that another member of the staff receives.

import { actor } from "../lib-js/actor.mjs";
import { joinTicket, makeServer, plan, tempDir, ticketIn } from "../lib-js/server.mjs";
import { DESKTOP, device, until } from "./browser.mjs";
import { AREAS } from "./roster.mjs";
import { wordsOf } from "./words.mjs";

const t = wordsOf("en");
const TOLD_MS = 8000;
export const acts = { done: 0 };

export async function keyboard(browser, say) {
  const server = makeServer({ dir: tempDir("e2e-keys"), options: ["--store.url=memory:", "--limits.rate_percent=0"] });
  await server.start();
  const { session, links } = await plan(server, { title: "By keys", areas: AREAS });
  const witness = await actor(server, ticketIn(links.organizer));
  const guest = async (name) =>
    actor(server, await joinTicket(server, session, { name, school: "Lakeside", area: "hr", language: "en" }));
  const ana = await guest("Ana Lima");
  const ben = await guest("Ben Okoro");

  const open = async (link) => {
    const { page, context } = await device(browser, server, DESKTOP);
    await page.goto(link);
    await page.locator(".head").first().waitFor();
    return { page, context };
  };

  /** Does something and waits until the witness has heard of it. */
  async function act(name, event, run, holds = () => true, inView = () => false) {
    const from = witness.events.length;
    try {
      await run();
      await until(
        `${event} is told`,
        () =>
          witness.events
            .slice(from)
            .find((e) => (e.view ? inView(e.view) : e.event === event && holds(e))),
        TOLD_MS,
      );
      acts.done++;
    } catch (e) {
      say(`keyboard: ${name}: ${e.message}`);
    }
  }

  const f = await open(links.facilitator);
  const press = async (page, ...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const dialog = (page) => page.getByRole("dialog").waitFor();
  const gone = (page) => page.getByRole("dialog").waitFor({ state: "detached" });
  /** Tabs until what has the focus is called so. */
  async function tabTo(page, name, back = false) {
    for (let i = 0; i < 60; i++) {
      const at = await page.evaluate(() => {
        const el = document.activeElement;
        return el?.getAttribute("aria-label") || el?.labels?.[0]?.textContent || el?.textContent || "";
      });
      if (at.replaceAll(/\s+/g, " ").trim().startsWith(name)) return;
      await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    }
    throw new Error(`no way by Tab to "${name}"`);
  }
  /** Anything by its name. */
  async function palette(page, words) {
    await press(page, "Control+k");
    await page.getByRole("combobox").waitFor();
    await page.keyboard.type(words);
    await press(page, "Enter");
  }
  /** Pressed, and pressed again: the twin of holding. */
  async function twice(page, name) {
    await tabTo(page, t("go.hold", { what: name }));
    await press(page, "Enter", "Enter");
  }
  /** A person: by Tab to the list of each room, by arrows within it. */
  async function chip(page, name) {
    for (let i = 0; i < 80; i++) {
      const steps = await page.evaluate((wanted) => {
        const at = document.activeElement;
        const all = [...(at?.closest(".chips")?.querySelectorAll(".chip") ?? [])];
        const to = all.findIndex((x) => x.textContent.startsWith(wanted));
        return at?.matches(".chip") && to >= 0 ? to - all.indexOf(at) : null;
      }, name);
      if (steps === null) {
        await page.keyboard.press("Tab");
        continue;
      }
      for (let k = 0; k < Math.abs(steps); k++)
        await page.keyboard.press(steps > 0 ? "ArrowRight" : "ArrowLeft");
      return;
    }
    throw new Error(`no way by keys to ${name}`);
  }

  await f.page.keyboard.press("g");
  await f.page.keyboard.press("c");
  await f.page.locator(".cockpit").waitFor();

  await act("phase", "session.phased", () => palette(f.page, t("phase.go", { phase: t("phase.welcome") })));
  await act("open a room for each area", "rooms.opened", () => palette(f.page, t("rooms.area_rooms")));
  await until("all rooms are open", () => witness.events.filter((e) => e.event === "rooms.opened").length === AREAS.length);
  await act("open a room", "rooms.opened", async () => {
    await press(f.page, "Shift+O");
    await dialog(f.page);
    await tabTo(f.page, t("rooms.name"));
    await f.page.keyboard.type("A corner");
    await press(f.page, "Enter");
    await gone(f.page);
  });
  for (const title of ["First", "Second", "Third"])
    await act("add a topic", "agenda.added", async () => {
      await press(f.page, "Shift+A");
      await dialog(f.page);
      await tabTo(f.page, t("agenda.topic"));
      await f.page.keyboard.type(title);
      await press(f.page, "Enter");
      await gone(f.page);
    });
  const onTable = (title) => f.page.locator(".spine-table .table-title", { hasText: title }).waitFor();
  await f.page.locator(".spine-stop", { hasText: "Third" }).waitFor();
  await act("push the first topic", "agenda.pushed", () => press(f.page, "n"));
  await onTable("First");
  await act("next topic", "agenda.pushed", () => press(f.page, "n"));
  await onTable("Second");
  await act("back", "agenda.pushed", () => press(f.page, "Shift+N"));
  await onTable("First");
  await act("more time", "agenda.extended", () => press(f.page, "]"), (e) => e.minutes > 0);
  await act("less time", "agenda.extended", () => press(f.page, "["), (e) => e.minutes < 0);
  await act("finish", "agenda.finished", () => press(f.page, "Shift+F"));
  const topicMenu = async (title, item) => {
    await tabTo(f.page, `${t("agenda.menu")}: ${title}`);
    await press(f.page, "Enter");
    await f.page.getByRole("menu").waitFor();
    await f.page.keyboard.type(item.slice(0, 1));
    for (let i = 0; i < 8; i++) {
      const at = await f.page.evaluate(() => document.activeElement.textContent);
      if (at.startsWith(item)) break;
      await press(f.page, "ArrowDown");
    }
    await press(f.page, "Enter");
  };
  await act("push a certain topic", "agenda.pushed", () => topicMenu("Third", t("agenda.push")));
  await act("edit a topic", "agenda.edited", async () => {
    await topicMenu("Second", t("agenda.edit"));
    await dialog(f.page);
    await tabTo(f.page, t("agenda.owner"));
    await f.page.keyboard.type("Linda");
    await press(f.page, "Enter");
    await gone(f.page);
  });
  await act("add one to move", "agenda.added", async () => {
    await press(f.page, "Shift+A");
    await dialog(f.page);
    await tabTo(f.page, t("agenda.topic"));
    await f.page.keyboard.type("Fourth");
    await press(f.page, "Enter");
    await gone(f.page);
  });
  await act("add another", "agenda.added", async () => {
    await press(f.page, "Shift+A");
    await dialog(f.page);
    await tabTo(f.page, t("agenda.topic"));
    await f.page.keyboard.type("Fifth");
    await press(f.page, "Enter");
    await gone(f.page);
  });
  await act("order topics", "agenda.ordered", () => topicMenu("Fifth", t("agenda.up")));
  await act("skip a topic", "agenda.skipped", () => topicMenu("Fifth", t("agenda.skip")));
  await act("take a topic off", "agenda.removed", () => topicMenu("Fourth", t("agenda.remove")));
  await act("send", "rooms.sent", async () => {
    await press(f.page, "Shift+G");
    await dialog(f.page);
    await tabTo(f.page, t("rooms.send_do", { n: 2 }));
    await press(f.page, "Enter");
    await gone(f.page);
  }, undefined, (view) => view.rooms.sent);
  await act("announce", "notices.announced", async () => {
    await press(f.page, "a");
    await f.page.locator(".announce textarea:focus").waitFor();
    await f.page.keyboard.type("Ten minutes.");
    await press(f.page, "Control+Enter");
    await press(f.page, "Escape");
  });
  await act("move by M", "rooms.moved", async () => {
    await chip(f.page, "Ana Lima");
    await press(f.page, "m");
    await f.page.getByRole("combobox").waitFor();
    await f.page.keyboard.type("Finance");
    await press(f.page, "Enter");
    await gone(f.page);
  }, (e) => e.who === ana.you);
  await act("move several", "rooms.moved", async () => {
    await chip(f.page, "Ana Lima");
    await press(f.page, "x");
    await chip(f.page, "Ben Okoro");
    await press(f.page, "x", "m");
    await f.page.getByRole("combobox").waitFor();
    await f.page.keyboard.type("Academics");
    await press(f.page, "Enter");
    await gone(f.page);
  }, (e) => e.who === ben.you);
  await ana.ask("hands.raise");
  await act("call on somebody", "hands.called", async () => {
    await f.page.locator(".chip.is-hand").waitFor();
    await chip(f.page, "Ana Lima");
    await press(f.page, "Shift+C");
  });
  await ben.ask("hands.raise");
  await act("lower a hand", "hands.lowered", async () => {
    await f.page.locator(".chip.is-hand").waitFor();
    await palette(f.page, t("hands.dismiss", { name: "Ben Okoro" }));
  });
  const roomMenu = async (page, room, item) => {
    // What was just asked changes the menu: until it has, the menu is opened anew.
    for (let i = 0; i < 20; i++) {
      await tabTo(page, t("cockpit.room_menu", { room }));
      await press(page, "Enter");
      await page.getByRole("menu").waitFor();
      if (await page.getByRole("menuitem", { name: item }).count()) break;
      await press(page, "Escape");
      await page.getByRole("menu").waitFor({ state: "detached" });
    }
    for (let i = 0; i < 12; i++) {
      const at = await page.evaluate(() => document.activeElement.textContent);
      if (at.startsWith(item)) break;
      await press(page, "ArrowDown");
    }
    await press(page, "Enter");
  };
  await act("lock a room", "rooms.locked", () => roomMenu(f.page, "A corner", t("rooms.lock")));
  await act("unlock a room", "rooms.unlocked", () => roomMenu(f.page, "A corner", t("rooms.unlock")));
  await act("enter a room", "rooms.entered", () => roomMenu(f.page, "A corner", t("rooms.enter", { room: "A corner" })));
  await f.page.locator(".composer textarea").first().waitFor();
  await act("say something", "rooms.entered", async () => {
    await press(f.page, "c");
    await f.page.locator(".composer textarea:focus").waitFor();
    await f.page.keyboard.type("Said by keys.");
    await press(f.page, "Enter");
    await f.page.locator("article[data-line]", { hasText: "Said by keys." }).waitFor();
    await press(f.page, "Escape", "g", "0");
  }, (e) => e.to === 1);
  await press(f.page, "g", "c");
  await f.page.locator(".cockpit").waitFor();
  await act("read along", "rooms.watched", () => roomMenu(f.page, "Academics", t("rooms.watch")).then(() => peek()));
  /** Who watches is told in that room: the witness sits elsewhere, so the one in the room tells. */
  async function peek() {
    await until("the room hears of it", () => ana.events.some((e) => e.event === "rooms.watched"));
    witness.events.push({ event: "rooms.watched" });
  }
  await act("close a room", "rooms.closed", async () => {
    await roomMenu(f.page, "A corner", t("rooms.close"));
    await dialog(f.page);
    await twice(f.page, t("rooms.close_do"));
    await gone(f.page);
  }, undefined, (view) => view.rooms.list.some((r) => r.closed));
  await act("recall", "rooms.recalled", async () => {
    await press(f.page, "Shift+R");
    await dialog(f.page);
    await twice(f.page, t("recall.go"));
    await gone(f.page);
  });
  await act("the facilitator channel", "chat.said", async () => {
    await press(f.page, "F6");
    await tabTo(f.page, t("cockpit.write"));
    await f.page.keyboard.type("To the team.");
    await press(f.page, "Enter", "Escape");
  }, (e) => e.room === 0);

  const m = await open(links.moderator);
  await press(m.page, "g", "c");
  await m.page.locator(".cockpit").waitFor();
  await act("mute", "people.muted", async () => {
    await chip(m.page, "Ben Okoro");
    await press(m.page, "Shift+M");
    await dialog(m.page);
    await tabTo(m.page, t("mod.mute_for", { n: 15 }));
    await press(m.page, "Enter");
    await gone(m.page);
  });
  await act("unmute", "people.unmuted", async () => {
    await chip(m.page, "Ben Okoro");
    await press(m.page, ".");
    await m.page.getByRole("menu").waitFor();
    await m.page.keyboard.type(t("mute.undo").slice(0, 1));
    await press(m.page, "Enter");
    await m.page.getByRole("menu").waitFor({ state: "detached", timeout: TOLD_MS });
  });
  await act("move, moderator", "rooms.moved", async () => {
    await chip(m.page, "Ben Okoro");
    await press(m.page, "m");
    await m.page.getByRole("combobox").waitFor();
    await m.page.keyboard.type("Facilities");
    await press(m.page, "Enter");
    await gone(m.page);
  });
  await act("announce, moderator", "notices.announced", async () => {
    await press(m.page, "a");
    await m.page.locator(".announce textarea:focus").waitFor();
    await m.page.keyboard.type("Please be kind.");
    await press(m.page, "Control+Enter", "Escape");
  });
  await act("remove", "people.removed", async () => {
    await chip(m.page, "Ben Okoro");
    await press(m.page, "Shift+K");
    await dialog(m.page);
    await tabTo(m.page, t("remove.go", { name: "Ben Okoro" }));
    await press(m.page, "Enter");
    await gone(m.page);
  });
  await act("close the session", "session.closed", async () => {
    await palette(f.page, t("cockpit.close_session"));
    await dialog(f.page);
    await twice(f.page, t("cockpit.close_do"));
  }, undefined, (view) => view.session.phase === "closed");
  await f.page.locator(".record").waitFor();
  for (const who of [witness, ana, ben]) who.leave();
  await Promise.all([f.context.close(), m.context.close()]);
  await server.end();
  server.remove();
}
