// People who behave, and how long they wait while others do not: in a process of its own (people.c), at
// addresses of their own, with the server and them before everybody else on this machine where that may be
// had, as nothing can be said of a tenth of a fifth of a millisecond on a busy one.

import assert from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "./cases.mjs";
import { planned } from "./forms.mjs";
import { ticket } from "./tickets.mjs";

const PEOPLE = 300;
const WINDOW_MS = 1000;
const ROUNDS = 8;
/** A tenth, and what one turn of the loop takes: a few requests of 50 us may be in it. */
const TENTH = 1.1;
const TURN_US = 200;
/** Where the machine's other work is in every figure: only that nobody waits for long. */
const BUSY_US = 1_500_000;

const first = spawnSync("chrt", ["-f", "10", "true"]).status === 0;
/** What starts a program that goes first. */
export const FIRST = first ? ["chrt", "-f", "10"] : [];

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const bin = join(process.env.JOBALIKE_BIN ?? "build/debug", "tests/edge");

/** A run of this suite's binary that is asked by lines: { ask(), end() }. */
export function asked(args, under = []) {
  const [program, ...rest] = [...under, bin, ...args.map(String)];
  const child = spawn(program, rest, { stdio: ["pipe", "pipe", "inherit"] });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  let said = "";
  let wake = () => {};
  child.stdout.on("data", (d) => {
    said += d;
    wake();
  });
  let ended = false;
  const status = new Promise((done) =>
    child.on("exit", (code) => {
      process.off("exit", kill);
      ended = true;
      wake();
      done(code);
    }));
  const line = async () => {
    while (!said.includes("\n")) {
      assert.ok(!ended, `${args[0]} has ended`);
      await new Promise((done) => {
        wake = done;
      });
    }
    const end = said.indexOf("\n");
    const one = said.slice(0, end);
    said = said.slice(end + 1);
    return Object.fromEntries(one.split(" ").map((part) => part.split("=")));
  };
  return {
    line,
    ask: () => {
      child.stdin.write("?\n");
      return line();
    },
    end: () => {
      child.stdin.end();
      return status;
    },
  };
}

/** A file of tickets for so many people of a session. */
export function tickets(server, session, name, n) {
  const file = join(server.dir, `${name}.txt`);
  const key = server.ticketKey();
  writeFileSync(file, `${[...Array(n)].map((_, i) => ticket(key, session, { sub: `${name}${i}`, name: `${name}${i}` })).join("\n")}\n`);
  return file;
}

/** They come; { p99(), during(promise), end() }: the shortest p99 in us of so many windows. */
export async function people(server) {
  const { session } = await planned(server);
  const them = asked(["people", server.port, tickets(server, session, "people", PEOPLE)], FIRST);
  await them.line();
  await pause(2 * WINDOW_MS);
  const one = async (promise) => {
    await them.ask();
    await promise;
    const said = await them.ask();
    assert.ok(Number(said.waits) >= PEOPLE, `${said.waits} of their questions`);
    return Number(said.p99_us);
  };
  return {
    p99: () => one(pause(WINDOW_MS)),
    async during(promise) {
      const all = [];
      let going = true;
      const what = promise.finally(() => {
        going = false;
      });
      while (going) all.push(await one(pause(WINDOW_MS)));
      return { what: await what, p99: Math.min(...all) };
    },
    end: () => them.end(),
  };
}

const ms = (us) => (us / 1000).toFixed(2);
export const shown = (before, during) => `${ms(before)}/${ms(during)}`;

/** Is what they wait during it what they waited before? */
export const isAsBefore = (before, during) => during <= (first ? TENTH * before + TURN_US : Math.max(BUSY_US, 5 * before));

/** Each kind of flood for a while, and again when something else was in the way: what slows people does so
 *  each time. The shortest p99 of each counts, as whatever else is done here only makes it longer. */
export async function floods(server, them) {
  const { session } = await planned(server, { rooms_by: "attendees" });
  const kinds = ["line", "lines", "pings", "typing", "hellos", "acts", "visits", "tickets", "pages", "sessions", "exports"];
  const figures = { first, others: PEOPLE };

  for (const kind of kinds)
    await check(`floods: ${kind}, and the others hardly notice`, async () => {
      const file = tickets(server, session, kind, 128);
      let before = Number.POSITIVE_INFINITY;
      let during = before;
      let rounds = 0;
      const sum = { sent: 0, conns: 0 };
      do {
        before = Math.min(before, await them.p99());
        const flood = asked(["flood", kind, server.port, file, session]);
        during = Math.min(during, await them.p99());
        const did = await flood.ask();
        for (const what of Object.keys(sum)) sum[what] += Number(did[what]);
        assert.strictEqual(await flood.end(), 0);
      } while (++rounds < ROUNDS && !isAsBefore(before, during));
      console.log(`flood=${kind} sent=${sum.sent} conns=${sum.conns} rounds=${rounds} others_p99_ms=${shown(before, during)}`);
      assert.ok(sum.conns > 0 && (sum.sent > 0 || kind === "visits"), "there was none");
      assert.ok(isAsBefore(before, during), `${shown(before, during)} ms`);
      return true;
    });
  return figures;
}
