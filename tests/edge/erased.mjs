// What an operator has erased is in no file and on no screen any more, and in no record that one can take away.

import assert from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join as path } from "node:path";
import { join } from "./asker.mjs";
import { check } from "./cases.mjs";
import { planned } from "./forms.mjs";
import { api } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

const MARK = "Regretted-7f3a";

/** The files of a server that hold these words. */
export function filesWith(dir, mark) {
  const all = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return all.map((e) => path(e.parentPath ?? e.path, e.name)).filter((f) => readFileSync(f).includes(mark));
}

const purge = (server, session, body) => api(server.adminPort, "POST", `/sessions/${session}/erase`, body);

/** A line, changed once, and quoted by somebody else. The line's seq. */
async function talk(server, session) {
  const [me, other] = [await join(server, session, { sub: "me" }), await join(server, session, { sub: "other" })];
  const { seq: line } = await me.sure("chat.say", { room: me.room, text: `${MARK} 1` });
  await me.sure("chat.edit", { line, text: `${MARK} 2` });
  await other.when((x) => x.seq > line, 5000, "the change");
  await other.sure("chat.say", { room: other.room, text: "Kept", reply: line });
  return { line, me, other };
}

async function refused(server, session, line) {
  for (const [status, id, body] of [
    [400, session, {}],
    [400, session, { line: "1" }],
    [400, session, { line: -1 }],
    [400, session, { line, more: 1 }],
    [404, session, { line: 1 }],
    [404, session, { line: 1_000_000 }],
    [404, "nowhere", { line }],
  ])
    await check(`erased: ${status} ${JSON.stringify(body)}`, async () => {
      assert.strictEqual((await purge(server, id, body)).status, status);
      return true;
    });
  await check("erased: people may not", async () => {
    assert.strictEqual((await api(server.port, "POST", `/sessions/${session}/erase`, { line })).status, 404);
    return true;
  });
  await check("erased: by POST alone", async () => {
    assert.strictEqual((await api(server.adminPort, "GET", `/sessions/${session}/erase`)).status, 405);
    return true;
  });
}

export async function erased(server) {
  const { session } = await planned(server);
  const { line, me, other } = await talk(server, session);
  await refused(server, session, line);
  await check("erased: the words are in the files before", () => assert.ok(filesWith(server.dir, MARK).length > 0));
  await check("erased: the line, its change, what quoted it", async () => {
    const said = await purge(server, session, { line });
    assert.deepStrictEqual([said.status, said.json], [200, { erased: 3 }]);
  });
  await check("erased: in no file", () => assert.deepStrictEqual(filesWith(server.dir, MARK), []));
  await check("erased: every screen comes again, and has it not", async () => {
    await me.when((x) => x.closed, 5000, "the end");
    const view = JSON.stringify((await join(server, session, { sub: "me" })).view);
    assert.ok(!view.includes(MARK) && view.includes("Kept"), view);
  });
  await check("erased: nor has the record", async () => {
    const organizer = ticket(server.ticketKey(), session, { sub: "organizer", name: "O", role: "organizer" });
    (await join(server, session, { sub: "organizer", role: "organizer" })).leave();
    for (const kind of ["json", "md"]) {
      const record = await api(server.port, "GET", `/api/sessions/${session}/export.${kind}`, undefined, { Authorization: `Bearer ${organizer}` });
      assert.strictEqual(record.status, 200);
      assert.ok(!record.body.includes(MARK) && record.body.includes("Kept"));
    }
  });
  await check("erased: twice does no harm", async () => assert.deepStrictEqual((await purge(server, session, { line })).json, { erased: 0 }));
  other.leave();
}
