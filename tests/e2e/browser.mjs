// Chromium, people in it, and a guard over every page: requests to other hosts, errors on the console
// and reports of the page's policy are counted wherever they happen.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { isWatched } from "../lib-js/server.mjs";

export const WAIT_MS = 40_000; // on a machine that does much else
export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const PHONE = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

/** What the browser says by itself while we take its network away, or while a form is refused. */
const EXPECTED = {
  offline: /WebSocket connection to .* failed|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_EMPTY/,
  refused: /Failed to load resource: .*status of 4\d\d/,
};

export const guard = { foreign: [], errors: [], expected: 0 };

export async function launch() {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    chromiumSandbox: process.getuid() !== 0,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--font-render-hinting=none",
    ],
  });
}

/** A device of its own. expect(kind): from now on the browser may complain of that, until expect(null). */
export async function device(browser, server, { language = "en", init, ...options } = {}) {
  const context = await browser.newContext({
    locale: language === "zh" ? "zh-CN" : "en-US",
    timezoneId: "Asia/Shanghai",
    colorScheme: "light",
    reducedMotion: "reduce",
    acceptDownloads: true,
    ...options,
  });
  context.setDefaultTimeout(WAIT_MS);
  if (init) await context.addInitScript({ content: init });
  // The policy of the page tells; so does this, in case the report itself is lost.
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (e) =>
      console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`),
    );
  });
  const always = isWatched ? EXPECTED.offline : null; // such a server is slow to end and to begin
  let allowed = always;
  const hosts = new Set([new URL(server.url()).host]);
  context.on("request", (r) => {
    const url = new URL(r.url());
    if (!["data:", "blob:"].includes(url.protocol) && !hosts.has(url.host))
      guard.foreign.push(r.url());
  });
  const complain = (words) => {
    if (allowed?.test(words)) guard.expected++;
    else guard.errors.push(words);
  };
  const page = await context.newPage();
  page.on("console", (m) => m.type() === "error" && complain(m.text()));
  page.on("pageerror", (e) => complain(String(e.stack ?? e)));
  page.on("websocket", (ws) => {
    if (!hosts.has(new URL(ws.url()).host)) guard.foreign.push(ws.url());
  });
  return {
    context,
    page,
    hosts,
    expect: (kind) => {
      allowed = kind ? EXPECTED[kind] : always;
    },
  };
}

/** A picture into build/e2e. */
export async function picture(page, name) {
  mkdirSync("build/e2e", { recursive: true });
  await page.screenshot({ path: `build/e2e/${name}.png` });
}

/** Waits for something to hold; says what did not. */
export async function until(what, holds, ms = WAIT_MS) {
  const end = performance.now() + ms;
  let last;
  for (;;) {
    try {
      last = await holds();
      if (last) return last;
    } catch (e) {
      last = e;
    }
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what} (${last})`);
    await new Promise((go) => setTimeout(go, 25));
  }
}
