// kill -9 of the real server at random moments under load, on a file that is synced to the disk, and
// started again on the same data: nothing acknowledged is lost, no screen has a line twice, misses one
// or shows them in another order than the record. Then SIGTERM under load: an end in order.
//   LONG=1: 200 kills instead of 20.   SEED=n: the same moments, as far as the machine allows

import { join } from "node:path";
import { Person } from "../lib-js/person.mjs";
import { bin, isWatched, joinTicket, makeServer, plan, start, tempDir, ticketIn } from "../lib-js/server.mjs";
import { noFigures, verify } from "../lib-js/verify.mjs";

const KILLS = process.env.LONG ? 200 : isWatched ? 5 : 20;
const TERMS = process.env.LONG ? 12 : isWatched ? 1 : 3;
const KILLS_A_FILE = 20; // then a new one: the record is read whole after each kill
const SESSIONS = 2;
const PEOPLE = 10; // in each
const LINES_A_SECOND = 1400; // in all
const MOMENT_MS = 1500; // a kill comes so long after the start at the latest
const SOON_MS = 120; // and some while people are just coming back
const PATIENCE_MS = 15_000;
const LISTEN_MS = 2000;
const END_MS = 10_000;

const figures = noFigures();
const done = { kills: 0, terms: 0, acked: 0, replays: 0, views: 0, restarts: 0 };
const backs = [];
let slowestStart = 0;
let failed = 0;

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
let state = seed;
/** mulberry32 */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

function fail(words) {
  failed++;
  if (failed <= 30) console.log(`FAILED ${words}`);
}

async function until(what, holds) {
  const end = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
    await sleep(5);
  }
}

/** A session with people in it. */
async function open(server, number) {
  const { session, links } = await plan(server, { title: `Load ${number}` });
  const wrong = (kind, words) => {
    figures[kind]++;
    fail(`${kind}: ${words}`);
  };
  const organizer = ticketIn(links.organizer);
  const person = (ticket, name) => new Person({ next: () => server, ticket, name, wrong });
  const people = [person(organizer, `s${number}p0`)];
  for (let i = 1; i < PEOPLE; i++) {
    const name = `s${number}p${i}`;
    const area = i % 2 ? "hr" : "fi";
    const who = { name, school: "School", area, language: "en" };
    people.push(person(await joinTicket(server, session, who), name));
  }
  for (const p of people) p.connect();
  await until("all are in", () => people.every((p) => p.live));
  people[0].ask({ command: "rooms.open", title: "Human Resources", area: "hr" });
  await until("the room is open", () => !people[0].wanted.length);
  // The organizer stays where they are and reads the other room from outside: theirs is the record.
  const room = people[0].seq;
  people[0].ask({ command: "rooms.watch", room });
  return { session, organizer, people, room };
}

const everybody = (sessions) => sessions.flatMap((s) => s.people);

/** People talk, whether the server is there or not; now and then somebody goes to another room. */
function load(sessions) {
  const step = 20;
  let owed = 0;
  const timer = setInterval(() => {
    for (owed += (LINES_A_SECOND * step) / 1000; owed >= 1; owed--) {
      const s = sessions[Math.floor(random() * sessions.length)];
      const p = s.people[Math.floor(random() * s.people.length)];
      if (random() < 0.01 && p !== s.people[0])
        p.ask(
          p.room === 1 ? { command: "rooms.enter", room: s.room } : { command: "rooms.leave" },
        );
      else if (p.wanted.length < 60) p.say();
    }
  }, step);
  return () => clearInterval(timer);
}

async function restart(server) {
  const took = await server.start();
  done.restarts++;
  slowestStart = Math.max(slowestStart, took);
  if (took > LISTEN_MS) fail(`it listened ${Math.round(took)} ms after its start`);
}

/** Everybody is back and everything is confirmed: now screens and record must agree. */
async function settle(server, sessions, label) {
  const before = failed;
  try {
    await until("all are back and nothing is open", () =>
      everybody(sessions).every((p) => p.live && !p.wanted.length),
    );
    await sleep(50); // what others were still to be told
    for (const s of sessions) await verify(server, s, figures, fail);
  } catch (e) {
    const open = everybody(sessions).filter((p) => !p.live || p.wanted.length);
    fail(`${e.message}; ${open.map((p) => `${p.name} live=${p.live} ${p.wanted.length}`)}`);
  }
  if (failed > before) {
    const acked = everybody(sessions).reduce((n, p) => n + p.taken.size, 0);
    console.log(`${label} acked=${acked} ${line(figures)} failed=${failed} seed=${seed}`);
    if (server.err()) console.log(server.err());
  }
}

const line = (of) =>
  Object.entries(of)
    .map(([k, v]) => `${k}=${v}`)
    .join(" ");

async function killing(server, sessions, kills) {
  for (let i = 0; i < kills; i++) {
    const isSoon = random() < 0.3;
    const moment = random() * (isSoon ? SOON_MS : MOMENT_MS);
    const stop = load(sessions);
    await sleep(moment);
    await server.kill();
    done.kills++;
    await restart(server);
    stop();
    const isLast = i === kills - 1;
    // Sometimes it is killed again before anybody had time to look.
    if (!isLast && random() < 0.2) continue;
    await settle(server, sessions, `kill=${done.kills} after_ms=${Math.round(moment)}`);
  }
}

async function ending(server, sessions, links) {
  for (let i = 0; i < TERMS; i++) {
    const stop = load(sessions);
    await sleep(200 + random() * 500);
    const { code, signal, ms } = await server.end();
    done.terms++;
    if (code !== 0 || ms > END_MS)
      fail(`SIGTERM: ended with ${code ?? signal} after ${Math.round(ms)} ms: ${server.err()}`);
    await restart(server);
    stop();
    if (linksOf(server) !== links) fail("another start printed other links");
    await settle(server, sessions, `sigterm=${i + 1}`);
  }
}

/** SIGTERM before it is up: the same end. In the first moments nobody hears it but the system. */
async function endingYoung(dir) {
  for (const ms of [15, 25, 50, 100]) {
    const args = ["--listen.port=0", "--admin.listen=off", `--data.dir=${join(dir, "young")}`, "--log.level=warn"];
    const child = start(bin("jobalike-server"), [...args, "--demo.session=yes"], { stdio: "ignore" });
    const exited = new Promise((done) => child.on("exit", (code, signal) => done({ code, signal })));
    await sleep(ms);
    const begun = performance.now();
    child.kill("SIGTERM");
    const { code, signal } = await exited;
    const took = performance.now() - begun;
    done.terms++;
    if ((code !== 0 && signal !== "SIGTERM") || took > END_MS)
      fail(`SIGTERM ${ms} ms after the start: ended with ${code ?? signal} after ${Math.round(took)} ms`);
  }
}

const linksOf = (server) => server.out().match(/#ticket=\S+/g)?.join("\n");

async function file(kills, isLast) {
  const server = makeServer({
    dir: tempDir("kill"),
    options: [
      "--limits.rate_percent=0",
      "--limits.joins_per_second=10000",
      "--demo.session=yes",
      "--store.synchronous=full",
    ],
  });
  await server.start();
  const links = linksOf(server);
  if (links?.split("\n").length !== 4) fail(`four links were to be printed: ${server.out()}`);
  const sessions = [];
  for (let i = 0; i < SESSIONS; i++) sessions.push(await open(server, i));
  await killing(server, sessions, kills);
  if (linksOf(server) !== links) fail("another start printed other links");
  if (isLast) {
    await ending(server, sessions, links);
    await endingYoung(server.dir);
  }
  for (const p of everybody(sessions)) {
    done.acked += p.taken.size;
    done.replays += p.replays;
    done.views += p.views;
    backs.push(...p.backs);
    p.leave();
  }
  const { code, signal } = await server.end();
  if (code !== 0) fail(`the last end: ${code ?? signal}: ${server.err()}`);
  server.remove();
}

for (let left = KILLS; left > 0; left -= KILLS_A_FILE)
  await file(Math.min(left, KILLS_A_FILE), left <= KILLS_A_FILE);

backs.sort((a, b) => a - b);
const p99 = Math.round(backs[Math.floor(backs.length * 0.99)]);
if (done.acked < KILLS * 50) fail(`only ${done.acked} lines were acknowledged: that is no load`);
console.log(
  `suite=kill kills=${done.kills} acked=${done.acked} ${line(figures)} terms=${done.terms} ` +
    `starts=${done.restarts} slowest_start_ms=${Math.round(slowestStart)} views=${done.views} ` +
    `replays=${done.replays} back_p99_ms=${p99} seed=${seed} failed=${failed}`,
);
process.exit(failed ? 1 : 0);
