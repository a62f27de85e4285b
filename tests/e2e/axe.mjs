// axe-core on what a page shows now, light and dark.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { picture } from "./browser.mjs";

export const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Findings that are none, each with its reason. They are counted. */
const EXCEPTIONS = [];

export const found = { screens: 0, violations: 0, exceptions: 0, narrow: 0 };

const isException = (rule, target) =>
  EXCEPTIONS.some((x) => x.rule === rule && x.target.test(target));

async function run(page, options) {
  return page.evaluate(async (o) => {
    const { violations } = await globalThis.axe.run(document, o);
    return violations.map((v) => ({
      id: v.id,
      help: v.help,
      nodes: v.nodes.map((n) => ({ target: n.target.join(" "), summary: n.failureSummary })),
    }));
  }, options);
}

/** Colours are what a theme changes: in the dark only they are looked at. */
export async function look(page, name, say) {
  const seen = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const light = colorScheme === "light";
    const violations = await run(page, {
      resultTypes: ["violations"],
      runOnly: light
        ? { type: "tag", values: TAGS }
        : { type: "rule", values: ["color-contrast", "link-in-text-block"] },
    });
    found.screens++;
    for (const v of violations)
      for (const n of v.nodes)
        if (isException(v.id, n.target)) found.exceptions++;
        else {
          found.violations++;
          if (seen.includes(v.id + n.target)) continue;
          seen.push(v.id + n.target);
          say(`axe ${name} ${colorScheme}: ${v.id} at ${n.target}: ${n.summary.replaceAll(/\s+/g, " ")}`);
        }
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

/** Nothing is to be scrolled sideways at 320 px. */
export async function narrow(page, name, say) {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))));
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return null;
    const out = [...document.querySelectorAll("body *")].find(
      (el) => el.getBoundingClientRect().right > width + 1 && !el.closest(".sr, [aria-hidden=true]"),
    );
    return `${document.documentElement.scrollWidth} px: ${out?.outerHTML.slice(0, 120)}`;
  });
  found.narrow++;
  if (wide) {
    await picture(page, `wide-${name.replaceAll(/\W+/g, "-")}`);
    say(`320 px ${name}: ${wide}`);
  }
  await page.setViewportSize(size);
}
