// A wire that can be cut: one browser reaches the server through it.

import net from "node:net";

export async function wire(port) {
  const ends = new Set();
  let isCut = false;
  const server = net.createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = net.connect(port, "127.0.0.1");
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
  });
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
