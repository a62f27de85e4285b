// People at terminals: `jobalike crowd`, told what to do over its standard input.

import { readFileSync } from "node:fs";
import { bin, start } from "../lib-js/server.mjs";
import { until } from "./browser.mjs";

export function crowd({ link, roster, script, log, rate = 20 }) {
  const args = ["crowd", link, "--roster", roster, "--log", log, "--rate", String(rate)];
  const child = start(bin("jobalike"), script ? [...args, "--script", script] : args, {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const lines = [];
  let rest = "";
  let err = "";
  child.stdout.on("data", (d) => {
    const parts = (rest + d).split("\n");
    rest = parts.pop();
    lines.push(...parts);
  });
  child.stderr.on("data", (d) => {
    err += d;
  });
  const exited = new Promise((done) => child.on("exit", (code) => done(code)));

  const tell = (order) => child.stdin.write(`${order}\n`);
  /** A line that comes after now. */
  async function next(pattern, from = lines.length) {
    return until(`the crowd says ${pattern}`, () => {
      const found = lines.slice(from).find((l) => pattern.test(l));
      return found && pattern.exec(found);
    });
  }

  return {
    joined: () => next(/^joined (\d+) of (\d+)$/, 0),
    pause: () => tell("pause"),
    resume: () => tell("resume"),
    /** Somebody says something; what becomes of it: ["taken", seq] or ["refused", error]. */
    async say(person, text) {
      const from = lines.length;
      tell(`say ${person} ${text}`);
      const [, what, detail] = await next(new RegExp(`^(taken|refused) ${person} (\\S+)`), from);
      return [what, detail];
    },
    /** The rooms everybody sits in, by the number of the person. */
    async where(count) {
      const from = lines.length;
      tell("where all");
      const pattern = /^where (\d+) room=(\d+) .* seq=(\d+) live=1$/;
      const found = await until(`the crowd says where ${count} are`, () => {
        const all = lines.slice(from).filter((l) => pattern.test(l));
        return all.length >= count && all;
      });
      return new Map(found.map((l) => pattern.exec(l)).map(([, p, room]) => [Number(p), Number(room)]));
    },
    /** Ends it; what its last line says, as numbers, with its status. */
    async end() {
      tell("quit");
      const code = await exited;
      const last = lines.findLast((l) => l.startsWith("people=")) ?? "";
      const sums = Object.fromEntries(last.split(" ").map((x) => [x.split("=")[0], Number(x.split("=")[1])]));
      return { code, sums, last, err };
    },
    log: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((l) => JSON.parse(l)),
  };
}
