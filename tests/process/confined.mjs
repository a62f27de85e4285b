// The process as the system sees it: what it may not do, whose it is, whose its files are.

import assert from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { check } from "../edge/cases.mjs";
import { planned, tokenOf } from "../edge/forms.mjs";
import { api, dial, next, send } from "../edge/raw.mjs";
import { startServer } from "../edge/server.mjs";
import { freePort, makeRedis } from "../lib-js/redis.mjs";
import { tempDir } from "../lib-js/server.mjs";
import { authority } from "../tls/certificates.mjs";

const isRoot = process.getuid() === 0;

/** A field of /proc/PID/status of each of its threads. */
function statuses(pid, name) {
  return readdirSync(`/proc/${pid}/task`).map((task) =>
    new RegExp(`^${name}:\\s+(.*)$`, "m").exec(readFileSync(`/proc/${pid}/task/${task}/status`, "utf8"))[1],
  );
}

const all = (list, value) => assert.deepStrictEqual([...new Set(list)], [value]);

/** The server does all it does every day. */
export async function works(server, how) {
  const { session, links } = await planned(server, {}, how);
  const s = await dial(server.port, {}, how);
  send(s, { hello: 1, ticket: tokenOf(links.organizer) });
  assert.ok((await next(s, (m) => m.view || m.error)).view);
  send(s, { command: "chat.say", n: 1, room: 1, text: "here" });
  assert.strictEqual((await next(s, (m) => m.event === "chat.said")).text, "here");
  assert.strictEqual((await api(server.port, "GET", `/api/sessions/${session}`, undefined, {}, how)).status, 200);
  s.socket.destroy();
}

async function seccomp() {
  for (const [word, mode] of [["on", "2"], ["audit", "2"], ["off", "0"]])
    await check(`process: seccomp=${word}`, async () => {
      const server = await startServer([`--process.seccomp=${word}`, "--store.url=sqlite:"]);
      const threads = statuses(server.pid, "Seccomp");
      assert.ok(threads.length >= 2, "the store has a thread");
      all(threads, mode);
      all(statuses(server.pid, "NoNewPrivs"), "1");
      await works(server);
      process.kill(server.pid, "SIGHUP");
      await new Promise((done) => setTimeout(done, 200));
      await works(server);
      assert.strictEqual(await server.end(), null);
      if (word === "on") console.log(`process: threads=${threads.length} confined=${threads.filter((t) => t === "2").length}`);
    });
}

/** Names are looked up, connections made anew: by threads and sockets that were not there at the beginning. */
async function redis(how, { more = [], url = ({ port }) => `redis://localhost:${port}`, variables = {} }) {
  await check(`process: confined, with a Redis ${how} that goes away`, async () => {
    const one = await makeRedis({ dir: tempDir("confined-redis"), more });
    await one.start();
    const server = await startServer([`--store.url=${url(one)}`, "--log.level=info"], variables);
    const isReady = async () => {
      for (let i = 0; (await api(server.port, "GET", "/readyz"))?.status !== 200; i++) {
        assert.ok(i < 50, server.err());
        await new Promise((done) => setTimeout(done, 200));
      }
    };
    await isReady();
    all(statuses(server.pid, "Seccomp"), "2");
    await works(server);
    await one.kill();
    await one.start();
    await isReady();
    await works(server);
    assert.strictEqual(await server.end(), null);
    await one.kill();
    one.remove();
  });
}

/** The system's roots are a folder, and each is read when somebody shows what it signed: by the confined process. */
async function redisOverTls() {
  const dir = resolve(tempDir("confined-papers"));
  const root = authority(dir);
  const { certificate, key } = root.pair("redis");
  const hash = execFileSync("openssl", ["x509", "-hash", "-noout", "-in", root.file]).toString().trim();
  copyFileSync(root.file, join(dir, `${hash}.0`));
  const port = await freePort();
  await redis("behind TLS", {
    more: ["--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", root.file, "--tls-auth-clients", "no"],
    url: () => `rediss://localhost:${port}`,
    variables: { SSL_CERT_DIR: dir },
  });
  rmSync(dir, { recursive: true });
}

async function cores() {
  for (const [word, most] of [["no", "0"], ["yes", null]])
    await check(`process: core=${word}`, async () => {
      const server = await startServer([`--process.core=${word}`]);
      const line = /^Max core file size\s+(\S+)/m.exec(readFileSync(`/proc/${server.pid}/limits`, "utf8"));
      if (most) assert.strictEqual(line[1], most);
      assert.strictEqual(await server.end(), null);
    });
}

function files(dir) {
  return readdirSync(dir, { withFileTypes: true, recursive: true }).map((e) => join(e.path, e.name));
}

async function anotherUser() {
  if (!isRoot) {
    await check("process: who is not root cannot become somebody else", async () => {
      await assert.rejects(startServer(["--process.user=nobody"]), /Cannot become the user nobody|cannot be given/);
      return true;
    });
    return;
  }
  const uid = Number(execFileSync("id", ["-u", "nobody"]));
  await check("process: root takes a low port and is nobody then", async () => {
    const low = 1 + Math.floor(Math.random() * 900);
    const data = join("build/tmp", `nobody-${process.pid}`);
    mkdirSync(data, { recursive: true });
    chownSync(data, uid, uid);
    const server = await startServer(["--process.user=nobody", `--listen.port=${low}`, "--store.url=sqlite:",
      "--limits.connections=50"]);
    for (const kind of ["Uid", "Gid"]) assert.match(statuses(server.pid, kind)[0], /^(\d+)\t\1\t\1\t\1$/);
    all(statuses(server.pid, "CapEff"), "0000000000000000");
    assert.strictEqual(Number(statuses(server.pid, "Uid")[0].split("\t")[0]), uid);
    assert.strictEqual(server.port, low);
    await works(server);
    for (const file of files(server.dir)) assert.strictEqual(statSync(file).uid, uid, file);
    assert.strictEqual(await server.end(), null);
  });
  await check("process: a user that is not there is named", async () => {
    await assert.rejects(startServer(["--process.user=nobody-at-all"]), /There is no user nobody-at-all/);
    return true;
  });
}

async function closed() {
  await check("process: its files are for its own eyes", async () => {
    const server = await startServer(["--store.url=sqlite:", "--demo.session=yes"]);
    await works(server);
    const found = files(server.dir);
    for (const file of found) assert.strictEqual(statSync(file).mode & 0o077, 0, file);
    assert.ok(found.some((f) => f.endsWith("jobalike.db")) && found.some((f) => f.endsWith("tickets")));
    console.log(`process: files=${found.length} open_to_others=0`);
    assert.strictEqual(await server.end(), null);
  });
}

async function unit() {
  const said = spawnSync("systemd-analyze", ["security", "--offline=true", "--no-pager", "configs/jobalike.service"]);
  if (said.error) {
    console.log("process: systemd=absent, the unit was not looked at");
    return;
  }
  await check("process: the unit for systemd is closed", () => {
    const exposure = /exposure level for \S+: ([\d.]+)/.exec(said.stdout.toString())?.[1];
    console.log(`process: unit_exposure=${exposure}`);
    assert.ok(Number(exposure) <= 2, `${said.stdout}${said.stderr}`);
  });
}

export async function confined() {
  await seccomp();
  await redis("in clear", {});
  await redisOverTls();
  await cores();
  await anotherUser();
  await closed();
  await unit();
}
