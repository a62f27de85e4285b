// What operators measure, read as strictly as Prometheus's text format 0.0.4 is written down.

import assert from "node:assert";
import { check } from "./cases.mjs";
import { planned } from "./forms.mjs";
import { api, dial, next, send } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"$/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|\+Inf|-Inf|NaN)$/i;

const number = (text) => {
  assert.match(text, NUMBER);
  return text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);
};

const suffixes = { histogram: ["_bucket", "_sum", "_count"], counter: [""], gauge: [""] };

/** The family a sample belongs to: the one just begun, by its name and the suffixes of its type. */
function takeSample(line, family) {
  const [, name, labels = "", value] = SAMPLE.exec(line) ?? assert.fail(`no sample: ${line}`);
  assert.ok(family, `a sample before its HELP and TYPE: ${line}`);
  assert.ok(suffixes[family.type].some((s) => name === family.name + s), `${name} among ${family.name}`);
  const list = labels === "" ? [] : labels.split(",").map((l) => LABEL.exec(l) ?? assert.fail(`no label: ${l}`));
  const sample = { name, labels: Object.fromEntries(list.map(([, k, v]) => [k, v])), value: number(value) };
  const key = JSON.stringify([name, sample.labels]);
  assert.ok(!family.seen.has(key), `twice: ${line}`);
  family.seen.add(key);
  family.samples.push(sample);
}

/** { name: { type, help, samples } }; throws where the text is not as it must be. */
export function parse(text) {
  const families = {};
  let family = null;
  let helped = null;

  assert.ok(text.endsWith("\n"), "the last line ends");
  for (const line of text.slice(0, -1).split("\n")) {
    if (line.startsWith("# HELP ")) {
      const [, name, help] = /^# HELP (\S+) (.+)$/.exec(line) ?? assert.fail(line);
      assert.match(name, NAME);
      assert.ok(!families[name], `${name} is described twice`);
      helped = { name, help };
    } else if (line.startsWith("# TYPE ")) {
      const [, name, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? assert.fail(line);
      assert.strictEqual(name, helped?.name, "TYPE follows HELP");
      family = { ...helped, type, samples: [], seen: new Set() };
      families[name] = family;
    } else {
      takeSample(line, family);
    }
  }
  for (const f of Object.values(families)) checkFamily(f);
  return families;
}

function checkFamily({ name, type, samples }) {
  assert.ok(samples.length > 0, `${name} has no sample`);
  assert.strictEqual(name.endsWith("_total"), type === "counter", `${name} is a ${type}`);
  for (const s of samples) if (type !== "gauge") assert.ok(s.value >= 0, `${name} is negative`);
  if (type === "histogram") checkHistogram(name, samples);
}

function checkHistogram(name, samples) {
  const buckets = samples.filter((s) => s.name === `${name}_bucket`);
  const [count] = samples.filter((s) => s.name === `${name}_count`);
  let before = { le: Number.NEGATIVE_INFINITY, value: 0 };

  assert.ok(samples.some((s) => s.name === `${name}_sum`), `${name} has no sum`);
  assert.ok(buckets.length > 1, `${name} has no buckets`);
  for (const { labels, value } of buckets) {
    const le = number(labels.le);
    assert.ok(le > before.le && value >= before.value, `${name}: buckets grow`);
    before = { le, value };
  }
  assert.strictEqual(before.le, Number.POSITIVE_INFINITY, `${name} ends with +Inf`);
  assert.strictEqual(before.value, count?.value, `${name}: +Inf is the count`);
}

const HISTOGRAMS = [
  "loop_lag_seconds", "loop_own_seconds", "append_seconds", "append_events", "turn_deliveries", "write_bytes", "queue_bytes",
];

export async function metrics(server) {
  const read = async () => {
    const said = await api(server.adminPort, "GET", "/metrics");
    assert.match(said.headers["content-type"], /^text\/plain; ?version=0\.0\.4/);
    return parse(said.body.toString());
  };
  const value = (all, name) => all[`jobalike_${name}`].samples[0].value;
  const count = (all, name) => all[`jobalike_${name}`].samples.find((s) => s.name.endsWith("_count")).value;

  await check("metrics: the parser refuses what is wrong", () => {
    const good = "# HELP a_total A.\n# TYPE a_total counter\na_total 1\n";
    parse(good);
    for (const bad of [
      good.slice(0, -1), "a_total 1\n", `${good}a_total 1\n`, good.replace("counter", "gauge"),
      good.replace(" 1\n", " one\n"), good.replace("a_total 1", 'a_total{x="y} 1'), `${good}\n`, good + good,
      "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
      "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 1\nh_sum 1\nh_count 1\n",
    ])
      assert.throws(() => parse(bad), undefined, bad);
  });
  await check("metrics: every line is as Prometheus reads it, and counts what happened", async () => {
    const { session } = await planned(server);
    const before = await read();
    const s = await dial(server.port);
    send(s, { hello: 1, ticket: ticket(server.ticketKey(), session, { sub: "metrics", name: "Met" }) });
    assert.ok((await next(s, (m) => m.view || m.error)).view);
    send(s, { command: "chat.say", n: 77, room: 1, text: "counted" });
    assert.ok(await next(s, (m) => m.event === "chat.said"));
    const after = await read();

    for (const name of HISTOGRAMS) assert.strictEqual(after[`jobalike_${name}`].type, "histogram");
    for (const name of ["append_seconds", "append_events", "turn_deliveries", "write_bytes", "loop_lag_seconds"])
      assert.ok(count(after, name) > count(before, name), `${name} counts`);
    for (const name of ["messages_queued_total", "writes_total", "written_bytes_total", "commands_accepted_total"])
      assert.ok(value(after, name) > value(before, name), `${name} counts`);
    assert.ok(value(after, "loop_lag_max_seconds") > 0);
    assert.ok(value(after, "loop_own_max_seconds") <= value(after, "loop_lag_max_seconds"));
    s.socket.destroy();
  });
}
