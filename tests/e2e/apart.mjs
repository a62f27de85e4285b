// One session on two instances: the facilitator on A, people on A and on B. Nobody can tell; and when A is
// killed, its people go on, on B, with what they were just writing.

import { join } from "node:path";
import { actor } from "../lib-js/actor.mjs";
import { sharedKeys } from "../lib-js/cluster.mjs";
import { makeRedis } from "../lib-js/redis.mjs";
import { exported, linesOf, makeServer, plan, tempDir, ticketIn } from "../lib-js/server.mjs";
import { DESKTOP, device, PHONE, picture, until } from "./browser.mjs";
import { wire } from "./proxy.mjs";
import { ANU, AREAS, CHEN, STAFF } from "./roster.mjs";
import { Seat } from "./seat.mjs";

const BEN = { name: "Ben Okoro", school: "Hillside College", job: "HR Manager", area: "hr" };
const TOPIC = "Which of your tools would you not give up?";
const DRAFT = "还没写完，服务器就没了";
const AWAY_MS = 2500; // until the balancer has another instance for them

export const apart = { instances: 0, browsers: 0, back_ms: 0, drafts: 0 };

export async function apartTogether(browser, say) {
  const dir = tempDir("e2e-apart");
  const check = (holds, words) => holds || say(`apart: ${words}`);
  const redis = await makeRedis({ dir: join(dir, "redis") });
  await redis.start();
  const env = sharedKeys(dir);
  const [a, b] = ["a", "b"].map((name) =>
    makeServer({
      dir: join(dir, name),
      admin: "127.0.0.1:0",
      key: env.key,
      env: env.variables,
      options: [`--store.url=redis://127.0.0.1:${redis.port}`],
    }),
  );
  await Promise.all([a.start(), b.start()]);
  const now = Date.now();
  const { session, links } = await plan(a, {
    title: "One session, two machines",
    areas: AREAS.slice(0, 3),
    start: now,
    end: now + 3600_000,
    open: false,
    staff: STAFF,
  });

  // --- everybody comes in, some here, some there

  const cables = [];
  const open = async (name, options, link, ports) => {
    const cable = await wire(...ports);
    cables.push(cable);
    const d = await device(browser, a, options);
    d.hosts.add(cable.host);
    const seat = new Seat(name, d, link.replace(/127\.0\.0\.1:\d+/, cable.host), options.language ?? "en");
    seat.cable = cable;
    return seat;
  };
  const onA = [a.port, b.port];
  const onB = [b.port, a.port];
  const facilitator = await open("facilitator", DESKTOP, links.facilitator, onA);
  const moderator = await open("moderator", { ...DESKTOP, language: "zh" }, links.moderator, onA);
  const chen = await open("chen", { ...PHONE, language: "zh" }, links.attendee, onA);
  const anu = await open("anu", PHONE, links.attendee, onB);
  const ben = await open("ben", PHONE, links.attendee, onB);
  const seats = [facilitator, moderator, chen, anu, ben];
  await Promise.all([
    facilitator.openLink(),
    moderator.openLink(),
    ...[[chen, CHEN], [anu, ANU], [ben, BEN]].map(([s, who]) => s.openLink().then(() => s.join(who))),
  ]);
  apart.instances = 2;
  apart.browsers = seats.length;

  // --- a topic, rooms, a move, a mute: the same on both

  await Promise.all([facilitator.toCockpit(), moderator.toCockpit()]);
  await facilitator.button("rooms.area_rooms").click();
  await until("all rooms are open", async () => (await facilitator.page.locator(".room-card").count()) === 4);
  await facilitator.addTopic(TOPIC, "", 12);
  await facilitator.button("agenda.first").click();
  await Promise.all(seats.map((s) => s.sees(TOPIC, ".table-title")));
  const clocks = await Promise.all(seats.map((s) => s.countdown()));
  check(Math.max(...clocks) - Math.min(...clocks) <= 1, `the screens count down ${clocks} s`);
  await facilitator.page.getByRole("button", { name: facilitator.t("rooms.send"), exact: true }).click();
  await facilitator.dialogButton("rooms.send_do").click();
  await Promise.all([anu.inRoom("Human Resources"), ben.inRoom("Human Resources"), chen.inRoom("财务")]);
  await anu.type("Can those on the other machine read this?");
  await facilitator.moveByKeys(ANU.name, ANU.school, "Finance");
  await anu.inRoom("Finance");
  await chen.type("这边看得到。");
  await anu.sees("这边看得到。");
  await moderator.mute(BEN.name, BEN.school);
  await ben.page.locator(".composer-note").getByText(ben.pattern("mute.you")).waitFor();
  const cards = (seat) =>
    seat.page.locator(".room-card").evaluateAll((all) => all.map((c) => c.querySelectorAll(".chip").length).join());
  await until("both consoles show the same rooms", async () => (await cards(facilitator)) === (await cards(moderator)));

  // --- A is gone, with a line half written

  await chen.composer.tap();
  await chen.page.keyboard.insertText(DRAFT);
  const leaving = [facilitator, moderator, chen, anu];
  for (const s of leaving) {
    s.device.expect("offline");
    s.cable.cut();
  }
  await a.kill();
  await Promise.all(leaving.map((s) => s.page.locator(".strip").waitFor()));
  await picture(facilitator.page, "apart-reconnecting-desktop-en");
  await picture(moderator.page, "apart-reconnecting-desktop-zh");
  await picture(anu.page, "apart-reconnecting-phone-en");
  await picture(chen.page, "apart-reconnecting-phone-zh");
  await new Promise((go) => setTimeout(go, AWAY_MS));
  const begun = performance.now();
  for (const s of leaving) s.cable.mend();
  await Promise.all(leaving.map((s) => s.page.locator(".strip").waitFor({ state: "detached" })));
  apart.back_ms = Math.round(performance.now() - begun);
  for (const s of leaving) s.device.expect(null);
  await Promise.all([chen.inRoom("财务"), anu.inRoom("Finance")]);
  check((await chen.composer.inputValue()) === DRAFT, `the draft is ${await chen.composer.inputValue()}`);
  apart.drafts = 1;
  await chen.send(DRAFT);
  await anu.sees(DRAFT);
  check((await chen.count(DRAFT)) === 1 && (await anu.count(DRAFT)) === 1, "the draft came twice");
  const later = await Promise.all(seats.map((s) => s.countdown()));
  check(Math.max(...later) - Math.min(...later) <= 1, `the screens count down ${later} s`);
  await until("both consoles show the same rooms", async () => (await cards(facilitator)) === (await cards(moderator)));
  await picture(facilitator.page, "apart-after-desktop-en");
  await picture(chen.page, "apart-after-phone-zh");

  // --- A comes back: one state

  await a.start();
  const states = await until("both have one state", async () => {
    const all = await Promise.all(
      [a, b].map(async (s) => (await fetch(s.adminUrl(`/sessions/${session}/state`))).json()),
    );
    return all[0].seq === all[1].seq && all;
  });
  check(states[0].sha256 === states[1].sha256, `two states at ${states[0].seq}`);
  const reader = await actor(b, ticketIn(links.organizer)); // whoever reads the record of a room watches it
  for (const room of reader.view.rooms.list) if (room.id > 1) await reader.ask("rooms.watch", { room: room.id });
  const lines = linesOf(await exported(b, session, ticketIn(links.organizer)));
  reader.leave();
  for (const text of seats.flatMap((s) => s.typed)) {
    const n = lines.filter((l) => l.text === text).length;
    check(n === 1, `"${text}" is ${n} times in the record`);
  }

  for (const s of seats) await s.device.context.close(); // first: who is there would come again in vain
  for (const c of cables) c.close();
  for (const s of [a, b]) {
    const { code, signal } = await s.end();
    check(code === 0, `an instance ended with ${code ?? signal}: ${s.err()}`);
    s.remove();
  }
  await redis.kill();
  redis.remove();
}
