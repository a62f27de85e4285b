// What screens say of people.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";

const { nameAndSchool, nSchools, schoolOf } = await load("model/people.ts");

test("whoever is of no school has none on the screen, and counts for none", () => {
  const staff = { name: "Linda Park", school: "-" };
  const ana = { name: "Ana Lima", school: "Lakeside" };
  assert.equal(schoolOf(staff), "");
  assert.equal(nameAndSchool(staff), "Linda Park");
  assert.equal(nameAndSchool(ana), "Ana Lima · Lakeside");
  assert.equal(nSchools([staff, ana, ana]), 1);
});
