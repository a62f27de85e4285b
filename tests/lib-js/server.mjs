// The real server on data of its own, for suites that start, kill and end it. One started here is ended
// here: by its process id, whatever becomes of the test.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

export const bin = (name) => resolve(process.env.JOBALIKE_BIN ?? "build/debug", name);

/** Is it a build that watches its memory? Then it is slow, and what it has to report counts. */
export const isWatched = /\/(asan|tsan)$/.test(bin(""));
export const isReport = (text) => /Sanitizer: |runtime error: /.test(text);

const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** Starts a program of ours that is not left behind. */
export function start(path, args, options) {
  const child = spawn(path, args, options);
  children.add(child);
  child.on("exit", () => children.delete(child));
  return child;
}

async function until(holds) {
  while (!holds()) await new Promise((go) => setTimeout(go, 2));
}

/** A folder below build/tmp for one run. */
export function tempDir(name) {
  mkdirSync("build/tmp", { recursive: true });
  return mkdtempSync(`build/tmp/${name}-`);
}

/**
 * A server that keeps its data in dir, over several starts. Options such as ["--demo.session=yes"]; admin is
 * the address of its second listener; key is the one that planning asks for, when env names one; under is a program
 * that runs it, such as ["valgrind"]; at is its port, if not any.
 */
export function makeServer({ dir, options = [], admin = "off", key = null, env = {}, under = [], at = 0 }) {
  let port = at;
  let adminPort = 0;
  let child = null;
  let exited = null;
  let out = "";
  let err = "";

  const isUp = () => /^Data: /m.test(out);

  return {
    dir,
    get port() {
      return port;
    },
    get adminPort() {
      return adminPort;
    },
    get pid() {
      return child.pid;
    },
    /** Was started, and has not ended. */
    get runs() {
      return child !== null && child.exitCode === null && child.signalCode === null;
    },
    out: () => out,
    err: () => err,
    url: (path = "") => `http://127.0.0.1:${port}${path}`,
    adminUrl: (path = "") => `http://127.0.0.1:${adminPort}${path}`,
    installKey: () => key ?? readFileSync(join(dir, "install.key"), "utf8").trim(),

    /** What operators measure; admin must be an address. */
    async metrics() {
      return (await fetch(this.adminUrl("/metrics"))).text();
    },

    /**
     * Starts it, at the port it had before. Returns how long it took until it listened. program: another
     * build of it; vars: further variables; more: further options.
     */
    async start({ program = bin("jobalike-server"), vars = {}, more = [] } = {}) {
      const begun = performance.now();
      out = "";
      err = "";
      const args = [`--listen.port=${port}`, `--data.dir=${dir}`, `--admin.listen=${admin}`];
      const [first, ...rest] = [...under, program, ...args, "--log.level=warn", ...options, ...more];
      child = start(first, rest, {
        env: { ...process.env, ...env, ...vars },
        stdio: ["ignore", "pipe", "pipe"],
      });
      child.stderr.on("data", (d) => {
        err = (err + d).slice(-100_000);
      });
      exited = new Promise((done) => child.on("exit", (code, signal) => done({ code, signal })));
      child.on("close", () => isReport(err) && console.log(err)); // for tests/under.sh
      let listening = 0;
      await new Promise((done, fail) => {
        child.stdout.on("data", (d) => {
          out += d;
          if (!listening && out.includes("\n")) listening = performance.now();
          if (isUp()) done();
        });
        child.on("error", fail);
        exited.then(() => isUp() || fail(new Error(`the server did not start: ${err}`)));
      });
      port = Number(new URL(/Jobalike is at (\S+)/.exec(out)[1]).port);
      if (admin !== "off") {
        await until(() => /^Metrics: \S+\n/m.test(out));
        adminPort = Number(new URL(/^Metrics: (\S+)/m.exec(out)[1]).port);
      }
      return listening - begun;
    },

    /** kill -9. */
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },

    /** SIGTERM. Returns the status and how long it took. */
    async end() {
      const begun = performance.now();
      child.kill("SIGTERM");
      const { code, signal } = await exited;
      return { code, signal, ms: performance.now() - begun };
    },

    signal: (name) => child.kill(name),
    /** How it ended, once it has: { code, signal }. */
    ended: () => exited,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Asks the API; throws for anything but 2xx. What is unavailable or too much for a moment is asked again. */
export async function ask(server, path, how = {}, tries = 5) {
  const { method = "GET", bearer, body } = how;
  const answer = await fetch(server.url(path), {
    method,
    headers: {
      "X-Jobalike": "1",
      ...(body ? { "Content-Type": "application/json" } : {}),
      ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if ([429, 503].includes(answer.status) && tries > 1) {
    await new Promise((done) => setTimeout(done, 1000));
    return ask(server, path, how, tries - 1);
  }
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}

export const ticketIn = (link) => /#ticket=(.+)$/.exec(link)[1];

/** Plans a session. Returns { session, links }. */
export async function plan(server, change = {}) {
  const now = Date.now();
  const body = {
    title: "Job-alike",
    format: "combined",
    languages: ["en", "zh"],
    areas: [
      { key: "hr", en: "Human Resources", zh: "人力资源" },
      { key: "fi", en: "Finance", zh: "财务" },
    ],
    start: now,
    end: now + 3600_000,
    open: true,
    rooms_by: "staff",
    ...change,
  };
  return JSON.parse(
    await ask(server, "/api/sessions", { method: "POST", bearer: server.installKey(), body }),
  );
}

/** A ticket for somebody who joins an open session. */
export async function joinTicket(server, session, who) {
  const path = `/api/sessions/${session}/tickets`;
  return JSON.parse(await ask(server, path, { method: "POST", body: who })).ticket;
}

/** What was said, as the ticket's holder may read it: all lines in order of their ids, with room. */
export async function exported(server, session, ticket) {
  const path = `/api/sessions/${session}/export.json`;
  return JSON.parse(await ask(server, path, { bearer: ticket }));
}

export const linesOf = (record) =>
  record.rooms
    .flatMap((room) =>
      room.topics.flatMap((t) => t.lines.map((line) => ({ ...line, room: room.id }))),
    )
    .sort((a, b) => a.id - b.id);
