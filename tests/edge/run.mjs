// The edge: what strangers may send to a server that is open to the world.   JOBALIKE_BIN=build/asan

import { counts, check } from "./cases.mjs";
import assert from "node:assert";
import { codes } from "./codes.mjs";
import { forgeries } from "./forgeries.mjs";
import { forms, planned } from "./forms.mjs";
import { frames } from "./frames.mjs";
import { handshakes } from "./handshake.mjs";
import { http } from "./http.mjs";
import { limits } from "./limits.mjs";
import { messages } from "./messages.mjs";
import { metrics } from "./metrics.mjs";
import { startServer } from "./server.mjs";
import { start } from "./start.mjs";

const patience = limits(); // mostly waits, and has servers of its own
const server = await startServer([
  "--limits.joins_per_second=100000",
  "--limits.connections_per_address=2000",
  "--http.allowed_origins=https://intranet.example",
]);
const open = await planned(server);
const other = await planned(server);

await handshakes(server);
await frames(server);
await http(server, open.session);
await messages(server, open.session);
await forgeries(server, open.session, other.session);
await forms(server, other);
await metrics(server);
await check("the server ends in order, and nothing was wrong with its memory", async () => {
  assert.strictEqual(await server.end(), null);
});
await codes();
await start();
await patience;

console.log(`suite=edge cases=${counts.cases} refused=${counts.refused} failed=${counts.failed}`);
process.exit(counts.failed ? 1 : 0); // whatever a failed case left open
