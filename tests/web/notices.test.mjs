// Announcements in one language or both: as they are written, sent and read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";

const { noticeOf, noticeTexts } = await load("model/talk.ts");

test("both languages are sent as what they are, whichever was written first", () => {
  assert.deepEqual(noticeOf({ en: " Ten minutes. ", zh: "还有十分钟。 " }), { text: "Ten minutes.", zh: "还有十分钟。" });
});

test("one language is the text, and nothing says that it is the other one", () => {
  assert.deepEqual(noticeOf({ en: "Ten minutes.", zh: " " }), { text: "Ten minutes." });
  assert.deepEqual(noticeOf({ en: "", zh: "还有十分钟。" }), { text: "还有十分钟。" });
});

test("each reads their own language first, and what there is if there is one", () => {
  const both = { text: "Ten minutes.", zh: "还有十分钟。" };
  assert.deepEqual(noticeTexts(both, "en"), ["Ten minutes.", "还有十分钟。"]);
  assert.deepEqual(noticeTexts(both, "zh"), ["还有十分钟。", "Ten minutes."]);
  assert.deepEqual(noticeTexts({ text: "Ten minutes." }, "zh"), ["Ten minutes.", null]);
});
