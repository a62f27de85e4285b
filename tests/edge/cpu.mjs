// What a server does when there is nothing to do.

import { readFileSync } from "node:fs";

function seconds(server) {
  const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The CPU time that it takes in the next so many ms, in s. */
export async function used(server, ms) {
  const before = seconds(server);
  await new Promise((done) => setTimeout(done, ms));
  return seconds(server) - before;
}
