// What a browser keeps of people, and that it can be made to forget it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";
import { FakeStorage } from "./storage.mjs";

Object.assign(globalThis, { localStorage: new FakeStorage(), sessionStorage: new FakeStorage() });

const { forgetMe } = await load("app/forget.ts");
const { bindSeat, deviceFor } = await load("app/seat.ts");

function fill(id) {
  for (const name of ["ticket", "invitation", "device", "read", "spot", "draft"])
    localStorage.setItem(`jobalike.${name}.${id}${name === "draft" ? ".7" : ""}`, "x");
  sessionStorage.setItem(`jobalike.ticket.${id}`, "x");
  sessionStorage.setItem(`jobalike.unsent.${id}`, "[]");
}

test("who is forgotten leaves nothing of a session, nor their name; others and the looks stay", () => {
  fill("abc");
  fill("abcd");
  for (const name of ["me", "theme", "language"]) localStorage.setItem(`jobalike.${name}`, "x");
  localStorage.setItem("not.ours", "x");
  forgetMe("abc");
  assert.deepEqual(localStorage.names, [
    "jobalike.device.abcd",
    "jobalike.draft.abcd.7",
    "jobalike.invitation.abcd",
    "jobalike.language",
    "jobalike.read.abcd",
    "jobalike.spot.abcd",
    "jobalike.theme",
    "jobalike.ticket.abcd",
    "not.ours",
  ]);
  assert.deepEqual(sessionStorage.names, ["jobalike.ticket.abcd", "jobalike.unsent.abcd"]);
});

const device = (session) => localStorage.getItem(`jobalike.device.${session}`);

test("on one device another name is another person, but for who is muted or was removed", () => {
  const ana = deviceFor("s", "Ana");
  assert.equal(deviceFor("s", "Ana"), ana);
  const ben = deviceFor("s", "Ben");
  assert.notEqual(ben, ana);
  bindSeat("s", Date.now() + 60_000);
  assert.equal(deviceFor("s", "Somebody new"), ben);
  bindSeat("s", Date.now() - 1);
  assert.notEqual(deviceFor("s", "Somebody new"), ben);
});

test("forgotten, they are still muted; whoever was not is forgotten altogether", () => {
  const ana = deviceFor("t", "Ana Lima");
  bindSeat("t", Number.MAX_VALUE);
  forgetMe("t");
  assert.ok(!device("t").includes("Ana"));
  assert.equal(deviceFor("t", "Ben"), ana);
  deviceFor("u", "Ana Lima");
  forgetMe("u");
  assert.equal(device("u"), null);
});

test("a browser that keeps nothing has nothing to forget", () => {
  globalThis.localStorage = undefined;
  globalThis.sessionStorage = undefined;
  forgetMe("abcd");
});
