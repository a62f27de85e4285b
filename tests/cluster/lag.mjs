// How long an instance's loop stands still: a process of its own asks /healthz all the time, so that the
// suite's own work is not measured.

import { start } from "../lib-js/server.mjs";

const EVERY_MS = 10;

/** Begins to ask; end() tells the longest answer in ms. */
export async function lagOf(servers) {
  const urls = servers.map((s) => s.url("/healthz"));
  const child = start(process.execPath, [new URL(import.meta.url).pathname, ...urls], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (d) => {
    out += d;
  });
  const exited = new Promise((done) => child.on("exit", done));
  return {
    async end() {
      child.stdin.end();
      await exited;
      return Number(out);
    },
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const urls = process.argv.slice(2);
  let slowest = 0;
  let over = false;
  process.stdin.on("end", () => {
    over = true;
  });
  process.stdin.resume();
  for (const url of urls) await (await fetch(url)).text(); // connections that stay
  await Promise.all(
    urls.map(async (url) => {
      while (!over) {
        const begun = performance.now();
        await (await fetch(url)).text();
        slowest = Math.max(slowest, performance.now() - begun);
        await new Promise((go) => setTimeout(go, EVERY_MS));
      }
    }),
  );
  console.log(Math.round(slowest));
  process.exit(0);
}
