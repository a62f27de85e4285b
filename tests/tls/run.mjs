// TLS by the server itself: what is spoken, renewed certificates, sessions taken up again.   JOBALIKE_BIN=build/asan

import assert from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, counts } from "../edge/cases.mjs";
import { startServer } from "../edge/server.mjs";
import { authority, options } from "./certificates.mjs";
import { renewed } from "./renew.mjs";
import { handshakes } from "./shake.mjs";

const dir = mkdtempSync(join(tmpdir(), "jobalike-tls-"));
const ca = authority(join(dir, "ca"));
const servers = {
  ecdsa: await startServer(options(ca.pair("ecdsa"))),
  rsa: await startServer(options(ca.pair("rsa", "rsa"))),
};
const clear = await startServer();

await handshakes(ca, servers, clear);
await renewed(ca, dir);
for (const server of [...Object.values(servers), clear])
  await check("the server ends in order", async () => assert.strictEqual(await server.end(), null));
rmSync(dir, { recursive: true, force: true });

console.log(`suite=tls cases=${counts.cases} refused=${counts.refused} findings=0 failed=${counts.failed}`);
process.exit(counts.failed ? 1 : 0);
