// The real server in a folder of its own, for one run of a suite. It is ended by its process id, and
// what it said is looked at: a sanitizer's report, or an end other than an orderly one, is a failure.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

const built = process.env.JOBALIKE_BIN ?? "build/debug";

/** What a sanitizer has freed it gives back soon, so that memory can be looked at. */
const sanitizer = {
  ASAN_OPTIONS: ["quarantine_size_mb=16:malloc_context_size=8", process.env.ASAN_OPTIONS].filter(Boolean).join(":"),
};

/** Starts a server on a free port with options such as ["--limits.connections=9"], variables, and
 *  perhaps a program that becomes it, such as ["prlimit", "--nofile=256:256"]. mode: how it was built;
 *  asan for bad bytes, release where time is measured. */
export async function startServer(options = [], variables = {}, under = [], mode = basename(built)) {
  const bin = join(dirname(built), mode, "jobalike-server");
  const dir = mkdtempSync(join(tmpdir(), "jobalike-edge-"));
  const own = ["--listen.port=0", `--data.dir=${dir}`, "--store.url=memory:", "--log.level=warn"];
  const [program, ...args] = [...under, bin, ...own, ...options];
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...sanitizer, ...variables },
  });
  let alive = true;
  const left = () => child.kill("SIGKILL"); // whatever becomes of the suite
  process.on("exit", left);
  let out = "";
  let err = "";
  child.stderr.on("data", (d) => {
    err += d;
  });
  const exited = new Promise((done) =>
    child.on("exit", (code, signal) => {
      alive = false;
      process.off("exit", left);
      done({ code, signal });
    }),
  );
  await new Promise((done, fail) => {
    child.stdout.on("data", (d) => {
      out += d;
      if (out.includes("Metrics: ")) done();
    });
    exited.then(() => fail(new Error(`the server did not start: ${err}`)));
  });
  const url = new URL((/listens on (\S+)/.exec(out) ?? /Jobalike is at (\S+)/.exec(out))[1]);
  const admin = new URL(/Metrics: (\S+)/.exec(out)[1]);
  return {
    dir,
    mode,
    isAlive: () => alive,
    pid: child.pid,
    host: url.host,
    port: Number(url.port),
    adminPort: Number(admin.port),
    out: () => out,
    err: () => err,
    installKey: () => readFileSync(join(dir, "install.key"), "utf8").trim(),
    ticketKey: () => readFileSync(join(dir, "keys/tickets"), "utf8").trim(),
    /** Ends it in order; says what was wrong, or null. */
    async end() {
      const begun = Date.now();
      child.kill("SIGTERM");
      const { code, signal } = await exited;
      rmSync(dir, { recursive: true, force: true });
      if (/Sanitizer|runtime error/.test(err)) return err;
      if (code !== 0) return `ended with ${code ?? signal}: ${err}`;
      return Date.now() - begun > 10_000 ? "the end took more than 10 s" : null;
    },
  };
}
