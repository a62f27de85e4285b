// A wire that can be cut: one browser reaches the server through it. With several ports it is what a
// balancer is: whoever comes is led to the first of them that answers.

import net from "node:net";

/** The first port that takes a connection, from the i-th on; the others are tried in turn. */
function dial(ports, found, i = 0) {
  const far = net.connect(ports[i], "127.0.0.1");
  far.on("error", () => far.destroy());
  far.once("connect", () => found(far));
  if (i + 1 < ports.length) far.once("error", () => dial(ports, found, i + 1));
  else far.once("error", () => found(null));
}

export async function wire(...ports) {
  const ends = new Set();
  let isCut = false;
  const server = net.createServer({ pauseOnConnect: true }, (near) => {
    near.on("error", () => near.destroy());
    if (isCut) near.destroy();
    else dial(ports, (far) => (far && !isCut ? join(near, far) : near.destroy()));
  });
  function join(near, far) {
    for (const [a, b] of [
      [near, far],
      [far, near],
    ]) {
      ends.add(a);
      a.setNoDelay(true);
      a.on("error", () => b.destroy());
      a.on("close", () => {
        ends.delete(a);
        b.destroy();
      });
      a.pipe(b);
    }
  }
  await new Promise((go) => server.listen(0, "127.0.0.1", go));
  return {
    host: `127.0.0.1:${server.address().port}`,
    cut() {
      isCut = true;
      for (const s of ends) s.destroy();
    },
    mend() {
      isCut = false;
    },
    close() {
      this.cut();
      server.close();
    },
  };
}
