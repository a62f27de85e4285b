// Generates protocol/gen from protocol/*.json. Plain Node, no packages.
//
//   node protocol/generate.mjs                    write what has changed
//   node protocol/generate.mjs --check            write nothing; exit 1 and name what differs
//   node protocol/generate.mjs --in A --out B     other folders, for tests

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cHeader } from "./generate/c_header.mjs";
import { cTables } from "./generate/c_tables.mjs";
import { dispatchHeader } from "./generate/dispatch.mjs";
import { markdown } from "./generate/markdown.mjs";
import { readModel } from "./generate/model.mjs";
import { DescriptionError } from "./generate/read.mjs";
import { typescript } from "./generate/typescript.mjs";

const OUTPUTS = {
  "protocol.h": cHeader,
  "protocol.c": cTables,
  "dispatch.h": dispatchHeader,
  "protocol.ts": typescript,
  "PROTOCOL.md": markdown,
};

function present(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

function main() {
  const here = dirname(fileURLToPath(import.meta.url));
  const { values } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      in: { type: "string", default: here },
      out: { type: "string", default: join(here, "gen") },
    },
  });
  const model = readModel(values.in);
  const differing = [];

  mkdirSync(values.out, { recursive: true });
  for (const [name, make] of Object.entries(OUTPUTS)) {
    const file = join(values.out, name);
    const text = make(model);

    if (present(file) === text) continue;
    differing.push(relative(process.cwd(), file));
    if (!values.check) writeFileSync(file, text);
  }
  for (const name of values.check ? readdirSync(values.out) : [])
    if (!Object.hasOwn(OUTPUTS, name)) differing.push(relative(process.cwd(), join(values.out, name)));
  for (const file of differing)
    console.error(values.check ? `${file}: differs from the descriptions; run make gen` : `wrote ${file}`);
  return values.check && differing.length ? 1 : 0;
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof DescriptionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
