// The process: what it may do, what it keeps to itself, and what becomes of it when there is no room.
// JOBALIKE_BIN=build/debug

import { counts } from "../edge/cases.mjs";
import { confined } from "./confined.mjs";
import { ends } from "./ends.mjs";
import { full } from "./full.mjs";
import { hardened } from "./hardened.mjs";
import { secrets } from "./secrets.mjs";

await confined();
await full();
await secrets();
await ends();
await hardened();

console.log(`suite=process cases=${counts.cases} refused=${counts.refused} failed=${counts.failed}`);
process.exit(counts.failed ? 1 : 0);
