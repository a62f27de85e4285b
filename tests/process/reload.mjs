// SIGHUP: what a file of options says is so from then on, all of it or nothing, and nobody notices.

import assert from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { join } from "../edge/asker.mjs";
import { check } from "../edge/cases.mjs";
import { planned } from "../edge/forms.mjs";
import { api, dial, exchange, handshake } from "../edge/raw.mjs";
import { startServer } from "../edge/server.mjs";
import { hup } from "../tls/renew.mjs";

const OTHER = "https://intranet.example";

export async function reloads() {
  const dir = mkdtempSync(path(tmpdir(), "jobalike-reload-"));
  const file = path(dir, "options.ini");
  const write = (...lines) => writeFileSync(file, `${lines.join("\n")}\n`);
  write("[limits]", "connections_per_address = 4", "joins_per_second = 1");
  const server = await startServer([`--config=${file}`, "--log.level=info"]);
  const { session } = await planned(server);
  const me = await join(server, session, { sub: "stays", name: "Stays" });
  const answered = async () => assert.ok(!(await me.ask("chat.history", { room: 1 }, "query")).error);
  /** How many more may come from here. */
  const room = async () => {
    const all = [];
    for (let i = 0; i < 12; i++) {
      const s = await dial(server.port).catch(() => null);
      if (!s) break;
      all.push(s);
    }
    for (const s of all) s.socket.destroy();
    await new Promise((done) => setTimeout(done, 200));
    return all.length;
  };
  const comes = async (origin) => (await exchange(server.port, handshake(server.port, { Origin: origin })))?.status;
  /** Tickets that are given at once. */
  const tickets = async () => {
    let n = 0;
    for (; n < 40; n++) {
      const said = await api(server.port, "POST", `/api/sessions/${session}/tickets`, { name: "A", school: "B", language: "en" });
      if (said?.status !== 201) break;
    }
    return n;
  };

  await check("reload: before it", async () => {
    assert.deepStrictEqual([await room(), await comes(OTHER)], [3, 403]);
    const n = await tickets();
    assert.ok(n >= 4 && n <= 7, `${n}`);
  });
  await check("reload: limits and origins are others at once", async () => {
    write("[limits]", "connections_per_address = 8", "joins_per_second = 4", "[http]", `allowed_origins = ${OTHER}`);
    const got = await hup(server);
    assert.ok(got.done, got.said);
    for (const option of ["limits.connections_per_address", "limits.joins_per_second", "http.allowed_origins"])
      assert.match(got.said, new RegExp(`"what":"reload.changed","option":"${option}"`));
    assert.deepStrictEqual([await room(), await comes(OTHER), await comes("https://evil.example")], [7, 101, 403]);
    await new Promise((done) => setTimeout(done, 1500));
    assert.ok((await tickets()) >= 4);
    await answered();
  });
  await check("reload: what needs a start is named and waits", async () => {
    write("[limits]", "connections_per_address = 8", "queue_bytes = 70000", "[http]", `allowed_origins = ${OTHER}`);
    const got = await hup(server);
    assert.ok(got.done, got.said);
    assert.match(got.said, /"what":"reload.waits","option":"limits.queue_bytes"/);
    await answered();
  });
  for (const [name, lines, why] of [
    ["a mistake in the last line", ["[limits]", "connections_per_address = 2", "[http]", "trusted_proxies = 10.0.0.0/99"], /trusted_proxies/],
    ["an unknown option", ["[limits]", "connections_per_address = 2", "connections_per_adress = 2"], /connections_per_address/],
  ])
    await check(`reload: ${name} changes nothing`, async () => {
      write(...lines);
      const got = await hup(server);
      assert.ok(!got.done, got.said);
      assert.match(got.said, why);
      assert.deepStrictEqual([await room(), await comes(OTHER)], [7, 101]);
      await answered();
      return true;
    });
  await check("reload: no file any more changes nothing", async () => {
    rmSync(file);
    assert.ok(!(await hup(server)).done);
    assert.deepStrictEqual([await room(), await comes(OTHER)], [7, 101]);
    await answered();
    return true;
  });
  await check("reload: nobody was dropped, and the server ends in order", async () => {
    assert.ok(!me.closed && !me.s.ended);
    me.leave();
    assert.strictEqual(await server.end(), null);
  });
  rmSync(dir, { recursive: true, force: true });
}
