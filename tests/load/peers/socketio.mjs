// socket.io (npm), the server: its own rooms and io.to(room).emit. Started by `make load PEER=socketio`.

import { createServer } from "node:http";
import { createRequire } from "node:module";

const { Server } = createRequire(process.argv[2])("socket.io");
const server = createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });

io.on("connection", (socket) => {
  let room = "";
  socket.on("join", (number) => {
    room = `room ${number}`;
    socket.join(room);
    socket.emit("joined");
  });
  socket.on("line", (text) => io.to(room).emit("line", text));
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
