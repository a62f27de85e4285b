// The process: what it may do, what it keeps to itself, and what becomes of it when there is no room.
// Not under sanitizers: what the kernel refuses them, the binary that people run, and what is about seconds.
// JOBALIKE_BIN=build/debug

import { counts } from "../edge/cases.mjs";
import { isWatched } from "../lib-js/server.mjs";
import { broughtBackFiles } from "./broughtback.mjs";
import { confined } from "./confined.mjs";
import { ends } from "./ends.mjs";
import { full } from "./full.mjs";
import { halfOpen } from "./halfopen.mjs";
import { hardened } from "./hardened.mjs";
import { reloads } from "./reload.mjs";
import { secrets } from "./secrets.mjs";

const half = isWatched ? null : halfOpen();
if (!isWatched) await confined();
await full();
await secrets();
await reloads();
await ends();
await broughtBackFiles();
if (!isWatched) await hardened();
await half;

console.log(`suite=process cases=${counts.cases} refused=${counts.refused} failed=${counts.failed}`);
process.exit(counts.failed ? 1 : 0);
