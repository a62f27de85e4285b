// Handshakes: which versions, suites, curves and protocols are spoken, and which are not.

import assert from "node:assert";
import { execFileSync } from "node:child_process";
import { connect as plain } from "node:net";
import { connect } from "node:tls";
import { check } from "../edge/cases.mjs";
import { exchange, handshake, open, request, until } from "../edge/raw.mjs";

export const SUITES = [
  "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
];
export const SUITES_13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** A way to connect, for open() of raw.mjs. */
export const by = (ca, more = {}) => (where) =>
  connect({ ...where, ca: ca.text, servername: "localhost", ALPNProtocols: ["http/1.1"], ...more });

/** One handshake: what was agreed upon, or { error }. */
export function shake(port, ca, more = {}) {
  return new Promise((done) => {
    const socket = by(ca, more)({ port, host: "127.0.0.1" });
    const end = (found) => {
      socket.destroy();
      done(found);
    };
    socket.on("secureConnect", () =>
      end({
        version: socket.getProtocol(),
        suite: socket.getCipher().name,
        alpn: socket.alpnProtocol,
        group: socket.getEphemeralKeyInfo().name,
        fingerprint: socket.getPeerCertificate().fingerprint256,
      }),
    );
    socket.on("error", (error) => end({ error: error.code ?? error.message }));
    socket.on("close", () => end({ error: "closed" }));
  });
}

const only = (version, more = {}) => ({ minVersion: version, maxVersion: version, ...more });

async function spoken(ca, servers) {
  for (const suite of SUITES_13)
    await check(`tls: 1.3 with ${suite}`, async () => {
      const got = await shake(servers.ecdsa.port, ca, only("TLSv1.3", { ciphers: suite }));
      assert.deepStrictEqual([got.version, got.suite, got.alpn], ["TLSv1.3", suite, "http/1.1"]);
    });
  for (const suite of SUITES)
    await check(`tls: 1.2 with ${suite}`, async () => {
      const { port } = suite.includes("ECDSA") ? servers.ecdsa : servers.rsa;
      const got = await shake(port, ca, only("TLSv1.2", { ciphers: suite }));
      assert.deepStrictEqual([got.version, got.suite], ["TLSv1.2", suite]);
    });
  for (const group of ["X25519", "P-256"])
    await check(`tls: the curve ${group}`, async () => {
      const got = await shake(servers.ecdsa.port, ca, { ecdhCurve: group });
      assert.strictEqual(got.version, "TLSv1.3", got.error);
    });
}

/** Every suite of TLS 1.2 and below that this machine can offer, without ours. */
function others() {
  const all = execFileSync("openssl", ["ciphers", "-s", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]);
  return all.toString().trim().split(":").filter((name) => !SUITES.includes(name) && !name.startsWith("TLS_"));
}

async function unspoken(ca, servers) {
  for (const version of ["TLSv1", "TLSv1.1"])
    await check(`tls: ${version} is refused`, async () => {
      const got = await shake(servers.ecdsa.port, ca, only(version, { ciphers: "ALL:@SECLEVEL=0" }));
      assert.ok(got.error, `it speaks ${got.version}`);
      return true;
    });
  for (const suite of others())
    for (const [kind, { port }] of Object.entries(servers))
      await check(`tls: ${suite} is refused (${kind})`, async () => {
        const got = await shake(port, ca, only("TLSv1.2", { ciphers: `${suite}:@SECLEVEL=0` }));
        assert.ok(got.error, `it speaks ${got.suite}`);
        return true;
      });
  for (const group of ["P-384", "P-521", "X448"])
    for (const version of ["TLSv1.2", "TLSv1.3"])
      await check(`tls: the curve ${group} is refused in ${version}`, async () => {
        const got = await shake(servers.ecdsa.port, ca, only(version, { ecdhCurve: group }));
        assert.ok(got.error, "it was taken");
        return true;
      });
  await check("tls: the parties do not begin anew in the middle", async () => {
    const socket = by(ca, only("TLSv1.2"))({ port: servers.ecdsa.port, host: "127.0.0.1" });
    await new Promise((done) => socket.on("secureConnect", done));
    const error = await new Promise((done) => {
      socket.on("error", done);
      socket.on("close", () => done(new Error("closed")));
      socket.renegotiate({}, (e) => done(e));
    });
    socket.destroy();
    assert.ok(error, "it did");
    return true;
  });
  await check("tls: nothing is taken before the handshake is done (0-RTT)", () => {
    const said = execFileSync("openssl", ["s_client", "-connect", `127.0.0.1:${servers.ecdsa.port}`,
      "-tls1_3", "-ign_eof"], { input: request("GET", "/healthz", { Connection: "close" }),
      stdio: ["pipe", "pipe", "ignore"] }).toString();
    assert.match(said, /Max Early Data: 0/);
    return true;
  });
}

async function notTls(server) {
  for (const bytes of [request("GET", "/healthz"), handshake(server.port), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\0\0\0", "\x80\x2e\x01\0\x02"])
    await check(`tls: ${JSON.stringify(bytes.slice(0, 20))} in clear gets no page`, async () => {
      const s = open(server.port, plain);
      s.socket.write(bytes);
      s.socket.end();
      assert.ok(await until(s, (x) => x.ended || undefined, 12_000), "it is still open");
      assert.ok(!/HTTP\/1.1 [12]/.test(s.bytes.toString("latin1")), "it was answered");
      s.socket.destroy();
      return true;
    });
}

// --- HTTP/2 is not reached -----------------------------------------------------------------------

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const h2c = () =>
  request("GET", "/", {
    Connection: "Upgrade, HTTP2-Settings",
    Upgrade: "h2c",
    "HTTP2-Settings": "AAMAAABkAARAAAAAAAIAAAAA",
  });

/** Does the server speak HTTP/2 after these bytes? Its first frame would be SETTINGS. */
async function reaches(port, bytes, how) {
  const s = open(port, how);
  s.socket.write(Buffer.from(bytes, "latin1"));
  await until(s, (x) => x.bytes.length > 0 || x.ended || undefined, 2000);
  await new Promise((done) => setTimeout(done, 100));
  const got = s.bytes;
  s.socket.destroy();
  return /^HTTP\/1\.[01] 101/.test(got.toString("latin1")) || (got.length >= 9 && got[3] === 4 && got[0] === 0);
}

async function http2(ca, server, clear) {
  const ways = {
    "h2c by Upgrade in clear": () => reaches(clear.port, h2c()),
    "h2c by Upgrade inside TLS": () => reaches(server.port, h2c(), by(ca)),
    "its preface, in clear and inside TLS": async () =>
      (await reaches(clear.port, PREFACE)) || (await reaches(server.port, PREFACE, by(ca))) ||
      (await reaches(server.port, PREFACE, by(ca, { ALPNProtocols: undefined }))),
    "ALPN h2": async () => {
      for (const list of [["h2"], ["h2", "http/1.1"]]) {
        const got = await shake(server.port, ca, { ALPNProtocols: list });
        if (got.alpn === "h2" || (await reaches(server.port, PREFACE, by(ca, { ALPNProtocols: list })))) return true;
      }
      return false;
    },
  };
  let reached = 0;
  for (const [way, go] of Object.entries(ways))
    await check(`h2: ${way}`, async () => {
      const there = await go();
      reached += there;
      assert.ok(!there, "it speaks HTTP/2");
      return true;
    });
  console.log(`tls: http2=${reached} of ${Object.keys(ways).length} ways`);
}

async function promise(ca, servers, clear) {
  await check("tls: browsers are told to come by TLS only, over TLS only", async () => {
    const hsts = "strict-transport-security";
    const how = by(ca);
    const secure = await exchange(servers.ecdsa.port, request("GET", "/"), { how });
    assert.strictEqual(secure.headers[hsts], "max-age=63072000; includeSubDomains");
    assert.strictEqual((await exchange(servers.ecdsa.adminPort, request("GET", "/metrics"))).headers[hsts], undefined);
    assert.strictEqual((await exchange(clear.port, request("GET", "/"))).headers[hsts], undefined);
  });
}

export async function handshakes(ca, servers, clear) {
  await spoken(ca, servers);
  await unspoken(ca, servers);
  await notTls(servers.ecdsa);
  await http2(ca, servers.ecdsa, clear);
  await promise(ca, servers, clear);
}
