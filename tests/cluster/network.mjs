// The suite's own network and mounts: what it blocks there, nobody else notices, and it is gone with us.

import { execFile, execFileSync, spawn } from "node:child_process";
import { promisify } from "node:util";

const run = (program, ...args) => execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"] }).toString();
/** While it runs, what else we do goes on: people talk, and the proxies are ours. */
const beside = promisify(execFile);
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** Runs this very script again in namespaces of its own, as root in them; its status. */
export function goInside(script, args) {
  const can = (how) => {
    try {
      run("unshare", ...how, "true");
      return true;
    } catch {
      return false;
    }
  };
  const how = [["--net", "--mount"], ["--map-root-user", "--net", "--mount"]].find(can);
  if (!how) throw new Error("neither root nor a user namespace may be had: the network cannot be cut");
  const env = { ...process.env, PATH, OWN_NETWORK: how.length === 2 ? "as root" : "as user" };
  const child = spawn("unshare", [...how, process.execPath, script, ...args], { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  return new Promise((done) => child.on("exit", (code) => done(code ?? 1)));
}

export const isInside = () => Boolean(process.env.OWN_NETWORK);

export function open() {
  run("ip", "link", "set", "lo", "up");
  run("nft", "add", "table", "ip", "cut");
  run("nft", "add", "chain", "ip", "cut", "in", "{ type filter hook input priority 0; }");
}

const rule = (...words) => run("nft", "add", "rule", "ip", "cut", "in", ...words);

/** Nothing goes through to a port any more, without a word: "up" what is asked, "down" what is answered. */
export function drop(port, ways = ["up", "down"]) {
  if (ways.includes("up")) rule("tcp", "dport", port, "drop");
  if (ways.includes("down")) rule("tcp", "sport", port, "drop");
}

/** Of what goes either way, so many packets of a hundred are lost. */
export function lose(port, percent) {
  for (const side of ["dport", "sport"])
    rule("tcp", side, port, "numgen", "random", "mod", "100", "<", String(percent), "drop");
}

/** Whoever connects is turned away at once, and counted. */
export function reject(port) {
  rule("tcp", "dport", port, "tcp", "flags", "syn", "/", "syn,ack", "counter", "reject", "with", "tcp", "reset");
  rule("tcp", "dport", port, "reject", "with", "tcp", "reset");
}

/** How many were turned away since. */
export function turnedAway() {
  const counts = run("nft", "list", "chain", "ip", "cut", "in").matchAll(/counter packets (\d+)/g);
  return [...counts].reduce((n, [, packets]) => n + Number(packets), 0);
}

export const mend = () => run("nft", "flush", "chain", "ip", "cut", "in");

/**
 * What goes to each of these ports, and what comes from it, has a line of its own of this rate. The loopback's
 * packets, of up to 64 KB, would be more than such a line takes at once: they are as on Ethernet meanwhile.
 */
export async function narrow(ports, rate) {
  const lines = ports.flatMap((port) => ["dport", "sport"].map((side) => `${side} ${port}`));
  const words = lines.flatMap((what, i) => [
    `class add dev lo parent 1: classid 1:${i + 1} htb rate 10gbit`,
    `qdisc add dev lo parent 1:${i + 1} tbf rate ${rate} burst 1600 latency 1s`,
    `filter add dev lo parent 1: protocol ip u32 match ip ${what} 0xffff flowid 1:${i + 1}`,
  ]);
  const all = ["link set lo mtu 1500", "qdisc add dev lo root handle 1: htb", ...words];
  await beside("sh", ["-ec", all.map((w, i) => `${i ? "tc" : "ip"} ${w}`).join("\n")]);
}

/** As wide as before; how many packets had to wait. */
export async function widen() {
  const { stdout } = await beside("tc", ["-s", "qdisc", "show", "dev", "lo"]);
  await beside("sh", ["-ec", "tc qdisc del dev lo root; ip link set lo mtu 65536"]);
  const waits = stdout.matchAll(/^qdisc tbf.*\n.*overlimits (\d+)/gm);
  return [...waits].reduce((n, [, packets]) => n + Number(packets), 0);
}

/** Who is root in a user namespace only may mount no disk. */
export const canMount = () => process.env.OWN_NETWORK === "as root";

/** A small disk in a file, mounted at folder: { cut(), mount(), end() }. cut: the power fails. */
export function disk(image, folder) {
  const mount = () => run("mount", "-o", "loop", image, folder);
  run("truncate", "-s", "64M", image);
  run("mkfs.ext4", "-q", image);
  run("mkdir", "-p", folder);
  mount();
  // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: what was not synced is gone.
  const shutdown = 'open(F, "<", $ARGV[0]) or die $!; my $how = pack("L", 2); ioctl(F, 0x8004587d, $how) or die $!';
  return {
    mount,
    cut: () => run("perl", "-e", shutdown, folder),
    end: () => run("umount", folder),
  };
}
