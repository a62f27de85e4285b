// Other sites, and what they can make a browser send: sockets by their origin, forms, paths, files.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { bearer } from "./forms.mjs";
import { api, exchange, handshake, request } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

/** CSWSH: origins that are not ours. Ours is http://127.0.0.1:PORT. */
const origins = (port) => {
  const us = `127.0.0.1:${port}`;
  return [
    "null", "undefined", "*", "http://", "https://", "http:", "//", us, `//${us}`, "about:blank", "file://",
    "http://evil.example", "https://evil.example", `http://evil.example:${port}`, `http://${us}.evil.example`,
    `http://evil.example.${us}`, `http://evil${us}`, `http://${us}@evil.example`, `http://evil.example/${us}`,
    `http://evil.example?${us}`, `http://evil.example#${us}`, `http://sub.${us}`, `http://127.0.0.1`,
    `http://127.0.0.1:${port}0`, `http://127.0.0.1:${port - 1}`, `http://127.0.0.1:0${port}`, `http://127.0.0.1.:${port}`,
    `http://127.1:${port}`, `http://2130706433:${port}`, `http://0x7f000001:${port}`, `http://[::1]:${port}`,
    `http://localhost:${port}`, `http://LOCALHOST:${port}`, `ftp://${us}`, `ws://${us}`, `wss://${us}`, `javascript://${us}`,
    `chrome-extension://${us}`, `http://${us}/`, `http://${us}/x`, ` http://${us}.`, `http://${us} http://evil.example`,
    `http://${us},http://evil.example`, "https://intranet.example.evil.example", "https://intranet.example:8443",
    "http://intranet.example", "https://INTRANET.example.evil", "https://xn--intranet-9ua.example", "https://ıntranet.example",
  ];
};

export async function otherSites({ port }) {
  let refused = 0;
  for (const origin of origins(port))
    await check(`origin: ${origin}`, async () => {
      const bytes = handshake(port, { Origin: origin });
      const answer = await exchange(port, Buffer.from(bytes));
      assert.notStrictEqual(answer?.status, 101, "it was taken");
      if (answer) assert.ok([400, 403].includes(answer.status), `${answer.status}`);
      refused++;
      return true;
    });
  await check("origin: two of them, ours first", async () => {
    const bytes = handshake(port).replace("Upgrade:", `Origin: http://127.0.0.1:${port}\r\nOrigin: http://evil.example\r\nUpgrade:`);
    assert.notStrictEqual((await exchange(port, bytes))?.status, 101);
    refused++;
    return true;
  });
  let taken = 0;
  for (const origin of [`http://127.0.0.1:${port}`, "https://intranet.example"])
    await check(`origin: ${origin} is ours`, async () => {
      assert.strictEqual((await exchange(port, handshake(port, { Origin: origin })))?.status, 101);
      taken++;
    });
  return { refused, taken, opened: taken - 2 };
}

/** CSRF: what a form, an image or a script of another site can send, to each address that changes. */
export async function forgedRequests(server) {
  const { port, session } = server;
  const key = server.ticketKey();
  const plan = JSON.stringify({
    title: "Forged", format: "free", languages: ["en"], areas: [{ key: "a", en: "A" }], start: 1, end: 2, open: true, rooms_by: "all",
  });
  const who = JSON.stringify({ name: "Forged", school: "X", language: "en" });
  const posts = { "/api/sessions": plan, [`/api/sessions/${session}/tickets`]: who, "/api/codes": '{"code":"222222"}', "/csp": "{}" };
  const ours = { "Content-Type": "application/json", "X-Jobalike": "1" };
  const ways = {
    "no header of ours": { "Content-Type": "application/json" },
    "another header": { "Content-Type": "application/json", "X-Requested-With": "XMLHttpRequest" },
    "a form": { "Content-Type": "application/x-www-form-urlencoded" },
    "a form with files": { "Content-Type": "multipart/form-data; boundary=x" },
    "a text": { "Content-Type": "text/plain" },
    "no type": {},
    "from another site": { "Content-Type": "text/plain", "Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site" },
    "a header with another word": { ...ours, "X-Jobalike": "true" },
  };
  let changes = 0;
  const before = (await api(port, "GET", "/api/sessions", undefined, bearer(server.installKey()))).json.sessions.length;
  for (const [path, body] of Object.entries(posts)) {
    for (const [name, headers] of Object.entries(ways))
      await check(`csrf: ${path} ${name}`, async () => {
        const answer = await exchange(port, request("POST", path, { ...headers, Authorization: `Bearer ${server.installKey()}` }, body));
        if ([200, 201].includes(answer?.status)) changes++;
        assert.ok(path === "/csp" || [403, 415].includes(answer?.status), `${answer?.status}`);
        return true;
      });
    await check(`csrf: ${path} by GET`, async () => {
      const answer = await exchange(port, request("GET", `${path}?name=Forged&school=X&language=en&code=222222`));
      if (answer?.status === 201) changes++;
      assert.strictEqual(answer?.status, path === "/api/sessions" ? 200 : 405);
      return true;
    });
    await check(`csrf: ${path} asked before by OPTIONS`, async () => {
      const answer = await exchange(port, request("OPTIONS", path, { "Origin": "http://evil.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-jobalike" }));
      assert.strictEqual(answer?.status, 405);
      for (const h of Object.keys(answer.headers)) assert.ok(!h.startsWith("access-control-"), h);
      return true;
    });
  }
  const bearers = {
    "nothing": {}, "a ticket": { Authorization: `Bearer ${ticket(key, session)}` }, "a cookie": { Cookie: `key=${server.installKey()}` },
    "an old ticket": { Authorization: `Bearer ${ticket(key, session, { exp: 1 })}` },
    "basic": { Authorization: `Basic ${Buffer.from(`x:${server.installKey()}`).toString("base64")}` },
    "two keys": { Authorization: `Bearer ${server.installKey()}, Bearer x` },
    "the key in the address": {}, "half a key": { Authorization: `Bearer ${server.installKey().slice(0, 32)}` },
  };
  for (const [name, headers] of Object.entries(bearers))
    await check(`csrf: planning with ${name}`, async () => {
      const path = name.endsWith("address") ? `/api/sessions?key=${server.installKey()}` : "/api/sessions";
      const answer = await exchange(port, request("POST", path, { ...ours, ...headers }, plan));
      if (answer?.status === 201) changes++;
      assert.strictEqual(answer?.status, 401);
      return true;
    });
  const after = (await api(port, "GET", "/api/sessions", undefined, bearer(server.installKey()))).json.sessions.length;
  await check("csrf: nothing was changed", () => assert.deepStrictEqual([changes, after], [0, before]));
  return { changes };
}

/** PATH: every way up, in every place, in every writing. */
export async function waysOut(port) {
  const page = (await exchange(port, request("GET", "/"))).body;
  const ups = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..\\", "..%5c", "%252e%252e%252f", "..;/", "....//", ".%00./", "%c0%ae%c0%ae/", "..%c0%af", "%uff0e%uff0e/", "..%00/", "./../"];
  const starts = ["/", "/assets/", "/s/", "/api/", "/api/sessions/", "/sessions/", "//", "/./", "/ws/"];
  const targets = ["etc/passwd", "proc/self/environ", "var/keys/tickets", ".git/config"];
  const paths = [];
  for (const start of starts)
    for (const [i, up] of ups.entries())
      for (const depth of [1, 8]) paths.push(`${start}${up.repeat(depth)}${targets[(i + depth) % 4]}`);
  for (const odd of ["~root/.ssh/id_rsa", ".htaccess", ".env", "con", "nul", "aux.html", "assets/main.js::$DATA", "a".repeat(4000), "%", "%f", "%zz", "?", "??", "*", "\\\\host\\share"])
    for (const start of ["/", "/assets/"]) paths.push(start + odd);
  let outside = 0;
  for (const path of paths)
    await check(`path: ${path.slice(0, 60)}`, async () => {
      const answer = await exchange(port, request("GET", path));
      if (answer && /root:x?:|PATH=|\[core\]/.test(answer.body.toString())) outside++;
      if (answer?.status === 200) assert.deepStrictEqual(answer.body, page, "a file");
      else assert.ok(!answer || answer.status >= 400, `${answer?.status}`);
      return answer?.status !== 200;
    });
  await check("path: nothing of it came from outside", () => assert.strictEqual(outside, 0));
  return { outside };
}

/** UPLOAD: there is none. */
export async function uploads(server) {
  const { port, session } = server;
  const paths = ["/", "/csp", "/api/sessions", `/api/sessions/${session}/tickets`, `/api/sessions/${session}/export.json`, "/healthz", "/ws"];
  const types = ["application/json", "application/octet-stream", "multipart/form-data; boundary=b", "image/png", "text/csv", "application/zip", "application/x-www-form-urlencoded"];
  let taken = 0;
  for (const path of paths)
    for (const [i, type] of types.entries())
      await check(`upload: ${type} to ${path}`, async () => {
        const body = "x".repeat(65_537 + i * 50_000);
        const answer = await exchange(port, request(i % 2 ? "POST" : "PUT", path, { "Content-Type": type, "X-Jobalike": "1" }, body));
        if (answer && answer.status < 400) taken++;
        assert.ok(!answer || [400, 403, 404, 405, 411, 413, 415, 426].includes(answer.status), `${answer?.status}`);
        return true;
      });
  await check("upload: none was taken", () => assert.strictEqual(taken, 0));
  return { taken };
}
