// make run INSTANCES=3, as its script does it: links on different instances, people who talk through
// them, one that is killed, and Ctrl-C after which nothing is left.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { until } from "../lib-js/cluster.mjs";
import { actor } from "../lib-js/actor.mjs";
import { bin, start, tempDir } from "../lib-js/server.mjs";
import { check, failures, report } from "./judge.mjs";

const commandOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ");
  } catch {
    return "";
  }
};

/** Whoever has our folder in their arguments. */
const left = (dir) => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(dir));

export async function several() {
  const known = failures();
  const begun = performance.now();
  const dir = tempDir("cluster-several");
  let out = "";
  const child = start("configs/several.sh", ["3", "0", dirname(bin("x")), dir], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (d) => {
      out += d;
    });
  const exited = new Promise((done) => child.on("exit", (code, signal) => done(code ?? signal)));
  await Promise.race([
    until("all is up", () => out.includes("Ctrl-C ends all of it.")),
    exited.then((code) => Promise.reject(new Error(`it ended with ${code}: ${out}`))),
  ]);
  const urls = [...out.matchAll(/^Instance \d is at (\S+)$/gm)].map(([, url]) => url);
  const links = [...out.matchAll(/^ {2}(\w+) +(\S+)\/s\/\S+#ticket=(\S+)$/gm)].map(([, who, url, ticket]) => ({
    who,
    url,
    ticket,
  }));
  check(new Set(urls).size === 3, `three addresses were to be printed: ${out}`);
  check(links.length === 4 && new Set(links.map((l) => l.url)).size === 3, `links on three instances: ${out}`);
  const [one, other] = await Promise.all(
    links.slice(0, 2).map(({ url, ticket }) => actor({ url: (path) => `${url}${path}` }, ticket)),
  );
  const said = await one.say("Can you read this over there?");
  await until("it is read on the other", () => other.events.some((e) => e.seq === said.seq));
  const lost = left(dir).find((pid) => commandOf(pid).includes(`--data.dir=${dir}/instance-3`));
  process.kill(Number(lost), "SIGKILL");
  await until("its end is told", () => out.includes("Instance 3 has ended"));
  const again = await one.say("And now that one is gone?");
  await until("the others go on", () => other.events.some((e) => e.seq === again.seq));
  const moved = await actor({ url: (path) => `${urls[0]}${path}` }, links.find((l) => l.url === urls[2]).ticket);
  for (const who of [one, other, moved]) who.leave();
  child.kill("SIGINT");
  const code = await exited;
  check(code === 0, `it ended with ${code}: ${out}`);
  check(!/line \d+:|grep:/.test(out), `the script's own trouble: ${out}`);
  check(!left(dir).length, `left behind: ${left(dir).map(commandOf)}`);
  for (const url of urls)
    check(!(await fetch(url).then(() => true, () => false)), `${url} still answers`);
  rmSync(dir, { recursive: true });
  const line = { trials: 1, acked: 2, lost: 0, dup: 0, hole: 0, order: 0, div: 0, compared: 0 };
  report("run", line, { instances: urls.length, links: links.length }, begun, failures() - known);
}
