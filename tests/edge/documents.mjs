// configs/SECURITY.md against the program: every line of the log, every text that people fill, every figure.

import assert from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "./cases.mjs";

const page = readFileSync("configs/SECURITY.md", "utf8");
const flat = page.replace(/\s+/g, " ");

const sources = (dir) =>
  readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((e) => /\.[ch]$/.test(e.name))
    .map((e) => readFileSync(join(e.path, e.name), "utf8"))
    .join("\n");

const server = sources("server");
const section = (title) => page.split("\n## ").find((part) => part.startsWith(title));

/** The value of a #define, whatever is around it. */
function figure(name) {
  const value = new RegExp(`#define ${name} +(?:INT64_C\\()?(\\d+)`).exec(server)?.[1];
  assert.ok(value, `there is no ${name}`);
  return Number(value);
}

async function log() {
  const said = new Set([...server.matchAll(/\blog_(error|warn|info|debug)\(\s*"([a-z_]+\.[a-z_]+)"/g)].map((m) => `${m[1]} ${m[2]}`));
  const written = new Set();
  for (const [, names, level] of section("What the log says").matchAll(/^\| (`.+?`) \| (\w+) \|/gm))
    for (const [, name] of names.matchAll(/`([^`]+)`/g)) written.add(`${level} ${name}`);
  await check("document: every line of the log is written down, and no other", () => {
    const missing = [...said].filter((x) => !written.has(x) && x !== "info append.conflict"); // the example of log.h
    assert.deepStrictEqual(missing, []);
    assert.deepStrictEqual([...written].filter((x) => !said.has(x)), []);
  });
  return written.size;
}

/** Names of all fields with words that people choose, of events and of what they hold. */
function texts() {
  const found = new Set();
  const look = (fields) => {
    for (const [name, field] of Object.entries(fields ?? {}))
      if (["line", "text", "word", "name"].includes(field.type)) found.add(name);
  };
  for (const file of readdirSync("protocol").filter((f) => f.endsWith(".json"))) {
    const { events, types } = JSON.parse(readFileSync(join("protocol", file), "utf8"));
    for (const event of Object.values(events ?? {})) look(event.fields);
    for (const type of Object.values(types ?? {})) look(type.fields);
  }
  for (const name of ["name", "school"]) found.add(name); // of every event that a person did
  return found;
}

async function data() {
  const rows = section("What is kept").match(/^\| (?!---|data)[^|]+\|([^|]*)\|/gm).join("");
  const written = new Set([...rows.matchAll(/`(\w+)`/g)].map((m) => m[1]));
  const fields = texts();
  await check("document: every text that is kept is classified, and no other", () => {
    assert.deepStrictEqual([...fields].filter((f) => !written.has(f)), []);
    assert.deepStrictEqual([...written].filter((f) => !fields.has(f)), []);
  });
  return written.size;
}

async function figures() {
  const sentences = {
    guessing: `be wrong about one ${figure("GUESS_MINUTE")} times a minute and is heard no more for ${figure("GUESS_LOCK_MS") / 60_000} minutes after ${figure("GUESS_MOST")} wrong ones`,
    "guessing by all": `may be wrong ${figure("GUESS_ALL_MINUTES")} times a minute`,
    "an attempt at Redis": `given up after ${figure("LINK_CONNECT_MS")} ms, a reply after ${figure("REDIS_REPLY_MS")} ms`,
    "patience with Redis": `could not be sent within ${figure("REDIS_PATIENCE_MS")} ms`,
    "questions to Redis": `${figure("ASKS_SENT")} questions are under way, ${figure("ASKS_MAX")} wait`,
  };
  const reference = readFileSync("configs/reference.ini", "utf8");
  const option = (name) => new RegExp(`^${name} = (\\d+)$`, "m").exec(reference)?.[1];
  sentences.connections = `\`limits.connections\` at once, ${option("connections")} by default`;
  sentences["connections of an address"] = `One address: ${option("connections_per_address")}, of which ${option("half_open_per_address")} may have said nothing`;
  for (const [name, sentence] of Object.entries(sentences))
    await check(`document: ${name}`, () => assert.ok(flat.includes(sentence), `it does not say: ${sentence}`));
  return Object.keys(sentences).length;
}

export async function documents() {
  const counts = { lines: await log(), fields: await data(), figures: await figures() };
  console.log(`documents lines=${counts.lines} fields=${counts.fields} figures=${counts.figures}`);
}
