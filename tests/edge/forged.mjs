// TOK: tickets by table, beside those of forgeries.mjs: each algorithm, key id, header and claim that is
// not ours. All but a few are signed with the right key, so that only what they say is wrong.

import assert from "node:assert";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { check } from "./cases.mjs";
import { dial, frame, next, send } from "./raw.mjs";
import { claims, header, keyId, ticket, token } from "./tickets.mjs";

const b64 = (x) => Buffer.from(x).toString("base64url");
const soon = () => Math.floor(Date.now() / 1000) + 3600;

function algorithms(key, session) {
  const c = claims(session);
  const id = keyId(key);
  const names = [
    "none", "None", "NONE", "nOnE", "", " ", "null", "HS256 ", "hs256", "Hs256", "HS1", "HS384", "HS512", "HS224", "RS256", "RS384",
    "RS512", "ES256", "ES384", "ES512", "ES256K", "PS256", "PS384", "PS512", "EdDSA", "A256GCM", "dir", "HMAC", "SHA256", "HS256\0", "HS256,none",
  ];
  const out = {};
  for (const alg of names) {
    const head = JSON.stringify({ alg, kid: id, typ: "JWT" });
    out[`alg ${JSON.stringify(alg)}, signed`] = token(key, head, c);
    out[`alg ${JSON.stringify(alg)}, not signed`] = `${b64(head)}.${b64(c)}.`;
    out[`alg ${JSON.stringify(alg)}, signed with nothing`] = token("", head, c);
  }
  for (const alg of [null, 256, true, ["HS256"], { is: "HS256" }])
    out[`alg ${JSON.stringify(alg)}`] = token(key, JSON.stringify({ alg, kid: id, typ: "JWT" }), c);
  return out;
}

/** Keys of others, and signatures of other kinds under our header. */
function signatures(key, session) {
  const c = claims(session);
  const text = `${b64(header(key))}.${b64(c)}`;
  const out = {};
  for (const [name, kind, options, hash] of [["RSA", "rsa", { modulusLength: 2048 }, "sha256"], ["P-256", "ec", { namedCurve: "P-256" }, "sha256"], ["Ed25519", "ed25519", {}, null]]) {
    const pair = generateKeyPairSync(kind, options);
    const pub = pair.publicKey.export({ type: "spki", format: "pem" });
    out[`signed by ${name}`] = `${text}.${sign(hash, Buffer.from(text), pair.privateKey).toString("base64url")}`;
    out[`the public key of ${name} as secret`] = token(pub, header(key), c);
  }
  for (const [name, secret] of Object.entries({
    "key twice": key + key, "key in capitals": key.toUpperCase(), "key with a line": `${key}\n`, "key without its end": key.slice(0, -1),
    "key backwards": [...key].reverse().join(""), "a space": " ", "secret": "secret", "zeros": "0".repeat(64), "NULs": Buffer.alloc(64), "key in base64": b64(key), "the session": session,
  }))
    out[`signed with ${name}`] = token(secret, header(key), c);
  for (const hash of ["md5", "sha1", "sha224", "sha384", "sha512", "sha3-256"])
    out[`HMAC of ${hash}`] = `${text}.${createHmac(hash, key).update(text).digest().subarray(0, 32).toString("base64url")}`;
  out["HMAC of the claims"] = `${text}.${createHmac("sha256", key).update(b64(c)).digest("base64url")}`;
  out["HMAC in hex"] = `${text}.${createHmac("sha256", key).update(text).digest("hex")}`;
  return out;
}

function headers(key, session) {
  const c = claims(session);
  const id = keyId(key);
  const kids = [
    "", "0", "00000000", /[a-f]/.test(id) ? id.toUpperCase() : id.replace(/.$/, "A"), `${id}0`, `0${id}`, ` ${id}`, id.slice(1), "../../../../dev/null", "/dev/null", "file:///dev/null", "..\\..\\nul",
    "' OR '1'='1", "x'; DROP TABLE log; --", '" UNION SELECT 1 --', "$(id)", "`id`", "| id", "../keys/tickets", "http://evil.example", "0x00", "NaN", "[object Object]", "constructor", "{{7*7}}", "%00", "\u0000", `${id}\u0000`, "*", "a".repeat(500), "\r\nX: 1",
  ];
  const more = {
    jku: "http://evil.example/k", jwk: { kty: "oct", k: "AA" }, x5u: "http://evil.example/c", x5c: ["AA"], x5t: "AA", crit: ["exp"], b64: false, cty: "JWT", zip: "DEF", enc: "A256GCM", exp: soon(), iss: "x", url: "http://evil.example", nonce: "1", "": "",
  };
  const out = {};
  for (const kid of kids) out[`kid ${JSON.stringify(kid).slice(0, 40)}`] = token(key, JSON.stringify({ alg: "HS256", kid, typ: "JWT" }), c);
  for (const [name, value] of Object.entries(more))
    for (const last of [true, false])
      out[`header ${name}${last ? "" : " first"}`] = token(key, JSON.stringify(last ? { alg: "HS256", kid: id, typ: "JWT", [name]: value } : { [name]: value, alg: "HS256", kid: id, typ: "JWT" }), c);
  for (const typ of ["jwt", "JWS", "JOSE", "", null, "at+jwt"]) out[`typ ${typ}`] = token(key, JSON.stringify({ alg: "HS256", kid: id, typ }), c);
  out["two algs"] = token(key, `{"alg":"HS256","alg":"none","kid":"${id}","typ":"JWT"}`, c);
  out["header of nothing"] = token(key, "", c);
  out["header of spaces"] = token(key, ` ${header(key)}`, c);
  return out;
}

function claimed(key, session) {
  const wrong = {
    kind: [null, "", "Ticket", "person", 1, ["ticket"], {}, "invite", "session"],
    session: [null, "", 7, [], "a b", "a/b", "../x", "a'b", "x".repeat(33), "é", `${session}\n`, { is: session }],
    role: [null, "", "admin", "Organizer", "ORGANIZER", "owner", "root", 5, true, ["organizer"], "waiting,organizer", "organizer "],
    exp: [null, "", "soon", true, [], {}, 0, -1, 1, soon() + 0.5, String(soon()), 1e400, 253402300800, Number.MAX_SAFE_INTEGER, Math.floor(Date.now() / 1000) - 1],
    sub: [null, 7, [], {}, true], name: [null, 7, [], true], school: [null, 7, {}], job: [null, 7], area: [null, 7],
    language: [null, "", "tlh", "EN", 1, ["en"], "en,zh"],
    iat: [null, "", true, [], {}, -1, soon() + 0.5, String(soon()), 253402300800], nbf: [soon()], aud: ["x"], iss: ["x"], jti: ["1"], admin: [true], rank: [9], roles: [["organizer"]], scope: ["*"], __proto__x: [{}], "": [""],
  };
  const out = {};
  for (const [name, values] of Object.entries(wrong))
    for (const value of values) out[`claim ${name} ${JSON.stringify(value)}`.slice(0, 60)] = ticket(key, session, { [name]: value });
  for (const name of ["kind", "session", "role", "exp", "iat", "sub", "name", "school", "language"]) {
    out[`no ${name}`] = ticket(key, session, { [name]: undefined });
    out[`two of ${name}`] = token(key, header(key), claims(session).replace("{", `{"${name}":"organizer",`));
  }
  for (const text of ["", "null", "[]", "{}", '""', "7", claims(session) + claims(session), `[${claims(session)}]`, `\ufeff${claims(session)}`, `${claims(session)}\0`, claims(session).replaceAll('"', "'"), claims(session).slice(0, -1)])
    out[`claims ${JSON.stringify(text).slice(0, 30)}`] = token(key, header(key), text);
  return out;
}

export async function forged(server) {
  const { port, session } = server;
  const key = server.ticketKey();
  const all = Object.entries({ ...algorithms(key, session), ...signatures(key, session), ...headers(key, session), ...claimed(key, session) });
  let accepted = 0;
  for (const [name, text] of all)
    await check(`ticket: ${name}`, async () => {
      const s = await dial(port);
      send(s, { hello: 1, ticket: text });
      const said = await next(s);
      s.socket.destroy();
      if (said.view) accepted++;
      assert.ok(["unauthorized", "bad_request", "too_large"].includes(said.error), JSON.stringify(said));
      return true;
    });
  const large = await dial(port);
  await check("ticket: of a megabyte", async () => {
    large.socket.write(frame(JSON.stringify({ hello: 1, ticket: `${"a".repeat(1_000_000)}.b.c` })));
    const said = await next(large);
    assert.ok(said.close === 1009 || said.error === "too_large", JSON.stringify(said));
    return true;
  });
  large.socket.destroy();
  return { fixed: all.length + 1, accepted };
}
