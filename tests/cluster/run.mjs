// Three real instances, a real Redis, people who talk, and everything that can happen to them. After
// each fault one judge: lost, twice, missing, out of order, and whether all instances have one state.
//   node tests/cluster/run.mjs [death] [points] [away] [slow] [bus] [history] [birth] [twice] [storm] [single] [several]   all when none is named
//   LONG=1: larger and longer.   SEED=n: the same moments, as far as the machine allows

import { dice, makeCluster } from "../lib-js/cluster.mjs";
import { away } from "./away.mjs";
import { birth } from "./birth.mjs";
import { bus } from "./bus.mjs";
import { crashed, death, isOfFile, storm } from "./death.mjs";
import { history } from "./history.mjs";
import { fail, failures, lastLine } from "./judge.mjs";
import { goInside, isInside, open } from "./network.mjs";
import { several } from "./several.mjs";
import { slow } from "./slow.mjs";
import { twice } from "./twice.mjs";

const wanted = process.argv.slice(2);
if (!isInside()) process.exit(await goInside(process.argv[1], wanted));
open();

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const random = dice(seed);
const SIZE = { instances: 3, sessions: 10, people: 20, rate: 200 };
const CROWD = { instances: 3, sessions: 4, people: process.env.LONG ? 1250 : 250, rate: 20 };

async function part(name, run) {
  if (wanted.length && !wanted.includes(name)) return;
  const begun = performance.now();
  try {
    await run();
  } catch (e) {
    fail(`${name}: ${e.stack}`);
  }
  console.log(`cluster part=${name} seconds=${((performance.now() - begun) / 1000).toFixed(1)}`);
}

async function on(size, run, more = {}) {
  const cluster = await makeCluster({ name: "cluster", size, say: fail, random, ...more });
  try {
    await cluster.start();
    await cluster.populate();
    await run(cluster, random);
  } finally {
    await cluster.end();
  }
}

await part("single", () =>
  on({ instances: 1, sessions: 3, people: 10, rate: 100 }, (c) => crashed(c, random, isOfFile), {
    store: "sqlite",
  }),
);
await part("death", () => on(SIZE, death));
await part("points", () => on(SIZE, (c) => crashed(c, random, (point) => !isOfFile(point))));
await part("away", () => on(SIZE, away));
await part("slow", () => on(SIZE, slow));
await part("bus", () => on(SIZE, bus));
await part("twice", () => on({ ...SIZE, sessions: 1, people: 2 }, twice));
await part("storm", () => on(CROWD, storm));
await part("history", () => history({ random, say: fail }));
await part("birth", birth);
await part("several", several);

console.log(lastLine(seed));
process.exit(failures() ? 1 : 0);
