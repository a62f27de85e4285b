// What a browser keeps of people, and that it can be made to forget it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";
import { FakeStorage } from "./storage.mjs";

Object.assign(globalThis, { localStorage: new FakeStorage(), sessionStorage: new FakeStorage() });

const { forgetMe } = await load("app/forget.ts");

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

test("a browser that keeps nothing has nothing to forget", () => {
  globalThis.localStorage = undefined;
  globalThis.sessionStorage = undefined;
  forgetMe("abcd");
});
