// HTTP: the same headers on every answer, whatever it says; what is refused; paths that lead nowhere.

import { parse } from "./metrics.mjs";
import assert from "node:assert";
import { check } from "./cases.mjs";
import { planned } from "./forms.mjs";
import { api, exchange, handshake, open, request, takeAnswer, until } from "./raw.mjs";

const HEADERS = {
  "content-security-policy":
    /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'; require-trusted-types-for 'script'; report-uri \/csp$/,
  "x-content-type-options": /^nosniff$/,
  "referrer-policy": /^no-referrer$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^same-origin$/,
  "cross-origin-embedder-policy": /^require-corp$/,
  "permissions-policy": /camera=\(\)/,
  "x-frame-options": /^DENY$/,
};
const TLS_HEADERS = { "strict-transport-security": /^max-age=63072000; includeSubDomains$/ };
const NEVER = ["server", "access-control-allow-origin", "set-cookie", "x-powered-by"];

const KEPT = /^public, max-age=31536000, immutable$/;

/** Every answer is looked at; missing: headers that it has not, or has and must not have. */
const seen = { responses: 0, missing: 0 };

function wrong({ status, headers }, secure) {
  const all = Object.entries({ ...HEADERS, ...(secure ? TLS_HEADERS : {}) });
  const list = all.filter(([name, value]) => !value.test(headers[name] ?? "(none)")).map(([name]) => name);
  list.push(...NEVER.filter((name) => headers[name] !== undefined));
  if (!secure && headers["strict-transport-security"]) list.push("strict-transport-security");
  const kept = headers["cache-control"];
  if (status !== 101 && kept !== "no-store" && !KEPT.test(kept)) list.push("cache-control");
  return list;
}

function holds(answer, name, secure = false) {
  assert.ok(answer, `${name}: no answer`);
  const list = wrong(answer, secure);
  seen.responses++;
  seen.missing += list.length;
  assert.deepStrictEqual(list, [], name);
}

const json = { "Content-Type": "application/json", "X-Jobalike": "1" };

const requests = (session) => [
  [200, "GET", "/"],
  [200, "HEAD", "/"],
  [200, "GET", "/plan"],
  [200, "GET", `/s/${session}`],
  [200, "GET", "/?utm=1"],
  [200, "GET", "/healthz"],
  [200, "HEAD", "/healthz"],
  [200, "GET", "/readyz"],
  [200, "GET", "/api/sessions"],
  [200, "GET", `/api/sessions/${session}`],
  [200, "GET", `/sessions/${session}.ics`],
  [404, "GET", "/nothing"],
  [404, "GET", "/assets/"],
  [404, "GET", "/metrics"],
  [404, "GET", "/index"],
  [404, "GET", "/api"],
  [404, "GET", "/api/"],
  [404, "GET", "/api/nothing"],
  [404, "GET", "/api/sessions/nothing"],
  [404, "GET", `/api/sessions/${"a".repeat(33)}`],
  [404, "GET", "/api/sessions/a'b"],
  [404, "GET", `/api/sessions/${session}/nothing`],
  [404, "GET", "/sessions/nothing.ics"],
  [404, "POST", "/nothing", json, "{}"],
  [401, "GET", `/api/sessions/${session}/export.json`],
  [401, "GET", `/api/sessions/${session}/export.md`],
  [401, "POST", "/api/sessions", json, "{}"],
  [400, "POST", `/api/sessions/${session}/tickets`, json, "{}"],
  [400, "POST", `/api/sessions/${session}/tickets`, json, "[]"],
  [400, "POST", `/api/sessions/${session}/tickets`, json, "{"],
  [405, "PUT", "/"],
  [405, "DELETE", `/api/sessions/${session}`],
  [405, "PATCH", "/api/sessions"],
  [405, "OPTIONS", "/"],
  [405, "OPTIONS", "/api/sessions"],
  [405, "POST", "/", json, "{}"],
  [405, "POST", "/healthz", json, "{}"],
  [405, "POST", `/api/sessions/${session}`, json, "{}"],
  [405, "GET", `/api/sessions/${session}/tickets`],
  [405, "GET", "/csp"],
  [400, "GET", "/", { Host: null }],
  [400, "GET", "/", { "Content-Length": "3" }, "abc"],
  [400, "GET", "/", { "Content-Length": "-1" }],
  [400, "POST", "/api/sessions", { ...json, "Content-Length": "1e3" }, "x"],
  [411, "POST", "/api/sessions", { ...json, "Transfer-Encoding": "chunked" }],
  [411, "POST", "/api/sessions", json],
  [413, "POST", "/api/sessions", { ...json, "Content-Length": "65537" }],
  [413, "POST", "/api/sessions", { ...json, "Content-Length": "99999999999999" }],
  [415, "POST", "/api/sessions", { ...json, "Content-Type": "text/plain" }, "{}"],
  [415, "POST", "/api/sessions", { ...json, "Content-Type": "application/x-www-form-urlencoded" }, "a=b"],
  [415, "POST", "/api/sessions", { ...json, "Content-Type": "multipart/form-data; boundary=x" }, "{}"],
  [415, "POST", "/api/sessions", { "X-Jobalike": "1" }, "{}"],
  [403, "POST", "/api/sessions", { "Content-Type": "application/json" }, "{}"],
  [403, "POST", "/api/sessions", { "Content-Type": "application/json", "X-Jobalike": "0" }, "{}"],
  [204, "POST", "/csp", { "Content-Type": "application/csp-report" }, '{"csp-report":{}}'],
  [426, "GET", "/ws"],
  [414, "GET", `/${"a".repeat(600)}`],
  [414, "GET", `/${"a/".repeat(2000)}`],
  [400, "GET", "/", { Host: "a b" }],
];

async function everyAnswer(port, session, how) {
  for (const [status, method, path, headers, body] of requests(session))
    await check(`http: ${status} ${method} ${path} ${JSON.stringify(headers ?? {})}`, async () => {
      const answer = await exchange(port, request(method, path, headers, body), {
        head: method === "HEAD",
        how,
      });
      assert.strictEqual(answer?.status, status);
      holds(answer, path, how);
      if (path.startsWith("/api") && status >= 400)
        assert.ok(JSON.parse(answer.body.toString()).error, "an error of the API is JSON");
      if (status === 405) assert.ok(answer.headers.allow);
      return status >= 400;
    });
  await check("http: the answer that opens a WebSocket", async () => {
    const answer = await exchange(port, handshake(port), { how });
    assert.strictEqual(answer?.status, 101);
    holds(answer, "101", how);
  });
  // Those with 403 are answered by the library before we see them, with our headers.
  for (const [status, bytes] of [
    [403, "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n"],
    [403, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"],
    [403, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"],
    [403, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    [403, "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"],
    [403, "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
    [505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"],
    [505, "GET /\r\n\r\n"],
  ])
    await check(`http: ${JSON.stringify(bytes)}`, async () => {
      const answer = await exchange(port, bytes, { how });
      assert.strictEqual(answer?.status, status);
      holds(answer, bytes, how);
      return true;
    });
}

const paths = [
  "/../etc/passwd", "/../../etc/passwd", "/assets/../../etc/passwd", "/%2e%2e/etc/passwd",
  "/%2e%2e%2fetc%2fpasswd", "/..%2f..%2fetc/passwd", "/..%5c..%5cetc/passwd", "/..\\etc\\passwd",
  "//etc/passwd", "///etc/passwd", "/./etc/passwd", "/assets/..;/etc/passwd", "/.git/config",
  "/.git/HEAD", "/.env", "/~root", "/etc/passwd", "/proc/self/environ", "/var/keys/tickets",
  "/install.key", "/keys/tickets", "/demo.json", "/jobalike.db", "/index.html/", "/index.html/x",
  "/INDEX.HTML", "/assets", "/assets/.", "/assets/x.js.gz", "/index.html.gz", "/index.html.br",
  "/debug", "/debug/pprof/", "/debug/vars", "/_debug", "/trace", "/actuator", "/actuator/env", "/server-status", "/server-info",
  "/phpinfo.php", "/console", "/swagger", "/swagger.json", "/openapi.json", "/graphql", "/test", "/status", "/env", "/heapdump",
  "/sessions/s/state", "/metrics", "/admin",
  "/s/", "/s/a/b", "/s/../plan/x", "/plan/", "/PLAN", "/index.html%00", "/%00", "/index.html%20",
  "/%ff%fe", "/%c0%ae%c0%ae/etc/passwd", "/%252e%252e/etc/passwd", `/${"a".repeat(600)}`,
  `/${"a/".repeat(300)}`, `/${"../".repeat(200)}etc/passwd`, "/api/sessions/..%2f..%2fetc",
  "/sessions/../../etc/passwd.ics", "/sessions/.ics", "/sessions/a.ics.ics", "/ws/../../etc/passwd",
];

async function noWayOut(port, page, how) {
  for (const path of paths)
    await check(`path: ${path.slice(0, 60)}`, async () => {
      const answer = await exchange(port, request("GET", path), { how });
      if (answer) holds(answer, path, how);
      // No answer, none found, or the page itself where the path says no more than "/".
      if (answer && answer.status === 200) assert.deepStrictEqual(answer.body, page, "a file");
      else assert.ok(!answer || answer.status >= 400, `status ${answer?.status}`);
      if (answer) assert.ok(!/root:|jobalike\.v1\n.*key/.test(answer.body.toString()));
      return answer?.status !== 200;
    });
}

async function files(port, page) {
  const names = [...page.toString().matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((m) => m[1]);
  await check("file: the page names its files", () => assert.ok(names.length >= 3));
  await check("file: the page itself is not packed", async () => {
    const answer = await exchange(port, request("GET", "/", { "Accept-Encoding": "br, gzip" }));
    assert.strictEqual(answer.headers["content-encoding"], undefined);
    assert.deepStrictEqual(answer.body, page);
  });
  for (const name of names)
    await check(`file: ${name}`, async () => {
      const plain = await exchange(port, request("GET", name));
      assert.strictEqual(plain.status, 200);
      assert.match(plain.headers["cache-control"], KEPT);
      assert.strictEqual(plain.headers["content-encoding"], undefined);
      holds(plain, name);
      const tag = plain.headers.etag;
      const known = await exchange(port, request("GET", name, { "If-None-Match": tag }));
      assert.strictEqual(known.status, 304);
      holds(known, `${name}, known`);
      const { brotliDecompressSync, gunzipSync } = await import("node:zlib");
      for (const [kind, open] of [["br", brotliDecompressSync], ["gzip", gunzipSync]]) {
        const packed = await exchange(port, request("GET", name, { "Accept-Encoding": kind }));
        if (packed.headers["content-encoding"] === kind)
          assert.deepStrictEqual(open(packed.body), plain.body);
        assert.match(packed.headers.vary, /accept-encoding/);
      }
    });
}

/** Answers that a request alone does not bring about. */
async function others(server, session) {
  const tickets = `/api/sessions/${session}/tickets`;
  const who = (name) => ({ name, school: "ISB", language: "en" });
  for (const [status, ask] of [
    [201, () => planned(server).then((made) => api(server.port, "POST", `/api/sessions/${made.session}/tickets`, who("Ana")))],
    [409, () => api(server.port, "POST", tickets, who("Organizer"))],
    [403, () => api(server.port, "POST", tickets, { ...who("Ana"), invitation: "x.y.z" })],
    [404, () => api(server.port, "POST", "/api/codes", { code: "222222" })],
    [401, () => api(server.port, "GET", `/api/sessions/${session}/code`)],
  ])
    await check(`http: ${status} of the API`, async () => {
      const answer = await ask();
      assert.strictEqual(answer?.status, status);
      holds(answer, `${status}`);
      return status >= 400;
    });
}

async function connection(port) {
  await check("http: two requests in one packet", async () => {
    const s = open(port);
    s.socket.write(request("GET", "/healthz") + request("GET", "/readyz"));
    assert.strictEqual((await until(s, takeAnswer))?.status, 200);
    assert.strictEqual((await until(s, takeAnswer))?.status, 200);
    s.socket.destroy();
  });
  await check("http: one after the other", async () => {
    const s = open(port);
    for (let i = 0; i < 5; i++) {
      s.socket.write(request("GET", "/api/sessions"));
      assert.strictEqual((await until(s, takeAnswer))?.status, 200);
    }
    s.socket.destroy();
  });
  await check("http: HTTP/1.0 ends after one", async () => {
    const s = open(port);
    s.socket.write("GET /healthz HTTP/1.0\r\n\r\n");
    const answer = await until(s, takeAnswer);
    assert.strictEqual(answer?.status, 200);
    assert.strictEqual(answer.headers.connection, "close");
    assert.ok(await until(s, (x) => x.ended || undefined));
    s.socket.destroy();
  });
  await check("http: a body byte by byte", async () => {
    const s = open(port);
    const body = '{"name":"Ana"}';
    s.socket.write(request("POST", "/api/sessions", { ...json, "Content-Length": body.length }));
    for (const c of body) {
      s.socket.write(c);
      await new Promise((done) => setTimeout(done, 1));
    }
    assert.strictEqual((await until(s, takeAnswer))?.status, 401);
    s.socket.destroy();
    return true;
  });
  await check("http: more than was said goes nowhere", async () => {
    const s = open(port);
    s.socket.write(request("POST", "/api/sessions", { ...json, "Content-Length": 2 }) + `{}${"x".repeat(5000)}`);
    assert.strictEqual((await until(s, takeAnswer))?.status, 401);
    s.socket.destroy();
    return true;
  });
  await check("http: left before the answer", async () => {
    for (let i = 0; i < 20; i++) {
      const s = open(port);
      s.socket.write(request("GET", "/api/sessions"));
      setTimeout(() => s.socket.destroy(), i % 3);
    }
    await new Promise((done) => setTimeout(done, 50));
    assert.strictEqual((await api(port, "GET", "/healthz")).status, 200);
  });
}

async function operators(server, session, how) {
  await check("admin: metrics", async () => {
    const answer = await exchange(server.adminPort, request("GET", "/metrics"));
    assert.strictEqual(answer?.status, 200);
    holds(answer, "/metrics");
    parse(answer.body.toString());
  });
  await check("admin: the state of a session", async () => {
    const path = `/sessions/${session}/state`;
    const answer = await exchange(server.adminPort, request("GET", path));
    assert.strictEqual(answer?.status, 200);
    holds(answer, path);
    const { seq, epoch, sha256 } = JSON.parse(answer.body);
    assert.ok(seq > 0 && epoch, answer.body.toString());
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.strictEqual((await exchange(server.adminPort, request("GET", path))).body.toString(), answer.body.toString());
    assert.strictEqual((await exchange(server.port, request("GET", path), { how }))?.status, 404, "people may not ask");
  });
  const others = [[200, "/healthz"], [200, "/readyz"], [404, "/"], [404, "/api/sessions"], [404, "/sessions/none/state"]];
  for (const [status, path] of [...others, [404, `/sessions/${session}/states`]])
    await check(`admin: ${path}`, async () => {
      const answer = await exchange(server.adminPort, request("GET", path));
      assert.strictEqual(answer?.status, status);
      holds(answer, path);
      return status === 404;
    });
}

/** how: by TLS, or undefined. */
export async function http(server, session, how) {
  const page = (await exchange(server.port, request("GET", "/"), { how })).body;
  await everyAnswer(server.port, session, how);
  await noWayOut(server.port, page, how);
  if (!how) {
    await files(server.port, page);
    await others(server, session);
    await connection(server.port);
  }
  await operators(server, session, how);
  console.log(`http: responses=${seen.responses} headers_missing=${seen.missing}`);
}
