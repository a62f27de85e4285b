// A real Redis on data of its own, for suites that start, kill and starve it.

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { command } from "./resp.mjs";
import { start } from "./server.mjs";

/**
 * The server's program: where only the tools are installed, it is the checker under another name.
 * REDIS_SERVER is another one to try.
 */
export const redisProgram = () => {
  if (process.env.REDIS_SERVER) return process.env.REDIS_SERVER;
  for (const name of ["redis-server", "redis-check-rdb"])
    for (const folder of (process.env.PATH ?? "").split(":"))
      if (existsSync(join(folder, name))) return join(folder, name);
  throw new Error("there is no Redis: apt-get install redis-tools");
};

export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

/** Its data are in dir, or in folder. It syncs each append to the disk unless fsync says everysec or no. more: further options. */
export async function makeRedis({ dir, fsync = "always", more = [], folder: where = dir }) {
  const port = await freePort();
  let child = null;
  let exited = null;
  let out = "";
  mkdirSync(dir, { recursive: true });
  const ask = (...words) => command(port, words);

  return {
    dir,
    port,
    ask,
    out: () => out,
    get pid() {
      return child.pid;
    },

    /** Returns once it answers: when, by performance.now(). Settings may be others than before. */
    async start({ settings = more, sync = fsync, folder = where } = {}) {
      const options = {
        bind: "127.0.0.1",
        port,
        dir: resolve(folder),
        save: "",
        appendonly: "yes",
        appendfsync: sync,
        "aof-load-truncated": "no",
        "enable-debug-command": "yes",
        daemonize: "no",
      };
      const args = Object.entries(options).flatMap(([k, v]) => [`--${k}`, String(v)]);
      child = start(redisProgram(), [...args, ...settings], {
        argv0: "redis-server",
        stdio: ["ignore", "pipe", "pipe"],
      });
      const mine = child;
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (d) => {
          out = (out + d).slice(-20_000);
        });
      exited = new Promise((done) => child.on("exit", (code, signal) => done({ code, signal })));
      const end = performance.now() + 10_000;
      for (;;) {
        if ((await ask("PING").catch(() => "")) === "PONG") return performance.now();
        if (mine.exitCode !== null || performance.now() > end)
          throw new Error(`Redis did not start: ${out}`);
        await sleep(5);
      }
    },

    async kill() {
      child.kill("SIGKILL");
      await exited;
    },

    async shutdown() {
      await ask("SHUTDOWN", "NOSAVE", "NOW").catch(() => {}); // it does not answer
      await exited;
    },

    signal: (name) => child.kill(name),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
