// The edge: what strangers may send to a server that is open to the world. Bad bytes go to one that was
// built with sanitizers, what is timed to one as it is released.   JOBALIKE_BIN=build/debug
//   SEED=7 make edge    other bytes by chance
//   LONG=1 make edge    the large counts

import assert from "node:assert";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asvs } from "./asvs.mjs";
import { check, counts } from "./cases.mjs";
import { codes } from "./codes.mjs";
import { forgedRequests, otherSites, uploads, waysOut } from "./cross.mjs";
import { evasions } from "./evasions.mjs";
import { documents } from "./documents.mjs";
import { dropped } from "./dropped.mjs";
import { erased } from "./erased.mjs";
import { exports } from "./exports.mjs";
import { deafReaders, joinFloods, lineFloods, pingFloods, slowHandshakes, smallFloods } from "./floods.mjs";
import { FIRST, floods, people as behaving } from "./others.mjs";
import { forged } from "./forged.mjs";
import { forgeries } from "./forgeries.mjs";
import { forms, planned } from "./forms.mjs";
import { frames } from "./frames.mjs";
import { framing, lies, masks, offers, oversize, strange, unfinished } from "./framing.mjs";
import { commands, dice, wrongFields } from "./grammar.mjs";
import { handshakes } from "./handshake.mjs";
import { http } from "./http.mjs";
import { hidden } from "./hidden.mjs";
import { guesses, replays } from "./identity.mjs";
import { limits } from "./limits.mjs";
import { logged } from "./logged.mjs";
import { messages } from "./messages.mjs";
import { mine } from "./mine.mjs";
import { metrics } from "./metrics.mjs";
import { pipelined } from "./pipelined.mjs";
import { requests } from "./requests.mjs";
import { roles } from "./roles.mjs";
import { row, sized } from "./rows.mjs";
import { startServer } from "./server.mjs";
import { start } from "./start.mjs";
import { ticket } from "./tickets.mjs";
import { unread } from "./unread.mjs";
import { utf8 } from "./utf8.mjs";
import { waiting } from "./waiting.mjs";
import { logs, names, redis, sql, sqlSource } from "./words.mjs";

const seed = Number(process.env.SEED ?? 1);
/** All strangers of a test come from one address. */
const CROWDED = ["--limits.connections_per_address=100000", "--limits.connects_per_second=1000000", "--limits.http_percent=100"];
/** And do as much as they can. */
const WIDE = [...CROWDED, "--limits.rate_percent=0", "--limits.joins_per_second=100000", "--limits.half_open_per_address=100000"];

/** Starts a server with a session that is open. */
async function opened(mode, ...options) {
  const server = await startServer(options, {}, mode === "release" ? FIRST : [], mode);
  server.session = (await planned(server)).session;
  return server;
}

async function ends(server) {
  await check("the server ends in order, and nothing was wrong with its memory", async () => {
    assert.strictEqual(await server.end(), null);
  });
}

/** WS-2 is in C: a script cannot make as many connections. */
async function streams(server) {
  const tickets = join(server.dir, "tickets.txt");
  const some = [...Array(48)].map((_, i) => ticket(server.ticketKey(), server.session, { sub: `w${i}`, name: `W${i}` }));
  writeFileSync(tickets, some.join("\n"));
  const n = sized(20_000, 2_000_000);
  const bin = join(process.env.JOBALIKE_BIN ?? "build/debug", "tests/edge");
  let said = "";
  const status = await new Promise((done) => {
    const child = spawn(bin, ["streams", server.port, n, seed, tickets].map(String), { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.on("data", (d) => {
      said += d;
    });
    child.on("exit", done);
  });
  await check("streams: nobody got in, nothing hung", () => assert.strictEqual(status, 0, said));
  return Object.fromEntries(said.trim().split(" ").map((part) => part.split("=")));
}

async function strangers() {
  const server = await opened("asan", ...WIDE, "--http.allowed_origins=https://intranet.example");
  const { port } = server;
  const other = await planned(server);
  const key = server.ticketKey();
  const deflate = ["permessage-deflate", "permessage-deflate; client_max_window_bits", "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; server_max_window_bits=8", "permessage-deflate, permessage-deflate", "x-webkit-deflate-frame", "deflate-stream", "permessage-bzip2",
    "permessage-deflate; unknown=1", `permessage-deflate; x=${"y".repeat(100)}`];

  await row("WS-0", server, () => handshakes(server));
  await row("WS-1", server, async () => {
    await frames(server);
    await framing(port);
    await masks(server, ticket(key, server.session, { sub: "masked" }));
  });
  await row("WS-2", server, () => streams(server));
  await row("WS-3", server, () => lies(port));
  await row("WS-4", server, async () => {
    const figures = await unfinished(server);
    await oversize(port);
    return figures;
  });
  await row("WS-5", server, () => offers(port, deflate));
  await row("WS-6", server, () => utf8(port, dice(seed).bytes));
  await row("WS-10", server, () => strange(server, (sub) => ticket(key, server.session, { sub, name: sub })));
  await row("CSWSH", server, () => otherSites(server));
  await row("CSRF", server, () => forgedRequests(server));
  await row("PATH", server, () => waysOut(port));
  await row("UPLOAD", server, () => uploads(server));
  await row("HTTP", server, () => http(server, server.session));
  await row("PIPELINED", server, () => pipelined(server));
  await row("UNREAD", server, () => unread(server));
  await row("TOK", server, async () => {
    await forgeries(server, server.session, other.session);
    return forged(server);
  });
  await row("REPLAY", server, () => replays(server));
  await row("FORMS", server, () => forms(server, other));
  await metrics(server);
  await ends(server);
}

async function words() {
  const server = await opened("asan", ...WIDE, "--store.url=sqlite:", "--log.level=debug");

  await row("J-3", server, async () => {
    await messages(server, server.session);
    await wrongFields(server);
  });
  await row("J-4", server, () => commands(server, seed));
  await row("NAME", server, () => names(server, dice(seed)));
  await row("SQLI", server, async () => ({ ...(await sql(server, dice(seed))), calls: await sqlSource() }));
  await row("REDISI", server, () => redis(server, dice(seed)));
  await row("EXPORT", server, () => exports(server, dice(seed)));
  await row("MINE", server, () => mine(server));
  await row("PURGE", server, () => erased(server));
  await row("DROP", server, () => dropped(server));
  await row("LOGI", server, () => logs(server));
  await ends(server);
}

async function people() {
  const server = await opened("asan", ...WIDE);

  await row("ROLES", server, () => roles(server));
  await row("HIDDEN", server, () => hidden(server));
  await row("EVADE", server, () => evasions(server, dice(seed)));
  await ends(server);
}

/** With people in it who behave. */
async function inhabited(...options) {
  const server = await opened("release", ...options);
  return [server, await behaving(server)];
}

async function leaves(server, others) {
  await check("of those who behave nobody was sent away", async () => assert.strictEqual(await others.end(), 0));
  await ends(server);
}

async function timed() {
  const [wide, among] = await inhabited(...WIDE, "--limits.queue_bytes=65536");
  await row("ENUM", wide, () => guesses(wide, dice(seed).bytes));
  await row("WS-9", wide, () => deafReaders(wide, among));
  await leaves(wide, among);

  const [usual, they] = await inhabited();
  await row("FLOODS", usual, () => floods(usual, they));
  await leaves(usual, they);

  const talkative = await opened("release", "--limits.rate_percent=0", "--limits.http_percent=1");
  await row("REQUESTS", talkative, () => requests(talkative));
  await ends(talkative);

  const [server, others] = await inhabited(...CROWDED);
  await row("WS-7", server, () => slowHandshakes(server, others));
  await leaves(server, others);
  const empty = await opened("release", ...CROWDED);
  await row("WS-8", empty, () => pingFloods(empty));
  await row("FLOOD-M", empty, () => lineFloods(empty));
  await row("FLOOD-J", empty, () => joinFloods(empty));
  await row("FLOOD-R+H", empty, () => smallFloods(empty));
  await ends(empty);
}

await timed(); // while nothing else is done
const patience = limits(); // mostly waits, and has servers of its own
await strangers();
await words();
await people();
await codes();
await logged();
await documents();
await waiting();
await asvs();
await start();
await patience;

console.log(`suite=edge seed=${seed} cases=${counts.cases} refused=${counts.refused} failed=${counts.failed}`);
process.exit(counts.failed ? 1 : 0); // whatever a failed case left open
