// One person at a browser: what hands can do, and eyes can see.

import { get } from "node:http";
import { until } from "./browser.mjs";
import { patternOf, wordsOf } from "./words.mjs";

const HOLD_MS = 1500;

export class Seat {
  constructor(name, device, link, language) {
    Object.assign(this, { name, device, link, language, page: device.page, typed: [] });
    this.t = wordsOf(language);
    this.isPhone = this.page.viewportSize().width < 640;
    this.composer = this.page.locator("form.composer textarea").first();
  }

  pattern(key) {
    return patternOf(this.language, key);
  }
  button(key, values) {
    return this.page.getByRole("button", { name: this.t(key, values) }).first();
  }
  dialogButton(key) {
    return this.page.getByRole("dialog").getByRole("button", { name: this.pattern(key) });
  }
  press(locator) {
    return this.isPhone ? locator.tap() : locator.click();
  }

  openLink() {
    return this.page.goto(this.link);
  }

  /** Fills in the form of the join page. */
  async join({ name, school, job, area }) {
    const { page, t } = this;
    for (const [key, words] of [["name", name], ["school", school], ["job", job]]) {
      await page.getByLabel(t(`join.${key}`), { exact: true }).tap();
      await page.keyboard.insertText(words);
    }
    await page.locator(`.area-tile:has(input[value="${area}"])`).tap();
    await page.getByText(t("join.notice")).tap();
    await page.getByRole("button", { name: t("join.go"), exact: true }).tap();
    await this.composer.waitFor();
  }

  async typeOnly(text) {
    await this.press(this.composer);
    await this.page.keyboard.type(text);
    await this.send(text);
  }

  /** Types a line, sends it, and waits until it is said. */
  async type(text) {
    await this.typeOnly(text);
    await this.sees(text);
  }

  async send(text) {
    if (this.isPhone) await this.page.getByRole("button", { name: this.t("chat.send"), exact: true }).first().tap();
    else await this.page.keyboard.press("Enter");
    this.typed.push(text);
  }

  /** A line by its own words: somebody who answers quotes them. */
  line(text, kind = "article[data-line]") {
    return this.page.locator(kind, { has: this.page.locator(".said-text", { hasText: text }) });
  }
  sees(text, where) {
    return (where ? this.page.locator(where, { hasText: text }) : this.line(text)).first().waitFor();
  }
  async shows(text) {
    return (await this.line(text).count()) > 0;
  }
  count(text) {
    return this.line(text, "article.said").count();
  }

  inRoom(name, timeout) {
    const where = this.isPhone ? ".head-phone .head-title b" : ".room-head h1";
    return this.page.locator(where, { hasText: name }).waitFor({ timeout });
  }

  async toCockpit() {
    if (await this.page.locator(".cockpit").count()) return;
    await this.page.locator(".view-switch").getByText(this.t("cockpit.title")).click();
    await this.page.locator(".cockpit").waitFor();
  }
  async toRoom() {
    await this.page.locator(".view-switch").getByText(this.t("cockpit.room")).click();
    await this.composer.waitFor();
  }
  async enterRoom(name) {
    await this.page.locator(".room-row", { hasText: name }).click();
  }

  async phase(name) {
    const words = this.t(`phase.${name}`);
    await this.page.locator(".phases .phase", { hasText: words }).click();
    await this.page.locator('.phases .phase[aria-current="step"]', { hasText: words }).waitFor();
  }

  async addTopic(title, prompt, minutes) {
    await this.page.getByRole("button", { name: this.t("agenda.add"), exact: true }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByLabel(this.t("agenda.topic"), { exact: true }).click();
    await this.page.keyboard.type(title);
    if (prompt) {
      await dialog.getByLabel(this.t("agenda.prompt"), { exact: true }).click();
      await this.page.keyboard.type(prompt);
    }
    await dialog.getByLabel(this.t("agenda.minutes"), { exact: true }).click({ clickCount: 3 });
    await this.page.keyboard.type(String(minutes));
    await dialog.getByRole("button", { name: this.t("go.add"), exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await this.page.locator(".spine-stop", { hasText: title }).waitFor();
  }

  /** Notes when these words come to the table; call what is returned to learn it. */
  whenShown(text) {
    const seen = this.page.evaluate(
      (words) =>
        new Promise((go) => {
          const look = () => [...document.querySelectorAll(".table-title")].some((x) => x.textContent.includes(words));
          const watch = new MutationObserver(() => {
            if (!look()) return;
            watch.disconnect();
            go(Date.now());
          });
          watch.observe(document.body, { childList: true, subtree: true, characterData: true });
        }),
      text,
    );
    return () => seen;
  }

  /** Seconds on the table's clock. */
  async countdown() {
    const words = await this.page.locator(".table [role=timer]").first().textContent();
    const [, minutes, seconds] = /(\d+):(\d\d)/.exec(words);
    return Number(minutes) * 60 + Number(seconds);
  }

  /** The chip of a person, brought to the light where a card holds more than it shows. */
  async chip(name, school) {
    const chip = this.page.locator(`.chip[title="${name} · ${school}"]`).first();
    if (!(await chip.count()))
      for (const more of await this.page.locator('.chip-more[aria-expanded="false"]').all()) await more.click();
    await chip.scrollIntoViewIfNeeded();
    return chip;
  }

  /** Opens the menu of a person and takes what it offers. */
  async choose(name, school, item) {
    const chip = await this.chip(name, school);
    await chip.click({ button: "right" });
    await this.page.getByRole("menuitem", { name: item }).first().click();
  }

  async mute(name, school) {
    await this.choose(name, school, this.t("mute.do"));
    await this.page.getByRole("radio", { name: this.t("mute.min", { n: 5 }), exact: true }).click();
    await this.page.getByRole("dialog").getByRole("button", { name: this.t("mod.mute_for", { n: 5 }) }).click();
    await this.page.getByRole("dialog").waitFor({ state: "detached" });
  }
  async unmute(name, school) {
    await until("they can be unmuted", async () => {
      await this.choose(name, school, this.t("mute.undo"));
      return true;
    });
  }

  async drag(name, school, room) {
    const chip = await this.chip(name, school);
    const card = this.page.locator(".room-card", { has: this.page.getByRole("heading", { name: room, exact: true }) });
    await chip.dragTo(card.locator(".card-lines"));
  }

  /** By keyboard: M on the person, some letters of the room, Enter. */
  async moveByKeys(name, school, room) {
    await (await this.chip(name, school)).focus();
    await this.page.keyboard.press("m");
    await this.page.getByRole("combobox").waitFor();
    await this.page.keyboard.type(room);
    await this.page.keyboard.press("Enter");
  }

  async announce(text, other) {
    await this.page.getByRole("button", { name: this.t("notice.other"), exact: true }).click();
    await this.page.getByLabel(this.t("notice.text"), { exact: true }).click();
    await this.page.keyboard.type(text);
    await this.page.getByLabel(this.t("notice.other_label"), { exact: true }).click();
    await this.page.keyboard.insertText(other);
    await this.page.keyboard.press("Control+Enter");
  }

  async callOn(name, school) {
    const chip = await this.chip(name, school);
    await this.page.locator(`.chip.is-hand[title="${name} · ${school}"]`).waitFor();
    await chip.click({ button: "right" });
    await this.page.getByRole("menuitem", { name: this.t("hands.call", { name }) }).click();
  }

  async recall(seconds) {
    await this.page.getByRole("button", { name: this.t("recall.do"), exact: true }).click();
    await this.page.getByRole("radio", { name: this.t("recall.sec", { n: seconds }), exact: true }).click();
    await holdDown(this.page, this.page.getByRole("dialog").locator(".button-hold"));
  }

  async closeSession() {
    await this.page.getByRole("button", { name: this.t("cockpit.close_session"), exact: true }).click();
    await holdDown(this.page, this.page.getByRole("dialog").locator(".button-hold"));
  }

  async download(key) {
    const button = this.page.getByRole("button", { name: this.t(key), exact: true });
    await button.scrollIntoViewIfNeeded();
    const [file] = await Promise.all([this.page.waitForEvent("download"), this.press(button)]);
    return file.path();
  }

  /** Notes which scripts and styles a first load takes; call what is returned for their KB, gzipped. */
  countBytes() {
    const urls = new Set();
    const note = (r) => /\.(js|css)$/.test(new URL(r.url()).pathname) && urls.add(r.url());
    this.page.on("request", note);
    return async () => {
      this.page.off("request", note);
      const sums = { js: 0, css: 0 };
      for (const url of urls) sums[/js$/.test(url) ? "js" : "css"] += await gzipped(url);
      const kb = (n) => Math.round(n / 102.4) / 10;
      return { js_kb: kb(sums.js), css_kb: kb(sums.css) };
    };
  }
}

/** Bytes of the body as sent to somebody who takes gzip. */
function gzipped(url) {
  return new Promise((done, fail) => {
    get(url, { headers: { "Accept-Encoding": "gzip" } }, (answer) => {
      let n = 0;
      if (answer.headers["content-encoding"] !== "gzip") fail(new Error(`${url} is not gzipped`));
      answer.on("data", (d) => {
        n += d.length;
      });
      answer.on("end", () => done(n));
    }).on("error", fail);
  });
}

/** Presses and holds, as such a button asks. */
export async function holdDown(page, button) {
  await button.hover();
  await page.mouse.down();
  await page.getByRole("dialog").waitFor({ state: "detached", timeout: HOLD_MS * 10 });
  await page.mouse.up();
}

/**
 * Writes through an input method: a composition that changes, an Enter that belongs to it, and the words
 * that are chosen. during() looks at what that Enter did.
 */
export async function compose(seat, text, during = async () => {}) {
  await seat.press(seat.composer);
  const cdp = await seat.device.context.newCDPSession(seat.page);
  for (const part of ["d", "da", "da'jia"])
    await cdp.send("Input.imeSetComposition", { text: part, selectionStart: part.length, selectionEnd: part.length });
  const enter = { key: "Process", code: "Enter", windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 };
  await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...enter });
  await cdp.send("Input.dispatchKeyEvent", { type: "keyUp", ...enter });
  await during();
  await cdp.send("Input.insertText", { text });
  await cdp.detach();
  await until("the words are in the composer", async () => (await seat.composer.inputValue()) === text);
  // An Enter that comes at once still belongs to the input method: hands are slower than this.
  await new Promise((go) => setTimeout(go, 100));
}
