// Out of descriptors and out of disk: who is there is served, others are told, and all is as before once
// there is room again.

import assert from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check } from "../edge/cases.mjs";
import { planned, tokenOf } from "../edge/forms.mjs";
import { api, dial, exchange, next, open, request, send, takeAnswer, until } from "../edge/raw.mjs";
import { startServer } from "../edge/server.mjs";

const FILES = 256;
const CONNECTS = 400;
const WATCH_MS = 3000;

const ticks = Number(execFileSync("getconf", ["CLK_TCK"]));

/** CPU seconds of the process so far. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

const logged = (server, what) => [...server.err().matchAll(new RegExp(`"what":"${what}"`, "g"))].length;

/** Opens many, sees what becomes of them, and how busy the server is with it. */
async function crowd(server, name) {
  const before = cpu(server.pid);
  const begun = Date.now();
  const all = [...Array(CONNECTS)].map(() => open(server.port));
  await sleep(WATCH_MS);
  const told = all.filter((s) => /^HTTP\/1\.1 503 /.test(s.bytes.toString())).length;
  const gone = all.filter((s) => s.ended).length;
  const busy = (100 * (cpu(server.pid) - before)) / ((Date.now() - begun) / 1000);
  for (const s of all) s.socket.destroy();
  console.log(`process: fault=${name} files=${FILES} connects=${CONNECTS} served=${CONNECTS - gone} turned_away=${gone} told_503=${told} cpu_percent=${busy.toFixed(1)} lines=${logged(server, "accept.full")}`);
  assert.ok(gone > 0 && told > 0, "nobody was turned away");
  assert.ok(CONNECTS - gone > 50, "nobody was served");
  assert.ok(busy < 20, `${busy} % of a processor`);
  assert.ok(logged(server, "accept.full") <= 40, "the log grows with the crowd");
}

const ROOMY = ["--limits.connections_per_address=2000", "--limits.half_open_per_address=2000", "--limits.connects_per_second=2000",
  "--store.url=sqlite:"];

/** Somebody who is in a session of a server that has just been started. */
async function talker(server) {
  while ((await api(server.port, "GET", "/readyz"))?.status !== 200) await sleep(50);
  const { session, links } = await planned(server);
  const s = await dial(server.port);
  send(s, { hello: 1, ticket: tokenOf(links.organizer) });
  assert.ok((await next(s, (m) => m.view || m.error)).view);
  let n = 0;
  return {
    s,
    session,
    links,
    async say(text) {
      n++;
      send(s, { command: "chat.say", n, room: 1, text });
      const mine = n;
      return next(s, (m) => m.n === mine && (m.event || m.error));
    },
  };
}

async function back(server, who) {
  const s = await dial(server.port);
  s.socket.destroy();
  assert.ok((await who.say("after")).event);
  assert.strictEqual((await api(server.port, "GET", "/readyz")).status, 200);
  await sleep(200);
}

async function descriptors() {
  await check("full: started with few descriptors (F-13)", async () => {
    const server = await startServer(ROOMY, {}, ["prlimit", `--nofile=${FILES}:${FILES}`]);
    const who = await talker(server);
    await crowd(server, "F-13");
    await sleep(300);
    await back(server, who);
    assert.strictEqual(await server.end(), null);
    return true;
  });
  await check("full: descriptors taken away while it runs (F-13)", async () => {
    const server = await startServer(ROOMY);
    const who = await talker(server);
    execFileSync("prlimit", ["--pid", `${server.pid}`, `--nofile=${FILES}:${FILES}`]);
    await crowd(server, "F-13b");
    await sleep(300);
    await back(server, who);
    assert.strictEqual(await server.end(), null);
    return true;
  });
  await check("full: the sentence for who is turned away has all headers", async () => {
    const server = await startServer(["--limits.connections=1"]);
    const first = open(server.port);
    await until(first, () => undefined, 200);
    const second = open(server.port);
    const answer = await until(second, takeAnswer);
    assert.strictEqual(answer?.status, 503);
    assert.match(answer.headers["content-security-policy"], /default-src 'none'/);
    assert.strictEqual(answer.headers["cache-control"], "no-store");
    assert.strictEqual(answer.body.toString(), "The server is full. Try again shortly.\n");
    first.socket.destroy();
    second.socket.destroy();
    await sleep(100);
    assert.strictEqual((await exchange(server.port, request("GET", "/healthz")))?.status, 200);
    assert.strictEqual(await server.end(), null);
    return true;
  });
}

// --- the disk ------------------------------------------------------------------------------------

const privileged = (program, ...args) =>
  process.getuid() === 0 ? execFileSync(program, args) : execFileSync("sudo", ["-n", program, ...args]);

async function onSmallDisk(size, body) {
  const dir = resolve("build/tmp", `disk-${process.pid}-${size}`);
  mkdirSync(dir, { recursive: true });
  privileged("mount", "-t", "tmpfs", "-o", `size=${size},mode=0777`, "tmpfs", dir);
  try {
    await body(dir);
  } finally {
    spawnSync("sync");
    privileged("umount", "-l", dir);
    rmSync(dir, { recursive: true, force: true });
  }
}

const room = (dir) => {
  const f = statfsSync(dir);
  return f.bavail * f.bsize;
};

async function disk(size) {
  await check(`full: the disk (F-12), ${size}`, () =>
    onSmallDisk(size, async (dir) => {
      const server = await startServer([`--store.url=sqlite:${dir}/jobalike.db`, "--limits.rate_percent=0"]);
      const who = await talker(server);
      const kept = [];
      let refused = 0;
      let fault = null;
      const say = async () => {
        const text = `${kept.length + refused} ${"x".repeat(1900)}`;
        const got = await who.say(text);
        if (got?.event) kept.push(text);
        else {
          refused++;
          fault = got?.error;
        }
        return got;
      };
      for (let i = 0; i < 20; i++) assert.ok((await say()).event);
      writeFileSync(join(dir, "filler"), Buffer.alloc(Math.max(room(dir) - 8192, 4096)));
      for (let i = 0; i < 4000 && refused < 60; i++) await say();
      assert.ok(refused >= 60, "it never was full");
      assert.strictEqual(fault, "unavailable");
      // Reading goes on: a page, the history, and somebody who comes.
      assert.strictEqual((await api(server.port, "GET", `/api/sessions/${who.session}`)).status, 200);
      send(who.s, { query: "chat.history", n: 99999, room: 1, before: 1e9 });
      assert.ok((await next(who.s, (m) => m.n === 99999)).answer);
      const late = await dial(server.port);
      send(late, { hello: 1, ticket: tokenOf(who.links.organizer) });
      assert.ok((await next(late, (m) => m.view || m.error)).view, "who is known cannot come in");
      late.socket.destroy();
      const lines = server.err().split("\n").filter(Boolean).length;
      assert.ok(lines <= 60, `${lines} lines for ${refused} refusals`);
      // There is room again.
      rmSync(join(dir, "filler"));
      const begun = Date.now();
      while (!(await say()).event) assert.ok(Date.now() - begun < 10_000, "it stays full");
      const back_ms = Date.now() - begun;
      for (let i = 0; i < 5; i++) assert.ok((await say()).event);
      const said = await api(server.port, "GET", `/api/sessions/${who.session}/export.json`, undefined, {
        Authorization: `Bearer ${tokenOf(who.links.organizer)}`,
      });
      const there = said.json.rooms.flatMap((r) => r.topics.flatMap((t) => t.lines.map((l) => l.text)));
      const lost = kept.filter((text) => !there.includes(text)).length;
      const dup = there.length - new Set(there).size;
      console.log(`process: fault=F-12 disk=${size} acked=${kept.length} refused=${refused} lost=${lost} dup=${dup} lines=${lines} back_ms=${back_ms}`);
      assert.deepStrictEqual([lost, dup], [0, 0]);
      assert.strictEqual(await server.end(), null);
      return true;
    }),
  );
}

/** The kernel's table of open files never grows while people come: then all who open one wait for it. */
async function roomForAll() {
  await check("descriptors: there is room for all of them from the start", async () => {
    const server = await startServer(["--limits.connections=3000"]);
    const size = Number(/^FDSize:\s+(\d+)$/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]);
    assert.ok(size >= 3000, `${size}`);
    assert.strictEqual(await server.end(), null);
  });
}

export async function full() {
  await roomForAll();
  await descriptors();
  for (const size of ["1m", "4m"]) await disk(size);
}
