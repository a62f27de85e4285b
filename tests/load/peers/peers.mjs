// Servers that others use, to be put beside ours in the same run: what each needs, how it is started, which dialect the
// generator speaks to it. Nothing of this is installed unless it is asked for.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { join, resolve } from "node:path";
import { tempDir } from "../../lib-js/server.mjs";
import { onServerCore } from "../bench.mjs";

const folderOf = (name) => resolve("build/peers", name); // each its own: npm removes what it was not asked for
const quiet = { stdio: ["ignore", "ignore", "inherit"] };

const debian = (...names) => execFileSync("sh", ["configs/need.sh", ...names], quiet);

function npm(name, version) {
  if (existsSync(join(folderOf(name), "node_modules", name))) return;
  mkdirSync(folderOf(name), { recursive: true });
  const flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folderOf(name)];
  execFileSync("npm", ["install", ...flags, `${name}@${version}`], quiet);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function listens(port) {
  for (let i = 0; i < 200; i++) {
    const socket = createConnection(port, "127.0.0.1");
    const up = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(() => false);
    socket.destroy();
    if (up) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`nothing listens on ${port}`);
}

/** A program of node that prints its port. */
async function onNode(script, name) {
  const program = resolve("tests/load/peers", script);
  const child = onServerCore(process.execPath, [program, join(folderOf(name), "package.json")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(child.stdout, "data");
  return { child, port: Number(/port (\d+)/.exec(String(said))[1]) };
}

async function withFile(path, args, text) {
  const port = await freePort();
  const dir = resolve(tempDir("peer"));
  const file = join(dir, "conf");
  writeFileSync(file, text(port, dir));
  const child = onServerCore(path, args(file), { stdio: "ignore" });
  await listens(port);
  return { child, port };
}

const nginx = (port, dir) => `
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log error; worker_rlimit_nofile 20000;
events { worker_connections 15000; }
http {
  access_log off; tcp_nodelay on;
  client_body_temp_path ${dir}; proxy_temp_path ${dir}; fastcgi_temp_path ${dir}; uwsgi_temp_path ${dir}; scgi_temp_path ${dir};
  nchan_max_reserved_memory 64M;
  server {
    listen 127.0.0.1:${port};
    location ~ /room/(\\d+)$ { nchan_pubsub websocket; nchan_channel_id $1; nchan_store_messages on; nchan_message_buffer_length 100; }
  }
}`;

const mosquitto = (port) =>
  `allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\nlog_type none\nlistener ${port} 127.0.0.1\n`;

export const PEERS = {
  ws: { what: "ws 8 (node)", dialect: "ws", install: () => npm("ws", 8), start: () => onNode("ws.mjs", "ws") },
  socketio: {
    what: "socket.io 4 (node)", dialect: "socketio", install: () => npm("socket.io", 4), start: () => onNode("socketio.mjs", "socket.io"),
  },
  nchan: {
    what: "nchan (nginx)", dialect: "ws", install: () => debian("nginx-light", "libnginx-mod-nchan"),
    start: () => withFile("/usr/sbin/nginx", (file) => ["-c", file], nginx),
  },
  nats: {
    what: "nats-server, over TCP", dialect: "nats", install: () => debian("nats-server"),
    start: () =>
      withFile("/usr/sbin/nats-server", (file) => ["-c", file], (port) => `host: 127.0.0.1\nport: ${port}\nmax_connections: 20000\n`),
  },
  mosquitto: {
    what: "mosquitto, in a WebSocket", dialect: "mqtt-ws", install: () => debian("mosquitto"),
    // It ends when it has no listener but for WebSockets, so it has another one that nobody uses.
    start: async () => {
      const unused = await freePort();
      const conf = (port) => `${mosquitto(port)}protocol websockets\nlistener ${unused} 127.0.0.1\n`;
      return withFile("/usr/sbin/mosquitto", (file) => ["-c", file], conf);
    },
  },
  mqtt: {
    what: "mosquitto, over TCP", dialect: "mqtt", install: () => debian("mosquitto"),
    start: () => withFile("/usr/sbin/mosquitto", (file) => ["-c", file], mosquitto),
  },
};
