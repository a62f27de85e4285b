// The schedule: what is listed for everybody, and what this device has a way into.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";
import { FakeStorage } from "./storage.mjs";

const kept = new FakeStorage();
const asked = [];
const session = (id) => ({ session: id, title: `Title of ${id}`, start: 1, end: 2, phase: id === "over" ? "closed" : "lobby" });

Object.assign(globalThis, {
  localStorage: kept,
  sessionStorage: new FakeStorage(),
  fetch: async (path) => {
    asked.push(path);
    if (path === "/api/sessions") return Response.json({ sessions: [session("open")] });
    const id = path.split("/").at(-1);
    return id === "gone" ? Response.json({ error: "not_found" }, { status: 404 }) : Response.json(session(id));
  },
});

const { schedule } = await load("app/schedule.ts");

test("sessions by invitation are asked for by their id where there is a way into them, each once", async () => {
  for (const name of ["ticket.open", "ticket.invited", "invitation.invited", "invitation.gone", "draft.invited.1"])
    kept.setItem(`jobalike.${name}`, "x");
  const said = await schedule();
  assert.deepEqual(said.value.map((s) => s.id), ["open", "invited"]);
  assert.deepEqual(asked.sort(), ["/api/sessions", "/api/sessions/gone", "/api/sessions/invited"]);
});

test("of what is closed or not there nothing new is said: it is not asked for again", async () => {
  kept.setItem("jobalike.ticket.over", "x");
  await schedule();
  asked.length = 0;
  const said = await schedule();
  assert.deepEqual(said.value.map((s) => s.id).sort(), ["invited", "open", "over"]);
  assert.deepEqual(asked.sort(), ["/api/sessions", "/api/sessions/invited"]);
});

test("a device that was nowhere yet asks for nothing more", async () => {
  globalThis.localStorage = new FakeStorage();
  asked.length = 0;
  assert.deepEqual((await schedule()).value.map((s) => s.id), ["open"]);
  assert.deepEqual(asked, ["/api/sessions"]);
});
