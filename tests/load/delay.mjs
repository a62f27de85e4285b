// A way to a unix socket that is so many ms longer, in each direction, and keeps the order.

import { rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";

export async function longerWay(to, ms) {
  const path = `${to}.far`;
  const sockets = new Set();
  const pass = (from, into) => {
    sockets.add(from);
    from.on("data", (bytes) => setTimeout(() => into.writable && into.write(bytes), ms));
    from.on("close", () => {
      sockets.delete(from);
      into.destroy();
    });
    from.on("error", () => {});
  };
  const server = createServer((near) => {
    const far = createConnection(to);
    pass(near, far);
    pass(far, near);
  });
  await new Promise((done) => server.listen(path, done));
  return {
    path,
    close() {
      for (const s of sockets) s.destroy();
      server.close();
      rmSync(path, { force: true });
    },
  };
}
