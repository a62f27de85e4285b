// The lines of OWASP ASVS that apply, in asvs.tsv: each that is held names a test that is there.

import assert from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { check } from "./cases.mjs";

/** Why a line may have no test, and how many have none. */
const WITHOUT = { installation: 0, inapplicable: 0, "-": 0 };

export async function asvs() {
  const rows = readFileSync(new URL("asvs.tsv", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => line.split("\t"));
  const seen = new Set();
  let held = 0;
  for (const row of rows) {
    const [line, what, file, words] = row;
    await check(`asvs ${line}: ${what}`, () => {
      assert.strictEqual(row.length, 4, "a row has four columns");
      assert.ok(/^\d+\.\d+\.\d+$/.test(line) && !seen.has(line), "once, by its number");
      seen.add(line);
      if (file in WITHOUT) {
        assert.ok(words.length > 10, "the reason is missing");
        WITHOUT[file]++;
        return;
      }
      assert.match(file, /^tests\/[a-z0-9]+\/[\w.]+$/);
      assert.ok(existsSync(file), `${file} is not there`);
      assert.ok(readFileSync(file, "utf8").includes(words), `${file} has no "${words}"`);
      held++;
    });
  }
  const { installation, inapplicable, "-": open } = WITHOUT;
  console.log(`asvs lines=${rows.length} held=${held} installation=${installation} inapplicable=${inapplicable} open=${open}`);
}
