// ws (npm), the server: rooms as sets of sockets, one send for each. Started by `make load PEER=ws`.

import { createServer } from "node:http";
import { createRequire } from "node:module";

const { WebSocketServer } = createRequire(process.argv[2])("ws");
const rooms = new Map();
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

sockets.on("connection", (socket, { url }) => {
  if (!rooms.has(url)) rooms.set(url, new Set());
  const room = rooms.get(url);
  room.add(socket);
  socket.on("close", () => room.delete(socket));
  socket.on("message", (data) => {
    for (const other of room) other.send(data, { binary: false });
  });
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
