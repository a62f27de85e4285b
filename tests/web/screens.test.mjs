// Every screen and state of the client in Chromium: axe, both languages, both themes, 320 px, the policy.
// Real components with sample state (preview.mjs); what only a server can show is shown in tests/e2e.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { root } from "./bundle.mjs";
import { preview } from "./preview.mjs";

const need = createRequire(`${root}/tests/package.json`);
const { chromium } = need("playwright-core");
const axe = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS =
  "--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync";
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

const SCREENS = {
  home: "/",
  join: "/s/demo",
  "by invitation": "/s/later",
  plan: "/plan",
  lost: "/nowhere",
  ...Object.fromEntries(
    ["topic", "lobby", "last", "over", "free", "recall", "moved", "called", "muted", "offline", "catching", "crowd", "closed", "removed"].map(
      (state) => [`attendee, ${state}`, `/s/demo?as=attendee&state=${state}`],
    ),
  ),
  "phone, rooms": "/s/demo?as=attendee#rooms",
  "phone, people": "/s/demo?as=attendee#people",
  "phone, agenda": "/s/demo?as=attendee#agenda",
  observer: "/s/demo?as=observer",
  cockpit: "/s/demo?as=facilitator#cockpit",
  "cockpit, no rooms": "/s/demo?as=facilitator&state=empty#cockpit",
  "cockpit, recall": "/s/demo?as=organizer&state=recall#cockpit",
  "cockpit, rooms": "/s/demo?as=facilitator#cockpit-rooms",
  "cockpit, channel": "/s/demo?as=facilitator#cockpit-channel",
  "cockpit, moderator": "/s/demo?as=moderator#cockpit",
  "cockpit, offline": "/s/demo?as=facilitator&state=offline#cockpit",
};

let site;
let browser;

before(async () => {
  site = await preview();
  const root_ = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: [...FLAGS.split(" "), ...root_] });
});

after(async () => {
  await browser?.close();
  site?.close();
});

async function open(path, { width = 1280, height = 800, language = "en", theme = "light" } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language === "zh" ? "zh-CN" : "en-GB",
    colorScheme: theme,
    bypassCSP: false,
  });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (e) => wrong.push(String(e)));
  page.on("console", (m) => m.type() === "error" && !/409|404/.test(m.text()) && wrong.push(m.text()));
  page.on("request", (r) => r.url().startsWith(site.url) || r.url().startsWith("blob:") || wrong.push(r.url()));
  await page.goto(site.url + path);
  await page.locator("h1, .opening p").first().waitFor({ state: "attached" });
  await page.waitForTimeout(350); // animations end, nothing is half transparent
  return { page, wrong, close: () => context.close() };
}

/** axe by way of the debugger: the page's policy lets no inline script in, and shall not. */
async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }),
    TAGS,
  );
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")} ${n.any[0]?.message ?? n.all[0]?.message ?? ""}`));
}

const LOOKS = [
  { language: "en", theme: "light", width: 1280, height: 800 },
  { language: "zh", theme: "dark", width: 1280, height: 800 },
  { language: "zh", theme: "light", width: 360, height: 740 },
  { language: "en", theme: "dark", width: 360, height: 740 },
];

/** These are looked at in all four ways; their states in two, which between them have both of everything. */
const WHOLE = new Set(["home", "join", "plan", "attendee, topic", "attendee, closed", "cockpit"]);

for (const [name, path] of Object.entries(SCREENS))
  test(name, async () => {
    const looks = WHOLE.has(name) ? LOOKS : [LOOKS[0], { ...LOOKS[2], theme: "dark" }];
    for (const look of looks) {
      const { page, wrong, close } = await open(path, look);
      const where = `${look.language} ${look.theme} ${look.width}`;
      assert.deepEqual(await violations(page), [], where);
      assert.deepEqual(wrong, [], where);
      if (look.width < 640) {
        await page.setViewportSize({ width: 320, height: 640 });
        const widest = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(widest <= 320, `scrolls sideways at 320: ${widest}`);
      }
      await close();
    }
  });

const DIALOGS = {
  "send to rooms": ["/s/demo?as=facilitator#cockpit", "Shift+G"],
  recall: ["/s/demo?as=facilitator#cockpit", "Shift+R"],
  "add a topic": ["/s/demo?as=facilitator#cockpit", "Shift+A"],
  "open a room": ["/s/demo?as=attendee", "Shift+O"],
  keys: ["/s/demo?as=facilitator#cockpit", "Shift+?"],
  palette: ["/s/demo?as=facilitator#cockpit", "Control+k"],
};

for (const [name, [path, keys]] of Object.entries(DIALOGS))
  test(`dialog: ${name}, by key, closed by Escape`, async () => {
    for (const look of LOOKS.slice(0, 2)) {
      const { page, wrong, close } = await open(path, look);
      await page.keyboard.press(keys);
      await page.locator("dialog[open]").waitFor();
      await page.waitForTimeout(300);
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      assert.deepEqual(wrong, []);
      await close();
    }
  });

test("a person is muted, moved and removed from the menu of a chip, by keys alone", async () => {
  const { page, wrong, close } = await open("/s/demo?as=moderator#cockpit");
  const chip = page.locator(".chip", { hasText: "Jonas Weber" });
  const asked = () => page.evaluate(() => window.asked);
  for (const step of ["Move to", "Mute", "Remove"]) {
    await chip.focus();
    await page.keyboard.press(".");
    const item = page.getByRole("menuitem", { name: step });
    await item.waitFor();
    if (step === "Mute") assert.deepEqual(await violations(page), []);
    while (!(await item.evaluate((el) => el === document.activeElement))) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator("dialog[open]").waitFor();
    await page.waitForTimeout(250);
    assert.deepEqual(await violations(page), [], step);
    if (step === "Move to") {
      await page.keyboard.type("Human");
      await page.keyboard.press("Enter");
    } else {
      await page.getByRole("button", { name: step === "Mute" ? "Mute for 15 min" : "Remove Jonas Weber" }).focus();
      await page.keyboard.press("Enter");
    }
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  }
  const said = await asked();
  assert.deepEqual(
    said.map((x) => [x.command, x.who]),
    [
      ["rooms.move", 30],
      ["people.mute", 30],
      ["people.remove", 30],
    ],
  );
  assert.equal(said[0].to, 4);
  assert.equal(said[1].minutes, 15);
  assert.deepEqual(wrong, []);
  await close();
});

test("chips are moved by drag", async () => {
  const { page, close } = await open("/s/demo?as=facilitator#cockpit");
  await page.locator(".chip", { hasText: "Wang Hao" }).dragTo(page.locator(".room-card").first());
  assert.deepEqual(
    await page.evaluate(() => window.asked),
    [{ command: "rooms.move", who: 31, to: 4 }],
  );
  await close();
});

test("recall by key: pressed, then pressed again; by pointer: held", async () => {
  const { page, close } = await open("/s/demo?as=facilitator#cockpit");
  const asked = () => page.evaluate(() => window.asked.length);
  await page.keyboard.press("Shift+R");
  const button = page.locator(".button-hold");
  await button.focus();
  await page.keyboard.press("Enter");
  assert.equal(await asked(), 0);
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  assert.equal(await asked(), 1);
  await page.keyboard.press("Shift+R");
  await button.hover();
  await page.mouse.down();
  await page.waitForTimeout(300);
  await page.mouse.up();
  assert.equal(await asked(), 1);
  await page.mouse.down();
  await page.waitForTimeout(1500);
  await page.mouse.up();
  assert.equal(await asked(), 2);
  await close();
});

test("Enter sends, but never what an input method is composing", async () => {
  const { page, close } = await open("/s/demo?as=attendee");
  const asked = () => page.evaluate(() => window.asked.map((x) => x.text));
  const area = page.locator(".composer-text");
  await area.focus();
  const debug = await page.context().newCDPSession(page);
  await debug.send("Input.imeSetComposition", { text: "你好", selectionStart: 2, selectionEnd: 2 });
  await debug.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 });
  assert.deepEqual(await asked(), []);
  await debug.send("Input.insertText", { text: "你好" });
  assert.deepEqual(await asked(), []);
  await page.waitForTimeout(60);
  await page.keyboard.press("Enter");
  assert.deepEqual(await asked(), ["你好"]);
  assert.equal(await area.inputValue(), "");
  await close();
});

test("a draft survives a reload; a line too long is said, not cut", async () => {
  const { page, close } = await open("/s/demo?as=attendee");
  await page.locator(".composer-text").fill("half a sentence");
  await page.reload();
  await page.locator(".composer-text").waitFor();
  assert.equal(await page.locator(".composer-text").inputValue(), "half a sentence");
  await page.locator(".composer-text").fill("x".repeat(2010));
  await page.keyboard.press("Enter");
  assert.match(await page.locator(".composer").innerText(), /too long by 10/);
  assert.deepEqual(await page.evaluate(() => window.asked), []);
  await close();
});

test("earlier lines are fetched above, and the place on the page is kept", async () => {
  const { page, close } = await open("/s/demo?as=attendee&state=long");
  const talk = page.locator(".talk");
  const first = page.getByText("This is line 1000.");
  await talk.evaluate((el) => el.scrollTo(0, 0));
  const before = (await first.boundingBox()).y;
  await page.getByRole("button", { name: "Show earlier lines" }).click();
  await page.getByText("This is line 950.").waitFor({ state: "attached" });
  await page.waitForTimeout(100);
  assert.ok(Math.abs((await first.boundingBox()).y - before) < 60);
  assert.equal(await page.locator(".said").count(), 150);
  assert.equal(await page.getByRole("button", { name: "Show earlier lines" }).count(), 0);
  await close();
});

test("lines are one tab stop; keys answer, react and edit", async () => {
  const { page, close } = await open("/s/demo?as=attendee");
  const last = () => page.evaluate(() => window.asked.at(-1));
  assert.equal(await page.locator(".said[tabindex='0']").count(), 1);
  await page.locator(".talk").focus();
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.keyboard.press("s");
  assert.equal((await last()).command, "chat.react");
  await page.keyboard.press("r");
  await page.locator(".composer-mode").waitFor();
  await page.keyboard.type("Ours too");
  await page.keyboard.press("Enter");
  const said = await last();
  assert.equal(said.command, "chat.say");
  assert.equal(said.text, "Ours too");
  assert.ok(said.reply > 0);
  await page.keyboard.press("ArrowUp");
  await page.getByText("Changing your line").waitFor();
  assert.equal(await page.locator(".composer-text").inputValue(), "And who owns it when the head changes?");
  await page.keyboard.press("End");
  await page.keyboard.type(" Really?");
  await page.keyboard.press("Enter");
  assert.equal((await last()).text, "And who owns it when the head changes? Really?");
  await close();
});

test("a link's ticket leaves the address bar before anything else", async () => {
  const { page, close } = await open("/s/demo#ticket=x.eyJraW5kIjoiaW52aXRlIiwicm9sZSI6Im9ic2VydmVyIn0.y");
  assert.equal(await page.evaluate(() => location.href.includes("ticket")), false);
  assert.match(await page.locator("main").innerText(), /Observer/);
  await close();
});

test("the join form keeps what was typed, names what is missing and leads to it", async () => {
  const { page, close } = await open("/s/demo");
  await page.locator("input[name=school]").fill("Lakeside");
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("alert").filter({ hasText: "missing" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "name");
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByText("您所在的领域").waitFor();
  assert.equal(await page.locator("input[name=school]").inputValue(), "Lakeside");
  await close();
});
