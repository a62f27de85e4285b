// make load: what a delivery, a line and a connection cost, as ratios to a bare send() loop, to the disk or to
// itself in the same run; one page, appended to build/load.jsonl, and as a table in build/load.md. CASE=fan,rooms
// takes some of tests/load/cases.
// With SMOKE=1 small, for correctness only: nothing missing, doubled or out of order; it says nothing of speed.

import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { faults, longestHold, RUNS, SECONDS, smoke } from "./bench.mjs";

const wanted = process.env.PEER ? ["peers"] : process.env.CASE?.split(",");
const names = readdirSync(new URL("./cases/", import.meta.url))
  .map((file) => file.replace(/\.mjs$/, ""))
  .filter((name) => !wanted || wanted.includes(name))
  .sort();

const pad = (text, n) => text + " ".repeat(Math.max(0, n - text.length));

function print(title, rows) {
  console.log(`\n${title}`);
  for (const { what, reach, got, met, more } of rows) {
    console.log(`  ${met ? " " : "!"} ${pad(what, 42)} ${pad(reach, 16)} ${pad(got, 16)}`);
    if (more) console.log(`      ${more}`);
  }
}

const table = (cases) =>
  ["| | to reach | reached |\n| --- | --- | --- |",
    ...cases.flatMap(({ title, rows }) => [
      `| **${title}** | | |`,
      ...rows.map(({ what, reach, got, met }) => `| ${what} | ${reach} | ${got}${met ? "" : " (not reached)"} |`),
    ])].join("\n");

const all = [];
if (!smoke) console.log(`${cpus()[0].model}, ${cpus().length} cores; medians of ${RUNS} runs of ${SECONDS} s; ! is not reached`);
for (const name of names) {
  const { title, rows } = await import(`./cases/${name}.mjs`);
  const list = await rows();
  if (!list.length) continue;
  list.push(...longestHold());
  if (!smoke) print(title, list);
  all.push({ case: name, title, rows: list });
}
if (!smoke) {
  mkdirSync("build", { recursive: true });
  appendFileSync("build/load.jsonl", `${JSON.stringify({ at: new Date().toISOString(), runs: RUNS, cases: all })}\n`);
  writeFileSync("build/load.md", `${table(all)}\n`);
}
const { runs, ...bad } = faults;
const wrong = Object.values(bad).reduce((a, b) => a + b, 0);
const counts = Object.entries(bad).map(([what, n]) => `${what}=${n}`).join(" ");
const failed = wrong > 0 || runs === 0 ? 1 : 0;
console.log(`suite=load cases=${names.length} runs=${runs} ${counts} failed=${failed}`);
process.exit(failed);
