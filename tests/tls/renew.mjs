// A certificate and keys that change while people are connected: the next connection has the new one,
// nobody is dropped, and a bad pair changes nothing. Sessions are taken up again by any instance.

import assert from "node:assert";
import { chmodSync, copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "../edge/cases.mjs";
import { planned, tokenOf } from "../edge/forms.mjs";
import { dial, next, request, send } from "../edge/raw.mjs";
import { startServer } from "../edge/server.mjs";
import { options } from "./certificates.mjs";
import { by, shake } from "./shake.mjs";

const KEYS = ["first", "second", "third"].map((w) => `${w}-${"k".repeat(40)}`);

/** Sends SIGHUP and waits for what the log says of it. */
export async function hup(server) {
  const before = server.err().length;
  process.kill(server.pid, "SIGHUP");
  for (let i = 0; i < 200; i++) {
    const said = server.err().slice(before);
    const m = /"what":"reload\.(done|refused)".*\n/.exec(said);
    if (m) return { done: m[1] === "done", said };
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error("nothing was said of SIGHUP");
}

function put(from, to) {
  copyFileSync(from.certificate, to.certificate);
  copyFileSync(from.key, to.key);
  chmodSync(to.key, 0o600);
}

async function renewals(ca, dir) {
  const first = ca.pair("renew-1");
  const used = { certificate: join(dir, "used.pem"), key: join(dir, "used-key.pem") };
  put(first, used);
  const server = await startServer([...options(used), "--log.level=info"]);
  const who = async () => (await shake(server.port, ca)).fingerprint;
  const was = await who();
  const people = [];
  for (let i = 0; i < 20; i++) people.push(await dial(server.port, {}, by(ca)));
  const alive = async () => {
    for (const s of people) send(s, { query: "chat.history", n: 1, room: 1, before: 1 });
    let n = 0;
    for (const s of people) n += (await next(s, (m) => m.error))?.error === "unauthorized";
    return n;
  };

  let kept = was;
  const bad = {
    "another pair's key": () => put({ certificate: ca.pair("renew-2").certificate, key: first.key }, used),
    "a file that is no certificate": () => writeFileSync(used.certificate, "nothing"),
    "no file": () => rmSync(used.certificate),
    "a key that is no key": () => {
      put(first, used);
      writeFileSync(used.key, "nothing");
    },
    "a key with a pass phrase": () => {
      put(first, used);
      writeFileSync(used.key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGj\n-----END ENCRYPTED PRIVATE KEY-----\n");
    },
    "a key that everybody can read": () => {
      put(first, used);
      chmodSync(used.key, 0o644);
    },
    "a certificate that has expired": () => put(ca.pair("renew-3", "ecdsa", -1), used),
  };
  for (const [name, make] of Object.entries(bad))
    await check(`renew: ${name} is refused, and the old one stays`, async () => {
      make();
      const got = await hup(server);
      assert.ok(!got.done, got.said);
      assert.match(got.said, /"why":"The (certificate|key) /);
      assert.strictEqual(await who(), kept);
      return true;
    });
  for (const kind of ["ecdsa", "rsa", "ecdsa"])
    await check(`renew: a new certificate (${kind}) is there for the next one`, async () => {
      put(ca.pair(`renew-${kind}-${Math.random()}`, kind), used);
      const got = await hup(server);
      assert.ok(got.done, got.said);
      const now = await who();
      assert.ok(now && now !== kept, "it is the old one");
      kept = now;
    });
  await check("renew: nobody was dropped", async () => {
    // Five mistakes before hello end a connection: one question each.
    const n = await alive();
    console.log(`tls: renewals=3 refused=${Object.keys(bad).length} connections=${people.length} dropped=${people.length - n}`);
    assert.strictEqual(n, people.length);
  });
  for (const s of people) s.socket.destroy();
  await check("renew: the server ends in order", async () => assert.strictEqual(await server.end(), null));
}

async function refusals(ca, dir) {
  const good = ca.pair("start");
  const expired = ca.pair("start-expired", "ecdsa", -1);
  const cases = {
    "no such file": [{ certificate: join(dir, "none.pem"), key: good.key }, /cannot be read: No such file/],
    "another key": [{ certificate: expired.certificate, key: good.key }, /is not that of the certificate/],
    expired: [expired, /has expired/],
  };
  for (const [name, [pair, says]] of Object.entries(cases))
    await check(`start: ${name}`, async () => {
      await assert.rejects(startServer(options(pair)), says);
      return true;
    });
}

// --- sessions that are taken up again ------------------------------------------------------------

/** Connects, perhaps with a session; was it taken up, and the newest session. */
function visit(port, ca, version, session) {
  return new Promise((done, fail) => {
    const socket = by(ca, { minVersion: version, maxVersion: version, session })({ port, host: "127.0.0.1" });
    let newest = null;
    let again;
    socket.on("session", (s) => {
      newest = s;
    });
    socket.on("secureConnect", () => {
      again = socket.isSessionReused();
      newest ??= socket.getSession();
      socket.write(request("GET", "/healthz", { Connection: "close" }));
    });
    socket.on("error", fail);
    socket.on("data", () => {});
    socket.on("close", () => done({ again, session: newest }));
  });
}

async function resumption(ca) {
  const pair = ca.pair("resume");
  const keys = (text) => ({ JOBALIKE_KEYS_TICKETS: text });
  const a = await startServer([...options(pair)], keys(KEYS[0]));
  const b = await startServer([...options(pair)], keys(`${KEYS[1]} ${KEYS[0]}`));
  const c = await startServer([...options(pair)], keys(KEYS[2]));
  const old = await visit(a.port, ca, "TLSv1.2");
  await check("resume: TLSv1.2 never", async () => {
    assert.strictEqual((await visit(a.port, ca, "TLSv1.2", old.session)).again, false);
    return true;
  });
  for (const version of ["TLSv1.3"]) {
    const first = await visit(a.port, ca, version);
    await check(`resume: ${version}, the same instance`, async () => {
      assert.strictEqual(first.again, false);
      assert.ok((await visit(a.port, ca, version, first.session)).again);
    });
    await check(`resume: ${version}, another instance that knows the key as its older one`, async () => {
      const there = await visit(b.port, ca, version, first.session);
      assert.ok(there.again);
      const theirs = await visit(b.port, ca, version);
      assert.strictEqual((await visit(a.port, ca, version, theirs.session)).again, false);
    });
    await check(`resume: ${version}, an instance with another key begins anew`, async () => {
      assert.strictEqual((await visit(c.port, ca, version, first.session)).again, false);
      return true;
    });
  }
  for (const server of [a, b, c])
    await check("resume: the server ends in order", async () => assert.strictEqual(await server.end(), null));
}

async function rotation(ca, dir) {
  const file = join(dir, "tickets");
  const write = (...keys) => writeFileSync(file, `${keys.join("\n")}\n`, { mode: 0o600 });
  write(KEYS[0]);
  const server = await startServer([...options(ca.pair("rotate")), "--log.level=info"], { JOBALIKE_KEYS_TICKETS_FILE: file });
  const { links } = await planned(server, {}, by(ca));
  const enter = async () => {
    const s = await dial(server.port, {}, by(ca));
    send(s, { hello: 1, ticket: tokenOf(links.organizer) });
    const said = await next(s, (m) => m.view || m.error);
    s.socket.destroy();
    return said?.view ? "in" : said?.error;
  };
  const before = await visit(server.port, ca, "TLSv1.3");
  for (const [name, keys, ticket, again] of [
    ["a new key beside the old one", [KEYS[1], KEYS[0]], "in", true],
    ["without the old one", [KEYS[1]], "unauthorized", false],
    ["with the old one again", [KEYS[1], KEYS[0]], "in", true],
  ])
    await check(`rotate: ${name}`, async () => {
      write(...keys);
      const got = await hup(server);
      assert.ok(got.done, got.said);
      assert.strictEqual(await enter(), ticket);
      assert.strictEqual((await visit(server.port, ca, "TLSv1.3", before.session)).again, again);
      return !again;
    });
  await check("rotate: a key that is too short changes nothing", async () => {
    write("short");
    assert.ok(!(await hup(server)).done);
    assert.strictEqual(await enter(), "in");
    return true;
  });
  await check("rotate: the server ends in order", async () => assert.strictEqual(await server.end(), null));
}

export async function renewed(ca, dir) {
  await renewals(ca, dir);
  await refusals(ca, dir);
  await resumption(ca);
  await rotation(ca, dir);
}
