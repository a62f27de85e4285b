// TLS by the server itself: what is spoken, renewed certificates, sessions taken up again, what scanners find;
// and TLS by proxies in front of it.   JOBALIKE_BIN=build/asan

import assert from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, counts } from "../edge/cases.mjs";
import { pingFloods } from "../edge/floods.mjs";
import { planned } from "../edge/forms.mjs";
import { http } from "../edge/http.mjs";
import { pipelined } from "../edge/pipelined.mjs";
import { startServer } from "../edge/server.mjs";
import { unread } from "../edge/unread.mjs";
import { authority, options } from "./certificates.mjs";
import { hellos } from "./hellos.mjs";
import { proxies } from "./proxies.mjs";
import { records } from "./records.mjs";
import { renewed } from "./renew.mjs";
import { scans } from "./scan.mjs";
import { by, handshakes } from "./shake.mjs";

const dir = mkdtempSync(join(tmpdir(), "jobalike-tls-"));
const ca = authority(join(dir, "ca"));
const servers = {
  ecdsa: await startServer(options(ca.pair("ecdsa"))),
  rsa: await startServer(options(ca.pair("rsa", "rsa"))),
};
const talkative = await startServer([...options(ca.pair("talkative")), "--limits.rate_percent=0"]);
const clear = await startServer();

const behind = proxies(ca, dir); // mostly waits
const scanned = scans(ca, servers, dir); // likewise
await handshakes(ca, servers, clear);
await http(servers.ecdsa, (await planned(servers.ecdsa, {}, by(ca))).session, by(ca));
await pipelined(servers.ecdsa, by(ca));
await pingFloods(servers.ecdsa, by(ca));
await records(servers.ecdsa, by(ca));
await hellos(servers.ecdsa, ca);
await unread(talkative, by(ca));
await renewed(ca, dir);
const findings = await scanned;
await behind;
for (const server of [...Object.values(servers), talkative, clear])
  await check("the server ends in order", async () => assert.strictEqual(await server.end(), null));
rmSync(dir, { recursive: true, force: true });

console.log(`suite=tls cases=${counts.cases} refused=${counts.refused} findings=${findings} failed=${counts.failed}`);
process.exit(counts.failed || findings ? 1 : 0);
