// The samples of configs/ really started in front of the real server: a page and its files, a conversation,
// whose address counts, and people who are silent for longer than a proxy waits.

import assert from "node:assert";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check } from "../edge/cases.mjs";
import { planned, tokenOf } from "../edge/forms.mjs";
import { api, dial, exchange, frame, next, request, send, takeFrame, until } from "../edge/raw.mjs";
import { startServer } from "../edge/server.mjs";
import { freePort } from "../lib-js/redis.mjs";
import { by } from "./shake.mjs";

const PING_S = 20; // as in server/net/conn.h
const LONG_S = PING_S + 4; // what a proxy waits here; its sample waits 60 s
const SHORT_S = 4;
const SILENT_S = 2 * LONG_S + 2;

const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** The sample with each [what, by what]; all of them must be there. */
function changed(name, changes) {
  let text = readFileSync(join("configs", name), "utf8");
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), `${name} does not say ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

const KINDS = {
  nginx({ dir, port, pair, backend, idle_s }) {
    const sample = changed("nginx.conf", [
      ["127.0.0.1:8080", `127.0.0.1:${backend}`],
      ["listen 443 ssl", `listen 127.0.0.1:${port} ssl`],
      ["meet.example.org;", "localhost;"],
      ["/etc/ssl/meet.example.org/fullchain.pem", pair.certificate],
      ["/etc/ssl/meet.example.org/key.pem", pair.key],
      ["timeout 60s", `timeout ${idle_s}s`],
    ]);
    const file = join(dir, "nginx.conf");
    const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((w) => `${w}_temp_path ${dir}/${w};`);
    writeFileSync(file, `${process.getuid() === 0 ? "user root;" : ""}
pid ${dir}/pid; error_log stderr; worker_processes 1; daemon off;
events { worker_connections 256; }
http { access_log off; ${temps.join(" ")}
${sample} }
`);
    return ["nginx", ["-p", dir, "-e", "stderr", "-c", file]];
  },
  caddy({ dir, port, pair, backend }) {
    const sample = changed("Caddyfile", [
      ["127.0.0.1:8080", `127.0.0.1:${backend}`],
      ["meet.example.org {", `https://localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${pair.certificate} ${pair.key}`],
    ]);
    const file = join(dir, "Caddyfile");
    writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {\n\t\tprotocols h1 h2\n\t}\n}\n${sample}`);
    return ["caddy", ["run", "--config", file, "--adapter", "caddyfile"]];
  },
  haproxy({ dir, port, pair, backend, idle_s }) {
    const both = join(dir, "both.pem");
    writeFileSync(both, readFileSync(pair.certificate, "utf8") + readFileSync(pair.key, "utf8"));
    const sample = changed("haproxy.cfg", [
      ["127.0.0.1:8080", `127.0.0.1:${backend}`],
      ["bind :443", `bind 127.0.0.1:${port}`],
      ["/etc/ssl/meet.example.org/both.pem", both],
      ["timeout tunnel  60s", `timeout tunnel  ${idle_s}s`],
      ["maxconn 20000", "maxconn 200"],
    ]);
    const file = join(dir, "haproxy.cfg");
    writeFileSync(file, sample);
    return ["haproxy", ["-db", "-f", file]];
  },
};

/** Starts a proxy, and waits until a page comes through it. */
async function startProxy(kind, dir, ca, backend, idle_s) {
  const own = join(dir, `${kind}-${idle_s}`);
  mkdirSync(own);
  const port = await freePort();
  const [program, args] = KINDS[kind]({ dir: own, port, pair: ca.pair(`${kind}-${idle_s}`), backend, idle_s });
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOME: own, XDG_DATA_HOME: own, XDG_CONFIG_HOME: own, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  children.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (d) => (said += d));
  const exited = new Promise((done) => {
    child.on("error", done);
    child.on("exit", done);
  });
  for (let i = 0; ; i++) {
    const answer = await exchange(port, request("GET", "/healthz"), { how: by(ca), patience: 2000 });
    if (answer?.status === 200) break;
    assert.ok(i < 50 && child.exitCode === null, `${kind} does not start: ${said.slice(-500)}`);
    await sleep(200);
  }
  return {
    port,
    async end() {
      child.kill("SIGTERM");
      await exited;
      children.delete(child);
    },
  };
}

/** As a browser asks: a proxy may pack and chunk as it likes. */
function fetched(port, ca, path) {
  const how = { host: "127.0.0.1", port, path, ca: ca.text, servername: "localhost", agent: false };
  return new Promise((done, fail) => {
    get({ ...how, headers: { Host: `localhost:${port}` } }, (answer) => {
      const parts = [];
      answer.on("data", (d) => parts.push(d));
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    }).on("error", fail);
  });
}

async function pages(kind, { port }, ca) {
  await check(`proxy: ${kind} brings the page and its files`, async () => {
    const page = await fetched(port, ca, "/");
    assert.strictEqual(page.status, 200);
    assert.match(page.headers["content-security-policy"], /default-src 'none'/);
    assert.match(page.headers["strict-transport-security"], /max-age=63072000/);
    const names = [...page.body.toString().matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((m) => m[1]);
    assert.ok(names.length >= 3);
    for (const name of names) {
      const file = await fetched(port, ca, name);
      assert.strictEqual(file.status, 200, name);
      assert.match(file.headers["cache-control"], /immutable/);
    }
  });
  await check(`proxy: ${kind} passes no large body`, async () => {
    const answer = await exchange(port, request("POST", "/api/sessions", { "Content-Length": 70000 }, "x".repeat(70000)), { how: by(ca) });
    assert.ok(!answer || answer.status >= 400);
    return true;
  });
}

/** Somebody who is in the session. */
async function enter(port, ca, ticket) {
  const s = await dial(port, { Host: `localhost:${port}`, Origin: `https://localhost:${port}` }, by(ca));
  send(s, { hello: 1, ticket });
  const said = await next(s, (m) => m.view || m.error);
  assert.ok(said?.view, JSON.stringify(said));
  return s;
}

async function talks(kind, { port }, ca, links) {
  await check(`proxy: ${kind} carries a conversation`, async () => {
    const a = await enter(port, ca, tokenOf(links.organizer));
    const b = await enter(port, ca, tokenOf(links.facilitator));
    for (let n = 1; n <= 10; n++) {
      const [from, to] = n % 2 ? [a, b] : [b, a];
      const text = `${kind} ${n} ${"漢".repeat(80 * n)}`;
      send(from, { command: "chat.say", n, room: 1, text });
      assert.strictEqual((await next(to, (m) => m.event === "chat.said" && m.text === text))?.text, text);
    }
    for (const s of [a, b]) s.socket.destroy();
  });
}

/** A ticket for somebody at this loopback address; the status of the answer. */
async function ask(port, ca, session, localAddress, more = {}) {
  const how = by(ca, { localAddress });
  const who = { name: `Ana ${Math.random()}`.slice(0, 12), school: "ISB", language: "en" };
  const said = await api(port, "POST", `/api/sessions/${session}/tickets`, who, more, how);
  return said?.status;
}

async function addresses(kind, { port }, ca, session, net) {
  await check(`proxy: ${kind} says who asks, and only the last word counts`, async () => {
    const [one, other] = [`127.0.${net}.2`, `127.0.${net}.3`];
    let got = 201;
    for (let i = 0; got === 201 && i < 40; i++) got = await ask(port, ca, session, one);
    assert.strictEqual(got, 429, "it may ask for ever");
    for (const lie of ["203.0.113.9", "127.0.0.1", "203.0.113.9, 127.0.0.1"])
      assert.strictEqual(await ask(port, ca, session, one, { "X-Forwarded-For": lie }), 429, lie);
    assert.strictEqual(await ask(port, ca, session, other), 201, "somebody else is refused");
    return true;
  });
}

async function silence(kind, proxy, ca, ticket) {
  await check(`proxy: ${kind} keeps who is silent for ${SILENT_S} s, waiting ${LONG_S} s itself`, async () => {
    const s = await enter(proxy.port, ca, ticket);
    const begun = Date.now();
    let pings = 0;
    while (Date.now() - begun < SILENT_S * 1000) {
      const got = await until(s, takeFrame, 1000);
      assert.ok(got !== null, `it was cut off after ${Date.now() - begun} ms`);
      if (got?.opcode !== 9) continue;
      pings++;
      s.socket.write(frame(got.payload, { opcode: 10 }));
    }
    assert.ok(pings >= 2);
    send(s, { query: "chat.history", n: 5, room: 1, before: 1 });
    assert.ok((await next(s, (m) => m.n === 5))?.answer, "nothing comes through");
    s.socket.destroy();
  });
}

/** That the time a proxy waits is real: shorter than our pings, it cuts off. */
async function impatience(kind, dir, ca, server, ticket) {
  const proxy = await startProxy(kind, dir, ca, server.port, SHORT_S);
  await check(`proxy: ${kind} that waits ${SHORT_S} s cuts off who is silent`, async () => {
    const s = await enter(proxy.port, ca, ticket);
    assert.ok(await until(s, (x) => x.ended || undefined, (SHORT_S + PING_S) * 1000));
    s.socket.destroy();
    return true;
  });
  await proxy.end();
}

export async function proxies(ca, dir) {
  const server = await startServer(["--http.trusted_proxies=127.0.0.1", "--http.public_url=https://localhost",
    "--limits.joins_per_second=1"]);
  await Promise.all(
    Object.keys(KINDS).map(async (kind, i) => {
      const { session, links } = await planned(server);
      const proxy = await startProxy(kind, dir, ca, server.port, LONG_S);
      await pages(kind, proxy, ca);
      await talks(kind, proxy, ca, links);
      await addresses(kind, proxy, ca, session, 10 + i);
      await Promise.all([
        silence(kind, proxy, ca, tokenOf(links.moderator)),
        kind === "caddy" || impatience(kind, dir, ca, server, tokenOf(links.moderator)),
      ]);
      await proxy.end();
    }),
  );
  await check("proxy: the server ends in order", async () => assert.strictEqual(await server.end(), null));
  console.log(`tls: proxies=${Object.keys(KINDS).join(",")} silent_s=${SILENT_S}`);
}
