// All tests of this folder, and what the law has counted, in one line.

import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const out = join(root, "build/test/web");
const law = join(out, "law.json");

mkdirSync(out, { recursive: true });
rmSync(law, { force: true });
const files = readdirSync(here).filter((name) => name.endsWith(".test.mjs"));
const tap = join(out, "web.tap"); // grows while it runs
const log = openSync(tap, "w");
const { status } = spawnSync(
  process.execPath,
  ["--test", "--test-reporter=tap", ...files.map((name) => relative(root, join(here, name)))],
  { cwd: root, stdio: ["ignore", log, log] },
);
closeSync(log);
const said = readFileSync(tap, "utf8");

const count = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(said)?.[1] ?? 0);
const counted = () => {
  try {
    return JSON.parse(readFileSync(law, "utf8"));
  } catch {
    return { events: 0, types: 0, of: 0 };
  }
};
const { events, types, of } = counted();
const tests = count("tests");
const failed = count("fail") + count("cancelled") || (status === 0 ? 0 : 1);
const whole = failed === 0 && tests > 0 && events > 0 && types === of;
if (!whole) process.stdout.write(said);
for (const [line] of said.matchAll(/^# (?:schedules=|law ).*$/gm)) console.log(line.slice(2));
console.log(`suite=web tests=${tests} law_events=${events} types=${types}/${of} failed=${failed}`);
process.exit(whole ? 0 : 1);
