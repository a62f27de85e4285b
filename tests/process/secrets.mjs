// Secrets and words that carry a mark, everywhere one could put them; then the mark is looked for in all
// that the server says, keeps open to others, or hands on.

import assert from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check } from "../edge/cases.mjs";
import { bearer, planned, tokenOf } from "../edge/forms.mjs";
import { api, dial, exchange, frame, handshake, next, request, send } from "../edge/raw.mjs";
import { startServer } from "../edge/server.mjs";

const MARK = "SECRETMARK";
const bin = join(process.env.JOBALIKE_BIN ?? "build/debug", "jobalike-server");
const long = (word) => `${MARK}-${word}-${"0123456789abcdef".repeat(2)}`;
const json = { "Content-Type": "application/json", "X-Jobalike": "1" };

/** Requests that hold the mark where it does not belong; none of their answers may say it again. */
const strange = (session, ticket) => [
  request("GET", `/?ticket=${MARK}`),
  request("GET", `/${MARK}`),
  request("GET", `/s/${session}?ticket=${ticket}`),
  request("GET", `/api/sessions/${MARK}`),
  request("GET", `/api/sessions/${session}/export.json`, bearer(`${MARK}.a.b`)),
  request("POST", "/api/sessions", { ...json, ...bearer(long("wrong")) }, "{}"),
  request("POST", "/api/sessions", { ...json, ...bearer(MARK) }, `{"title":"${MARK}"`),
  request("POST", `/api/sessions/${session}/tickets`, json, JSON.stringify({ name: "A", school: "B", language: "en", invitation: `${MARK}.x.y` })),
  request("POST", `/api/sessions/${session}/tickets`, json, JSON.stringify({ name: { [MARK]: MARK } })),
  request("POST", `/api/sessions/${session}/tickets`, json, `{"name":"${MARK}"`),
  request("POST", "/csp", { "Content-Type": "application/csp-report" }, `{"csp-report":{"document-uri":"https://x/#ticket=${MARK}"}}`),
  request("GET", "/", { Cookie: `a=${MARK}`, Authorization: `Basic ${MARK}`, Referer: `https://x/${MARK}`, "X-Forwarded-For": MARK }),
  request("BREW", `/${MARK}`),
  request("GET", `/%zz${MARK}`),
];

const handshakes = (port) => [
  handshake(port, { Origin: `https://${MARK}.example` }),
  handshake(port, { "Sec-WebSocket-Protocol": `jobalike.v1.${MARK}` }),
  handshake(port, { Authorization: `Bearer ${MARK}`, "Sec-WebSocket-Key": MARK }),
  handshake(port, { Host: `${MARK}/x` }),
];

async function wrongWords(port) {
  const said = [];
  for (const words of [
    { hello: 1, ticket: long("ticket") },
    { hello: 1, ticket: `${MARK}.${MARK}.${MARK}` },
    { [MARK]: MARK },
    { command: MARK, n: 1 },
  ]) {
    const s = await dial(port);
    send(s, words);
    said.push(JSON.stringify(await next(s)));
    s.socket.write(frame(`{"${MARK}`));
    said.push(JSON.stringify(await next(s)));
    s.socket.destroy();
  }
  return said;
}

/** What the system shows of a process and of what it started. */
function shown(pid) {
  const of = (p) => readFileSync(`/proc/${p}/cmdline`, "utf8");
  const started = readdirSync(`/proc/${pid}/task`).flatMap((t) =>
    readFileSync(`/proc/${pid}/task/${t}/children`, "utf8").split(" ").filter(Boolean),
  );
  return [of(pid), ...started.map((p) => of(p) + readFileSync(`/proc/${p}/environ`, "utf8"))];
}

async function lookEverywhere() {
  const dir = mkdtempSync(join(tmpdir(), "jobalike-secrets-"));
  const file = join(dir, "tickets");
  writeFileSync(file, `${long("newer")}\n${long("older")}\n`, { mode: 0o600 });
  const server = await startServer(["--log.level=debug", "--store.url=sqlite:"], {
    JOBALIKE_KEYS_TICKETS_FILE: file,
    JOBALIKE_KEYS_INSTALLATION: long("installation"),
  });
  const asKeyed = { ...server, installKey: () => long("installation") };
  const { session, links } = await planned(asKeyed);
  const ticket = tokenOf(links.organizer);
  const said = [];
  for (const bytes of [...strange(session, ticket), ...handshakes(server.port)]) {
    const answer = await exchange(server.port, bytes);
    said.push(`${JSON.stringify(answer?.headers)}${answer?.body}`);
  }
  said.push(...(await wrongWords(server.port)));
  const s = await dial(server.port);
  send(s, { hello: 1, ticket });
  assert.ok((await next(s, (m) => m.view || m.error)).view);
  send(s, { command: "chat.say", n: 1, room: 1, text: `${MARK} is what I said` });
  assert.ok((await next(s, (m) => m.n === 1)).event);
  send(s, { command: "chat.say", n: 2, room: 1, text: `${MARK}`.repeat(400) });
  said.push(JSON.stringify(await next(s, (m) => m.n === 2)));
  // Wrong options on SIGHUP: the sentence names the option, not the secret.
  writeFileSync(file, `${MARK}-short\n`, { mode: 0o600 });
  process.kill(server.pid, "SIGHUP");
  await sleep(300);
  said.push((await exchange(server.adminPort, request("GET", "/metrics"))).body.toString());
  said.push(...shown(server.pid));
  s.socket.destroy();
  const end = await server.end();
  rmSync(dir, { recursive: true, force: true });
  return { said, log: server.err(), out: server.out(), ticket, end };
}

const hits = (texts, word) => texts.filter((text) => text?.includes(word)).length;

export async function secrets() {
  let found = 0;
  await check("secret: no mark in the log, the answers, the arguments or what is started", async () => {
    const { said, log, out, ticket, end } = await lookEverywhere();
    assert.strictEqual(end, null);
    assert.match(log, /"reload\.refused"/);
    assert.match(log, /"handshake\.refused"/);
    assert.match(log, /"key\.refused".*"from":"127\.0\.0\.0\/24"/);
    assert.doesNotMatch(log, /127\.0\.0\.[1-9]/);
    const everywhere = [...said, log, out];
    const marked = everywhere.filter((text) => text?.includes(MARK));
    found = marked.length + hits([log, out], ticket) + hits([log], ticket.slice(-20));
    console.log(`process: secrets looked_at=${everywhere.length} log_lines=${log.split("\n").length - 1} hits=${found}`);
    assert.strictEqual(found, 0, marked.map((m) => m.slice(0, 300)).join("\n"));
    for (const line of log.trim().split("\n")) assert.ok(JSON.parse(line).what, line);
  });
  for (const [name, args, variables] of [
    ["a ticket key as a flag", [`--keys.tickets=${long("flag")}`], {}],
    ["the installation key as a flag", [`--keys.installation=${long("flag")}`], {}],
    ["a short key in a variable", [], { JOBALIKE_KEYS_TICKETS: `${MARK}-short` }],
  ])
    await check(`secret: ${name} is refused and not repeated`, () => {
      const got = spawnSync(bin, args, { env: { ...process.env, ...variables } });
      assert.strictEqual(got.status, 2);
      assert.match(got.stderr.toString(), /secret, which arguments are not|shorter than 32/);
      assert.ok(!got.stderr.includes(MARK) && !got.stdout.includes(MARK));
      return true;
    });
  await check("secret: what is printed of the options is masked", () => {
    const got = spawnSync(bin, ["--print-config"], { env: { ...process.env, JOBALIKE_KEYS_INSTALLATION: long("x") } });
    assert.strictEqual(got.status, 0);
    assert.ok(got.stdout.includes("********") && !got.stdout.includes(MARK));
  });
}
