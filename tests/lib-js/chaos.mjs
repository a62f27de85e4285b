// A proxy between an instance and its Redis that does to the connection what networks do. It knows RESP
// well enough to tell messages of a subscription from answers, and treats each by itself.

import { createServer, connect } from "node:net";
import { parse } from "./resp.mjs";

const PUBLISHED = new Set(["message", "pmessage"]);

/** Faults that are on; each is off by default. random: 0 <= x < 1, from a seed. */
const calm = () => ({
  drop: 0, // share of published messages that are lost
  repeat: 0, // share that come twice
  late_ms: 0, // published messages come so much later at most, each by its own: out of order
  delay_ms: 0, // everything Redis says comes so much later, in order
  ask_delay_ms: 0, // everything that is asked of it
  mute_up: false, // what is asked does not arrive; the connection stays
  mute_down: false, // what is answered does not arrive
});

export function makeChaos(target, random = Math.random) {
  const faults = calm();
  const pairs = new Set();
  const counts = { connections: 0, published: 0, dropped: 0, repeated: 0, delayed: 0 };
  let server = null;
  let port = 0;

  function published(pair, frame) {
    counts.published++;
    if (random() < faults.drop) {
      counts.dropped++;
      return;
    }
    const times = random() < faults.repeat ? 2 : 1;
    if (times === 2) counts.repeated++;
    for (let i = 0; i < times; i++) {
      if (faults.late_ms) {
        counts.delayed++;
        setTimeout(() => pair.down(frame), random() * faults.late_ms);
      } else pair.down(frame);
    }
  }

  /** In order, each after its delay; nothing gets lost, as in TCP. */
  function line(to, delay, muted) {
    const waiting = [];
    let timer = null;
    const pump = () => {
      timer = null;
      while (waiting.length && !muted() && waiting[0].at <= performance.now()) {
        const { data } = waiting.shift();
        if (!to.destroyed) to.write(data);
      }
      if (waiting.length && !to.destroyed) timer = setTimeout(pump, muted() ? 20 : 2);
    };
    return (data) => {
      if (!waiting.length && !delay() && !muted()) {
        if (!to.destroyed) to.write(data);
        return;
      }
      waiting.push({ at: performance.now() + delay(), data });
      timer ??= setTimeout(pump, delay());
    };
  }

  function serve(client) {
    counts.connections++;
    const redis = connect(target, "127.0.0.1");
    const up = line(redis, () => faults.ask_delay_ms, () => faults.mute_up);
    const down = line(client, () => faults.delay_ms, () => faults.mute_down);
    const pair = { client, redis, down };
    pairs.add(pair);
    let rest = Buffer.alloc(0);
    client.setNoDelay(true);
    redis.setNoDelay(true);
    client.on("data", up);
    redis.on("data", (data) => {
      rest = rest.length ? Buffer.concat([rest, data]) : data;
      let from = 0;
      let plain = 0; // what is not published goes on in one piece
      for (let item; from < rest.length && (item = parse(rest, from)); from = item.end) {
        if (!Array.isArray(item.value) || !PUBLISHED.has(String(item.value[0]))) continue;
        if (from > plain) down(rest.subarray(plain, from));
        published(pair, rest.subarray(from, item.end));
        plain = item.end;
      }
      if (from > plain) down(rest.subarray(plain, from));
      rest = rest.subarray(from);
    });
    const over = () => {
      pairs.delete(pair);
      client.destroy();
      redis.destroy();
    };
    for (const socket of [client, redis]) {
      socket.on("error", over);
      socket.on("close", over);
    }
  }

  const listen = () =>
    new Promise((done, fail) => {
      server = createServer(serve);
      server.on("error", fail);
      server.listen(port, "127.0.0.1", () => {
        port = server.address().port;
        done();
      });
    });

  return {
    faults,
    counts,
    get port() {
      return port;
    },
    listen,
    calm: () => Object.assign(faults, calm()),
    /** Ends what there is; whoever asks anew is let in. */
    cut() {
      for (const { client, redis } of pairs) {
        client.resetAndDestroy();
        redis.destroy();
      }
    },
    /** Nobody is let in, as if nothing listened. */
    async refuse() {
      await new Promise((done) => {
        server.close(done);
        this.cut();
      });
    },
    async close() {
      for (const { client, redis } of pairs) {
        client.destroy();
        redis.destroy();
      }
      if (server.listening) await new Promise((done) => server.close(done));
    },
  };
}
