// How long an instance's loop stood still, as the instance measures it: each turn, from /metrics.

const NAME = "jobalike_loop_lag_seconds";

async function read({ server }) {
  const text = await server.metrics();
  const buckets = [...text.matchAll(new RegExp(`^${NAME}_bucket{le="([^"]+)"} (\\d+)$`, "gm"))];
  const [, max] = /^jobalike_loop_lag_max_seconds (\S+)$/m.exec(text);
  return { max: Number(max), buckets: buckets.map(([, le, n]) => [le === "+Inf" ? Infinity : Number(le), Number(n)]) };
}

/** The longest turn since `before`: exact when there was none as long since the start, else what holds it. */
function longest(before, now) {
  if (now.max > before.max) return now.max;
  const more = now.buckets.map(([le, n], i) => [le, n - before.buckets[i][1]]);
  const all = more.at(-1)[1];
  return Math.min(now.max, more.find(([, n]) => n === all)[0]);
}

/** Begins to watch; end() tells the longest turn of all in ms. */
export async function lagOf(instances) {
  const before = await Promise.all(instances.map(read));
  return {
    async end() {
      const now = await Promise.all(instances.map(read));
      return Math.max(...now.map((n, i) => 1000 * longest(before[i], n)));
    },
  };
}
