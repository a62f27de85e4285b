// What people type, in what others open: the calendar, the record in Markdown and in JSON. There is no
// table of cells that a server of ours hands out.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { join, settled } from "./asker.mjs";
import { planned } from "./forms.mjs";
import { api } from "./raw.mjs";
import { sized } from "./rows.mjs";
import { ticket } from "./tickets.mjs";

const cells = ["=cmd|' /C calc'!A0", "=HYPERLINK(\"http://evil.example\",\"x\")", "+1+1", "-2+3", "@SUM(1)", "\t=1", "%0A=1", "=IMPORTXML(\"http://x\")", "'=1", "\"=1"];
const calendars = ["x\\nATTENDEE:mailto:a@b", "x\r\nBEGIN:VEVENT", "x\nEND:VCALENDAR", "a;b,c\\d:e\"f", "X-PROP:1", "x\u2028URL:http://evil.example", "漢".repeat(110), "a".repeat(120), "\\", "END:VEVENT", "é".repeat(70), ";;;,,,", "x\u0085y"];
const marks = [
  "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](http://evil.example/x.png)", "[x]: javascript:1", "`code`", "```\nblock", "~~~\nblock", "# Heading", "## Other", "> quoted", ">>> deep", "- item", "* item", "+ item",
  "1. one", "1) one", "---", "***", "===", "| a | b |", "|---|", "**bold**", "_it_", "~~gone~~", "<http://evil.example>", "http://evil.example", "www.evil.example", "&lt;b&gt;", "&#60;b&#62;", "\\", "\\<b>", "a  \nb", "    indented", "\tindented", "[ ] task", "- [x] done", "^1^", "[^1]: note", ":tada:", "@everyone", "#1",
  "<!-- x", "<?php", "<![CDATA[x]]>", "]]>", "<a href=\"data:text/html,x\">", "$x$", "$$x$$", "{{x}}", "x\n\n# After", "x\n===", "x\n---", "x\n> y", "x\n- y", "x\n1. y", "x\n```\ny", "\u202ex", "<svg/onload=alert(1)>",
];

function payloads(d, n) {
  const all = [...cells, ...calendars, ...marks];
  while (all.length < n) all.push(`${d.of(marks)} ${d.of(cells)}${d.of(marks)}`);
  return all.slice(0, n);
}

const lineOk = (s) => !/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u.test(s) && s.trim() !== "" && [...s].length <= 120;

/** As RFC 5545 reads it. */
function readCalendar(text) {
  for (const line of text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75 && !/[\r\n]/.test(line), `a line: ${line}`);
  const lines = text.replace(/\r\n[ \t]/g, "").split("\r\n").filter(Boolean);
  const found = {};
  for (const line of lines) {
    const at = line.search(/[:;]/);
    (found[line.slice(0, at)] ??= []).push(line.slice(line.indexOf(":") + 1));
  }
  assert.deepStrictEqual(found.BEGIN, ["VCALENDAR", "VEVENT"]);
  assert.deepStrictEqual(found.END, ["VEVENT", "VCALENDAR"]);
  assert.ok(!found.ATTENDEE && !found["X-PROP"], "a property that nobody made");
  return found.SUMMARY[0].replace(/\\([\\;,])/g, "$1");
}

/** What would mean something in Markdown, and was not taken its meaning. */
const active = [
  /(?<!\\)(?:\\\\)*<[A-Za-z/!?]/, /(?<!\\)(?:\\\\)*`/, /(?<!\\)(?:\\\\)*\]\(/, /(?<!\\)(?:\\\\)*!\[/, /(?<!\\)(?:\\\\)*\|/, /(?<!\\)(?:\\\\)*~~/, /https?:\/\/evil/, /www\.evil/, /&#60;/,
];

export async function exports(server, d) {
  const { session } = await planned(server);
  const me = await join(server, session, { sub: "export", name: "Export", role: "organizer" });
  const all = payloads(d, sized(200, 5000));
  const bearer = { Authorization: `Bearer ${ticket(server.ticketKey(), session, { sub: "export" })}` };
  const figures = { payloads: all.length, kept: 0, broken: 0 };

  for (const s of all)
    await check(`calendar: ${JSON.stringify(s).slice(0, 40)}`, async () => {
      figures.broken++;
      const said = await me.ask("session.change", { title: [...s].slice(0, 120).join("") });
      const text = (await api(server.port, "GET", `/sessions/${session}.ics`)).body.toString();
      const title = readCalendar(text);
      if (!said.error) assert.strictEqual(title, [...s].slice(0, 120).join("").trim().normalize("NFC"));
      figures.broken--;
      return Boolean(said.error);
    });
  await me.ask("session.change", { title: "Plain" });
  const said = [];
  for (const s of all) {
    if (me.waiting.size > 50) await settled(me);
    said.push(me.sure("chat.say", { room: 1, text: s }));
    if (lineOk(s)) me.ask("agenda.add", { title: s.slice(0, 100), owner: s.slice(0, 40), prompt: s, minutes: 5 });
    if (lineOk(s)) me.ask("rooms.open", { title: s.slice(0, 60) });
    me.ask("notices.announce", { text: s.slice(0, 400) });
  }
  await Promise.all(said);
  await settled(me);
  const record = (await api(server.port, "GET", `/api/sessions/${session}/export.json`, undefined, bearer)).json;
  const kept = new Set(record.rooms.flatMap((r) => r.topics.flatMap((t) => t.lines.map((l) => l.text))));
  for (const s of all) if (kept.has(s.replace(/[\u202a-\u202e]/g, "").normalize("NFC"))) figures.kept++;
  await check("record: as JSON, each as it was", () => assert.ok(figures.kept >= all.filter((s) => !/[\r\u0085\u2028]/.test(s)).length - 2, `${figures.kept}`));
  const text = (await api(server.port, "GET", `/api/sessions/${session}/export.md`, undefined, bearer)).body.toString();
  await check("record: as Markdown, nothing in it acts", () => {
    const anchors = /^<a id="[a-z]+-\d+"><\/a>/; // ours
    for (const [i, line] of text.split("\n").map((l) => l.replace(anchors, "")).entries())
      for (const what of active) {
        if (what.test(line)) figures.broken++;
        assert.ok(!what.test(line), `line ${i + 1}: ${line.slice(0, 200)}`);
      }
  });
  me.leave();
  return figures;
}
