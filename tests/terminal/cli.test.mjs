// The terminal client against a real server: every sub-command, refusals and their status, a crowd whose
// connections are cut and whose server is killed, and the record of what was said.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isReport } from "../lib-js/server.mjs";

const bin = process.env.JOBALIKE_BIN ?? "build/debug";
const dir = mkdtempSync(join(tmpdir(), "jobalike-cli-"));
const data = join(dir, "var");
let server = null;
let serverSaid = "";
let base = "";
let links = {};

/** Starts the server on a port, or on any; resolves once it listens. */
async function start(port = 0) {
  server = spawn(join(bin, "jobalike-server"), [`--listen.port=${port}`, `--data.dir=${data}`, "--admin.listen=off", "--log.level=warn"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  server.stderr.on("data", (d) => {
    serverSaid += d;
  });
  let said = "";
  for await (const chunk of server.stdout) {
    said += chunk;
    const found = /^Jobalike is at (http:\S+)$/m.exec(said);
    if (found) {
      base = found[1];
      server.stdout.on("data", () => {});
      return;
    }
  }
  throw new Error(`the server said: ${said}`);
}

const ended = (child) =>
  (child.exitCode ?? child.signalCode) !== null ? child : new Promise((done) => child.once("exit", () => done(child)));

function jobalike(args, input = "", env = {}) {
  const how = { input, encoding: "utf8", timeout: 60_000, env: { ...process.env, ...env } };
  const run = spawnSync(join(bin, "jobalike"), args, how);
  assert.ok(!isReport(run.stderr), run.stderr);
  return { status: run.status, out: run.stdout, err: run.stderr };
}

/** A crowd that is told what to do: lines(), tell(), until(). */
function crowd(args) {
  const child = spawn(join(bin, "jobalike"), ["crowd", ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop();
    lines.push(...parts);
  });
  return {
    lines,
    child,
    tell: (line) => child.stdin.write(`${line}\n`),
    async until(pattern, ms = 60_000) {
      for (const limit = Date.now() + ms; Date.now() < limit; await sleep(20)) {
        const found = lines.findLast((line) => pattern.test(line));
        if (found) return found;
        assert.equal(child.exitCode, null, `ended before ${pattern}: ${lines.join("\n")}`);
      }
      assert.fail(`no ${pattern} in time: ${lines.slice(-5).join("\n")}`);
    },
  };
}

const linesOf = (record) =>
  record.rooms.flatMap((room) => room.topics.flatMap((topic) => topic.lines.map((line) => ({ ...line, room: room.id }))));

before(async () => {
  await start();
  const plan = jobalike([
    "plan", "--server", base, "--title", "Test hour", "--area", "hr=Human Resources/人力资源", "--area", "finance=Finance",
    "--area", "facilities=Facilities", "--area", "admissions=Admissions", "--area", "academics=Academics",
    "--start", "now", "--end", "+60m", "--open", "--key", join(data, "install.key"), "--json",
  ]);
  assert.equal(plan.status, 0, plan.err);
  links = JSON.parse(plan.out).links;
});

after(async () => {
  server.kill("SIGTERM");
  assert.equal((await ended(server)).exitCode, 0, serverSaid);
  assert.ok(!isReport(serverSaid), serverSaid);
  rmSync(dir, { recursive: true });
});

test("sessions are listed and shown", () => {
  assert.match(jobalike(["sessions", base]).out, /lobby\s+Test hour/);
  const hidden = ["plan", "--server", base, "--title", "By invitation", "--area", "hr=HR", "--start", "now", "--end", "+60m"];
  const planned = jobalike([...hidden, "--key", join(data, "install.key")]);
  assert.equal(planned.status, 0);
  assert.match(planned.out, /^session +\S+\ncode +[0-9A-Z]{6}\n\w+ +http\S+\n/);
  assert.doesNotMatch(jobalike(["sessions", base]).out, /By invitation/);
  assert.match(jobalike(["sessions", base, "--key", join(data, "install.key")]).out, /lobby\s+By invitation/);
  writeFileSync(join(dir, "other.key"), "of another house, and as long as it has to be\n");
  assert.equal(jobalike(["sessions", base, "--key", join(dir, "other.key")]).status, 1);
  assert.equal(jobalike(["sessions", base, "--key", join(dir, "nothing")]).status, 1);
  const shown = jobalike(["show", links.attendee]);
  assert.match(shown.out, /Human Resources \/ 人力资源/);
  assert.equal(jobalike(["show", "nosuch", "--server", base]).status, 1);
});

test("mistakes end with 2 and a sentence, refusals with 1, nobody there with 3", () => {
  for (const args of [
    [], ["dance"], ["help", "dance"], ["talk"], ["talk", "ftp://x"], ["ask", links.attendee], ["sessions", "--shout"],
    ["plan", "--start", "tomorrow"], ["plan", "--title"], ["crowd", links.attendee], ["crowd", links.organizer, "--roster", "x"],
    ["ask", links.organizer, "rooms.move", "who=x"], ["talk", links.attendee],
  ]) {
    const { status, err } = jobalike(args);
    assert.equal(status, 2, `${args}: ${err}`);
    assert.match(err, /jobalike/, `${args}`);
  }
  assert.equal(jobalike(["ask", links.organizer, "rooms.move", "who=99", "to=1"]).status, 1);
  assert.equal(jobalike(["plan", "--server", base, "--title", "x", "--start", "now", "--end", "+1h", "--key", "/dev/null"]).status, 1);
  assert.equal(jobalike(["sessions", "http://127.0.0.1:9"]).status, 3);
  assert.equal(jobalike(["ask", links.organizer.replace(base, "http://127.0.0.1:9"), "hands.raise"]).status, 3);
  assert.equal(jobalike(["ask", `${links.organizer.slice(0, -3)}xyz`, "hands.raise"]).status, 1);
});

test("tickets and invitations are made without the server", () => {
  const invitation = jobalike(["invite", links.attendee, "--role", "observer", "--data", data]).out.trim();
  const ticket = jobalike(["join", invitation, "--name", "Olu", "--school", "Cedar"]).out.trim();
  assert.match(ticket, /^ey/);
  const refused = jobalike(["ask", "--ticket", ticket, links.attendee, "chat.say", "room=1", "text=x"]);
  assert.equal(refused.status, 1);
  assert.match(refused.err, /forbidden/);
  const made = jobalike(["ticket", links.attendee, "--role", "moderator", "--name", "Mo", "--school", "S", "--data", data]);
  const room = JSON.parse(jobalike(["ask", made.out.trim(), "rooms.open", "title=Extra"]).out);
  assert.equal(room.event, "rooms.opened");
  const claims = JSON.parse(Buffer.from(made.out.split("#ticket=")[1].split(".")[1], "base64url").toString());
  assert.ok(Math.abs(claims.iat - Date.now() / 1000) < 60, "it says when it was made: an older one would not be taken");
});

test("keys are where the server is told of them, too: in files that the environment names", () => {
  const named = { JOBALIKE_KEYS_TICKETS_FILE: join(data, "keys/tickets"), JOBALIKE_KEYS_INSTALLATION_FILE: join(data, "install.key") };
  const elsewhere = ["--data", join(dir, "nowhere")];
  const invitation = jobalike(["invite", links.attendee, ...elsewhere], "", named).out.trim();
  assert.match(jobalike(["join", invitation, "--name", "Ida", "--school", "Elm"]).out, /^ey/);
  const plan = ["plan", "--server", base, "--title", "Of a file", "--area", "hr=HR", "--start", "now", "--end", "+60m"];
  const planned = jobalike(plan, "", named);
  assert.equal(planned.status, 0, planned.err);
  const missing = { JOBALIKE_KEYS_TICKETS_FILE: join(dir, "nothing"), JOBALIKE_KEYS_INSTALLATION_FILE: join(dir, "nothing") };
  for (const args of [plan, ["invite", links.attendee, "--data", data]]) {
    const refused = jobalike(args, "", missing);
    assert.equal(refused.status, 1);
    assert.match(refused.err, /nothing/);
  }
});

test("talk says what comes through a pipe, in order, and obeys", () => {
  const said = jobalike(
    ["talk", links.attendee, "--name", "Ana", "--school", "ISB", "--area", "hr"],
    "first\nsecond\n//third\n/enter extra\n/ask chat.history room=1\n/nonsense\n",
  );
  assert.equal(said.status, 1, "a line was not understood");
  assert.match(said.out, /first[^]*second[^]*: \/third/);
  assert.match(said.out, /in Extra/);
  assert.match(said.err, /no such command/);
});

test("talk stays for as long as it is told to, and shows what others say", () => {
  jobalike(["ask", links.organizer, "chat.say", "room=1", "text=welcome"]);
  const { out, status } = jobalike(["talk", links.attendee, "--name", "Ben", "--school", "ISB", "--for", "1"]);
  assert.equal(status, 0);
  assert.match(out, /Organizer.*: welcome/);
});

test("a crowd survives cuts and a killed server, and every acknowledged line is in the record once", async () => {
  const rooms = ["hr", "finance", "facilities", "admissions", "academics"].map((area) =>
    JSON.parse(jobalike(["ask", links.organizer, "rooms.open", `title=${area}`, `area=${area}`]).out),
  );
  const log = join(dir, "crowd.jsonl");
  const c = crowd([links.attendee, "--roster", "tests/terminal/roster.csv", "--script", "tests/terminal/script.txt", "--log", log, "--seed", "4"]);
  await c.until(/^joined 56 of 56$/);
  jobalike(["ask", links.facilitator, "rooms.send"]);
  const topic = JSON.parse(jobalike(["ask", links.facilitator, "agenda.add", "title=Who?", "minutes=5"]).out);
  jobalike(["ask", links.facilitator, "agenda.push", `topic=${topic.seq}`]);
  await sleep(4000);
  c.tell("say 3 an order");
  await c.until(/^taken 3 \d+$/);
  c.tell("drop all");
  await sleep(2000);
  for (let i = 0; i < 3; i++) {
    server.kill("SIGKILL");
    await ended(server);
    await start(new URL(base).port);
    await sleep(3000);
  }
  c.tell(`ask 4 rooms.enter room=${rooms[4].seq}`);
  await c.until(/^(taken|refused) 4/);
  c.tell("quit");
  await ended(c.child);
  const last = c.lines.at(-1);
  assert.match(last, /^people=56 joined=56 said=\d+ acked=\d+ lost=0 doubled=0 holes=0$/, c.lines.slice(-3).join("\n"));
  assert.equal(c.child.exitCode, 0);

  jobalike(["ask", links.organizer, "session.close"]);
  const record = JSON.parse(jobalike(["export", links.organizer]).out);
  const found = new Map(linesOf(record).map((line) => [line.id, line]));
  assert.equal(found.size, linesOf(record).length, "no line twice");
  const acked = readFileSync(log, "utf8").trim().split("\n").map((line) => JSON.parse(line)).filter((line) => line.n);
  assert.ok(acked.length > 100, `only ${acked.length} lines`);
  assert.equal(new Set(acked.map((line) => line.seq)).size, acked.length);
  for (const line of acked) {
    assert.equal(found.get(line.seq)?.text, line.text.normalize("NFC"));
    assert.equal(found.get(line.seq)?.room, line.room);
  }
  const markdown = jobalike(["export", links.organizer, "--as", "md"]).out;
  for (const { seq } of acked) assert.equal(markdown.split(`<a id="line-${seq}"></a>`).length, 2);
});

test("a roster that is wrong is refused with line and column", () => {
  const path = join(dir, "bad.csv");
  writeFileSync(path, 'name,school\nAna,"ISB\n');
  const { status, err } = jobalike(["crowd", links.attendee, "--roster", path]);
  assert.equal(status, 2);
  assert.match(err, /line 2, column 2/);
  assert.ok(!existsSync(join(dir, "none")));
});
