// Tickets that are not ours: by hello and by the export, none is taken.

import assert from "node:assert";
import { createHash, createHmac } from "node:crypto";
import { check } from "./cases.mjs";
import { api, dial, next, send } from "./raw.mjs";
import { claims, header, keyId, ticket, token } from "./tickets.mjs";

const b64 = (x) => Buffer.from(x).toString("base64url");
const soon = () => Math.floor(Date.now() / 1000) + 3600;

function forged(key, session, good) {
  const [h, c, m] = good.split(".");
  const say = (head, change) => token(key, JSON.stringify(head), claims(session, change));
  const id = keyId(key);
  return {
    "nothing": "",
    "two dots": "..",
    "words": "let me in",
    "no signature": `${h}.${c}.`,
    "signature cut": `${h}.${c}.${m.slice(0, -1)}`,
    "signature longer": `${h}.${c}.${m}A`,
    "signature of another": `${h}.${c}.${ticket(key, session, { sub: "x" }).split(".")[2]}`,
    "two signatures": `${good}.${m}`,
    "padding": `${h}.${c}.${m}=`,
    "plain base64": `${h}.${c}.${Buffer.from(m, "base64url").toString("base64")}`,
    "spaces around": ` ${good} `,
    "a new line": `${good}\n`,
    "twice": good + good,
    "parts in another order": `${c}.${h}.${m}`,
    "no header": `.${c}.${m}`,
    "no claims": `${h}..${m}`,
    "alg none": `${b64('{"alg":"none","typ":"JWT"}')}.${c}.`,
    "alg None": `${b64('{"alg":"None","typ":"JWT"}')}.${c}.`,
    "alg NONE": `${b64('{"alg":"NONE","typ":"JWT"}')}.${c}.`,
    "alg nOnE, signed": say({ alg: "nOnE", kid: id, typ: "JWT" }),
    "alg empty": say({ alg: "", kid: id, typ: "JWT" }),
    "alg HS384": say({ alg: "HS384", kid: id, typ: "JWT" }),
    "alg HS512": say({ alg: "HS512", kid: id, typ: "JWT" }),
    "alg RS256": say({ alg: "RS256", kid: id, typ: "JWT" }),
    "alg ES256": say({ alg: "ES256", kid: id, typ: "JWT" }),
    "alg PS256": say({ alg: "PS256", kid: id, typ: "JWT" }),
    "no kid": say({ alg: "HS256", typ: "JWT" }),
    "another kid": say({ alg: "HS256", kid: "00000000", typ: "JWT" }),
    "kid a path": say({ alg: "HS256", kid: "../../../dev/null", typ: "JWT" }),
    "kid SQL": say({ alg: "HS256", kid: "' OR 1=1 --", typ: "JWT" }),
    "kid with NUL": say({ alg: "HS256", kid: `${id}\0`, typ: "JWT" }),
    "jku": say({ alg: "HS256", jku: "http://evil.example/k", kid: id, typ: "JWT" }),
    "jwk": say({ alg: "HS256", jwk: { kty: "oct", k: "AA" }, kid: id, typ: "JWT" }),
    "x5u": say({ alg: "HS256", kid: id, typ: "JWT", x5u: "http://evil.example/c" }),
    "crit": say({ alg: "HS256", crit: ["exp"], kid: id, typ: "JWT" }),
    "header in another order": say({ typ: "JWT", alg: "HS256", kid: id }),
    "header with a space": token(key, header(key).replace(",", ", "), claims(session)),
    "another key": ticket("x".repeat(64), session),
    "no key": ticket("", session),
    "the id as key": ticket(id, session),
    "the hash of the key": ticket(createHash("sha256").update(key).digest("hex"), session),
    "the key's bytes": ticket(Buffer.from(key, "hex"), session),
    "signed with SHA-1": `${h}.${c}.${createHmac("sha1", key).update(`${h}.${c}`).digest("base64url")}`,
    "signed with SHA-512, cut": `${h}.${c}.${createHmac("sha512", key).update(`${h}.${c}`).digest().subarray(0, 32).toString("base64url")}`,
    "no exp": ticket(key, session, { exp: undefined }),
    "exp a text": ticket(key, session, { exp: String(soon()) }),
    "exp a fraction": ticket(key, session, { exp: soon() + 0.5 }),
    "exp null": ticket(key, session, { exp: null }),
    "exp 0": ticket(key, session, { exp: 0 }),
    "exp below 0": ticket(key, session, { exp: -1 }),
    "exp past": ticket(key, session, { exp: Math.floor(Date.now() / 1000) - 1 }),
    "exp in ms": ticket(key, session, { exp: Date.now() * 1000 }),
    "nbf": ticket(key, session, { nbf: soon() }),
    "aud": ticket(key, session, { aud: "others" }),
    "no session": ticket(key, session, { session: undefined }),
    "no role": ticket(key, session, { role: undefined }),
    "a role that is none": ticket(key, session, { role: "owner" }),
    "two roles": token(key, header(key), `{"role":"organizer",${claims(session).slice(1)}`),
    "no sub": ticket(key, session, { sub: undefined }),
    "sub a number": ticket(key, session, { sub: 7 }),
    "name null": ticket(key, session, { name: null }),
    "an invitation": token(
      key,
      header(key),
      JSON.stringify({ kind: "invite", session, role: "organizer", exp: soon() }),
    ),
    "claims a list": token(key, header(key), "[]"),
    "claims a text": token(key, header(key), '"x"'),
    "claims cut off": token(key, header(key), claims(session).slice(0, -1)),
    "claims and more": token(key, header(key), `${claims(session)}{}`),
    "4097 letters": ticket(key, session, { name: "x".repeat(3000) }),
  };
}

/** Says hello; true when nobody got in. */
async function isRefused(port, text) {
  const s = await dial(port);
  send(s, { hello: 1, ticket: text });
  const said = await next(s);
  s.socket.destroy();
  assert.ok(said && !said.view, "a view was sent");
  return said.error === "unauthorized" || said.error === "bad_request" || said.error === "too_large";
}

const exportOf = (port, session, text) =>
  api(port, "GET", `/api/sessions/${session}/export.json`, undefined, {
    Authorization: `Bearer ${text}`,
  });

export async function forgeries(server, session, other) {
  const { port } = server;
  const key = server.ticketKey();
  const good = ticket(key, session);

  await check("ticket: a good one is taken", async () => {
    const s = await dial(port);
    send(s, { hello: 1, ticket: good });
    const said = await next(s);
    assert.ok(said.view, JSON.stringify(said));
    s.socket.destroy();
    assert.strictEqual((await exportOf(port, session, good)).status, 200);
  });
  for (const [name, text] of Object.entries(forged(key, session, good))) {
    await check(`ticket: ${name}`, async () => {
      assert.ok(await isRefused(port, text));
      return true;
    });
    if (!/[\0\n\r]/.test(text))
      await check(`ticket: ${name}, for the export`, async () => {
        const answer = await exportOf(port, session, text);
        assert.ok(!answer || answer.status === 401 || answer.status === 400, answer?.status);
        return true;
      });
  }
  await check("ticket: of another session, for the export", async () => {
    assert.strictEqual((await exportOf(port, other, good)).status, 401);
    return true;
  });
  await check("ticket: of somebody who never came, for the export", async () => {
    assert.strictEqual((await exportOf(port, session, ticket(key, session, { sub: "y" }))).status, 403);
    return true;
  });
  await flips(port, good);
  await tries(port);
}

/** 2,000 flipped bits, four tries on each connection. */
async function flips(port, good) {
  await check("ticket: 2,000 flipped bits", async () => {
    const bits = [];
    for (let i = 0; bits.length < 2000; i++) {
      const at = (i * 7919) % (good.length * 8);
      const bytes = Buffer.from(good);
      bytes[at >> 3] ^= 1 << (at & 7);
      // Inside of a JSON text; bytes above 127 become others there, and are wrong as well.
      bits.push(bytes.toString("latin1"));
    }
    for (let i = 0; i < bits.length; i += 4) {
      const s = await dial(port);
      for (const text of bits.slice(i, i + 4)) {
        send(s, { hello: 1, ticket: text });
        const said = await next(s);
        assert.ok(["unauthorized", "bad_request"].includes(said?.error), JSON.stringify(said));
      }
      s.socket.destroy();
    }
    return true;
  });
}

async function tries(port) {
  await check("ticket: five wrong ones end the connection", async () => {
    const s = await dial(port);
    for (let i = 0; i < 5; i++) send(s, { hello: 1, ticket: "x.y.z" });
    for (let i = 0; i < 5; i++) assert.strictEqual((await next(s)).error, "unauthorized");
    assert.strictEqual((await next(s)).close, 1008);
    s.socket.destroy();
    return true;
  });
}
