// How the server starts and ends: the same links each time, a plain sentence when it cannot, an end on
// either signal, at once on the second one.

import assert from "node:assert";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "./cases.mjs";
import { api, dial, next, send } from "./raw.mjs";

const bin = join(process.env.JOBALIKE_BIN ?? "build/debug", "jobalike-server");

const running = new Set();

/** Runs it until it has said everything, or has ended. */
function run(dir, options = []) {
  const child = spawn(bin, ["--listen.port=0", `--data.dir=${dir}`, "--log.level=warn", ...options]);
  running.add(child);
  const p = { child, out: "", err: "", code: undefined };
  p.exited = new Promise((done) =>
    child.on("exit", (code) => {
      running.delete(child);
      p.code = code;
      done(code);
    }),
  );
  child.stderr.on("data", (d) => {
    p.err += d;
  });
  p.said = new Promise((done) => {
    child.stdout.on("data", (d) => {
      p.out += d;
      if (/Metrics: /.test(p.out)) done();
    });
    p.exited.then(done);
  });
  return p;
}

async function inFolder(body) {
  const dir = mkdtempSync(join(tmpdir(), "jobalike-start-"));
  try {
    return await body(dir);
  } finally {
    for (const child of running) child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
}

const linksOf = (out) => [...out.matchAll(/^ {2}(\w+) +\S+(\/s\/\S+)$/gm)].map((m) => [m[1], m[2]]);

/** The library walks a table of all descriptors that are allowed whenever a connection ends. */
async function files() {
  await check("start: as many files may be open as connections ask for, and no more", () =>
    inFolder(async (dir) => {
      const p = run(dir, ["--limits.connections=100"]);
      await p.said;
      const limits = readFileSync(`/proc/${p.child.pid}/limits`, "utf8");
      assert.strictEqual(/Max open files +(\d+)/.exec(limits)[1], "164");
      p.child.kill("SIGTERM");
      assert.strictEqual(await p.exited, 0);
    }),
  );
}

async function sample() {
  await check("start: a second start gives the same links, soon", () =>
    inFolder(async (dir) => {
      const seen = [];
      for (let i = 0; i < 2; i++) {
        const begun = Date.now();
        const p = run(dir, ["--demo.session=yes"]);
        await p.said;
        if (i) assert.ok(Date.now() - begun < 2000, "more than two seconds");
        seen.push(linksOf(p.out));
        assert.match(p.out, /^Jobalike is at http:\/\/127\.0\.0\.1:\d+\n/);
        p.child.kill(i ? "SIGINT" : "SIGTERM");
        assert.strictEqual(await p.exited, 0, p.err);
      }
      assert.deepStrictEqual(seen[0].map((l) => l[0]), ["organizer", "facilitator", "moderator", "attendees"]);
      assert.deepStrictEqual(seen[1], seen[0]);
      for (const file of ["demo.json", "install.key", "keys/tickets", "jobalike.db"])
        assert.strictEqual(statSync(join(dir, file)).mode & 0o077, 0, `${file} is open to others`);
    }),
  );
  await check("start: the sample session has its agenda, and another one comes after its end", () =>
    inFolder(async (dir) => {
      let p = run(dir, ["--demo.session=yes"]);
      await p.said;
      const port = Number(/:(\d+)\n/.exec(p.out)[1]);
      const [, path] = linksOf(p.out)[0];
      const [, id, token] = /\/s\/(.+)#ticket=(.+)/.exec(path);
      const page = (await api(port, "GET", `/api/sessions/${id}`)).json;
      assert.strictEqual(page.topics.length, 4);
      assert.strictEqual(page.areas.length, 5);
      const s = await dial(port);
      send(s, { hello: 1, ticket: token });
      await next(s, (m) => m.view);
      send(s, { command: "session.close", n: 99 });
      const said = await next(s, (m) => m.view || m.event === "session.closed" || m.error);
      assert.ok(said && !said.error, JSON.stringify(said)); // what one may read is another: a view
      s.socket.destroy();
      await new Promise((done) => setTimeout(done, 300));
      p.child.kill("SIGTERM");
      await p.exited;
      p = run(dir, ["--demo.session=yes"]);
      await p.said;
      assert.notStrictEqual(linksOf(p.out)[0][1], path);
      p.child.kill("SIGTERM");
      assert.strictEqual(await p.exited, 0);
    }),
  );
}

async function refusals() {
  const refused = (dir, options, says) =>
    (async () => {
      const p = run(dir, options);
      assert.ok([1, 2].includes(await p.exited), p.err);
      assert.match(p.err, says);
      assert.strictEqual(p.out, "");
      return true;
    })();

  await check("start: a port that is taken, and one that is free", () =>
    inFolder(async (dir) => {
      const other = createServer().listen(0, "127.0.0.1");
      await new Promise((done) => other.once("listening", done));
      const { port } = other.address();
      await refused(dir, [`--listen.port=${port}`], new RegExp(`Port ${port} .* is taken .* is free`));
      other.close();
      return true;
    }),
  );
  await check("start: data that another one has open", () =>
    inFolder(async (dir) => {
      const first = run(dir);
      await first.said;
      await refused(dir, [], /use/);
      first.child.kill("SIGTERM");
      assert.strictEqual(await first.exited, 0);
      return true;
    }),
  );
  await check("start: keys that others can read", () =>
    inFolder(async (dir) => {
      const first = run(dir);
      await first.said;
      first.child.kill("SIGTERM");
      await first.exited;
      chmodSync(join(dir, "keys/tickets"), 0o644);
      return refused(dir, [], /chmod 600/);
    }),
  );
  await check("start: a key as an argument", () =>
    inFolder((dir) => refused(dir, ["--keys.tickets=short"], /secret, which arguments are not/)),
  );
}

async function ends() {
  await check("end: the second signal does not wait", () =>
    inFolder(async (dir) => {
      const p = run(dir, ["--demo.session=yes"]);
      await p.said;
      const port = Number(/:(\d+)\n/.exec(p.out)[1]);
      const s = await dial(port); // stays, and does not answer the close
      const begun = Date.now();
      p.child.kill("SIGTERM");
      await new Promise((done) => setTimeout(done, 300));
      p.child.kill("SIGTERM");
      assert.strictEqual(await p.exited, 1);
      assert.ok(Date.now() - begun < 1500);
      s.socket.destroy();
    }),
  );
}

export async function start() {
  await files();
  await sample();
  await refusals();
  await ends();
}
