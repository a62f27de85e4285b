// Join codes: planned, shown, read from a picture, typed, mistyped. In both languages, by axe and at 320 px.

import assert from "node:assert";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { makeServer, plan, tempDir } from "../lib-js/server.mjs";
import { look, narrow, source } from "./axe.mjs";
import { DESKTOP, device, PHONE, picture, until } from "./browser.mjs";
import { AREAS } from "./roster.mjs";
import { wordsOf } from "./words.mjs";

const web = createRequire(fileURLToPath(new URL("../../clients/web/package.json", import.meta.url)));

export async function codes(browser, say) {
  const server = makeServer({
    dir: tempDir("e2e-codes"),
    options: ["--store.url=memory:", "--limits.joins_per_second=1000"],
  });
  await server.start();
  for (const language of ["en", "zh"]) await all(browser, server, language, say);
  await server.end();
  server.remove();
}

async function all(browser, server, language, say) {
  const t = wordsOf(language);
  const { encode } = await import(web.resolve("uqr"));
  const on = (options) => device(browser, server, { ...options, language, init: source });
  const see = async (page, name) => {
    await look(page, `${language} ${name}`, say);
    await narrow(page, `${language} ${name}`, say);
    await picture(page, `${language}-${name.replaceAll(/\W+/g, "-")}`);
  };
  const made = await plan(server, { title: "Invited only", open: false, areas: AREAS });
  const letters = (page) => page.locator(".code-letters .sr").textContent().then((x) => x.replaceAll(" ", ""));

  /** The picture says where to go, module for module. */
  async function reads(page, code) {
    const { data } = encode(`${new URL(server.url()).origin}/#code=${code}`, { ecc: "M", border: 4 });
    const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
    assert.strictEqual(await page.locator(".code-qr path").getAttribute("d"), path);
  }

  async function planned() {
    const { page, context } = await on(DESKTOP);
    await page.goto(server.url("/plan"));
    await page.getByLabel(t("plan.key"), { exact: true }).fill(server.installKey());
    await page.getByLabel(t("plan.name"), { exact: true }).fill("Planned here");
    await page.getByRole("button", { name: t("plan.go"), exact: true }).click();
    await page.locator(".code-qr path").waitFor();
    await reads(page, await letters(page));
    await see(page, "code, planned");
    await page.emulateMedia({ media: "print" });
    assert.ok(!(await page.locator(".plan-links").first().evaluate((x) => getComputedStyle(x).visibility === "visible")));
    await picture(page, `${language}-code-on-paper`);
    await context.close();
  }

  async function shown(options, name) {
    const { page, context } = await on(options);
    await page.goto(made.links.facilitator);
    await page.locator(".head").waitFor();
    if (!(await page.locator(".cockpit").count())) await page.evaluate(() => (location.hash = "#cockpit"));
    await page.locator(".cockpit .head-me").click();
    await page.getByRole("menuitem", { name: t("code.show") }).click();
    await page.locator(".code-qr path").waitFor();
    assert.strictEqual(await letters(page), made.code);
    await reads(page, made.code);
    await see(page, `code, ${name}`);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await picture(page, `${language}-code-${name}-dark`);
    await page.keyboard.press("Escape");
    await context.close();
  }

  async function typed(options, name) {
    const d = await on(options);
    const { page } = d;
    await page.goto(server.url("/"));
    const field = page.getByLabel(t("code.enter"), { exact: true });
    await see(page, `home, code, ${name}`);
    d.expect("refused");
    await field.fill("222222");
    await page.keyboard.press("Enter");
    await page.getByText(t("code.wrong")).first().waitFor();
    await see(page, `home, wrong code, ${name}`);
    d.expect(null);
    // As an input method for full-width letters gives it.
    const wide = [...made.code].map((c) => String.fromCodePoint(c.codePointAt(0) + 0xfee0)).join("");
    await field.fill(name === "phone" ? wide : `${made.code.slice(0, 3).toLowerCase()} ${made.code.slice(3)}`);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: t("join.go"), exact: true }).waitFor();
    assert.ok(page.url().endsWith(`/s/${made.session}`));
    await d.context.close();
  }

  async function read() {
    const { page, context } = await on(PHONE);
    await page.goto(server.url(`/#code=${made.code}`));
    await page.getByRole("button", { name: t("join.go"), exact: true }).waitFor();
    await until("the code is not in the address any more", () => !page.url().includes("#"));
    assert.ok(await page.evaluate(() => !JSON.stringify(history.state ?? "").includes("code")));
    await context.close();
  }

  await planned();
  await shown(DESKTOP, "cockpit");
  await shown(PHONE, "phone");
  await typed(DESKTOP, "desktop");
  await typed(PHONE, "phone");
  await read();
}
