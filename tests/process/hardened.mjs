// What the compiler and the linker were told: looked up in the binary that people run.

import assert from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { check } from "../edge/cases.mjs";

const DIRECT = ["libwebsockets", "libuv1", "libjansson", "libssl", "libsqlite3", "libhiredis", "libinih", "libutf8proc", "libseccomp"];

const run = (program, ...args) =>
  execFileSync(program, args, { env: { ...process.env, MAKEFLAGS: "", MFLAGS: "" }, maxBuffer: 1 << 28 }).toString();

export async function hardened() {
  run("make", "-s", "--no-print-directory", "MODE=release", "server");
  const binary = "build/release/jobalike-server";
  const head = run("readelf", "-hW", binary);
  const segments = run("readelf", "-lW", binary);
  const dynamic = run("readelf", "-dW", binary);
  const symbols = run("readelf", "--dyn-syms", "-W", binary);
  const holds = {
    "position independent": () => assert.match(head, /Type:\s+DYN/) || assert.match(dynamic, /FLAGS_1.*PIE/),
    "relocations read-only": () => assert.match(segments, /GNU_RELRO/),
    "bound at once": () => assert.match(dynamic, /BIND_NOW|FLAGS_1.*NOW/),
    "no stack to run from": () => assert.match(segments, /GNU_STACK\s+\S+ \S+ \S+ \S+ \S+ RW\s/),
    "no segment both writable and executable": () => assert.doesNotMatch(segments, /LOAD.* RWE/),
    "stack protector": () => assert.match(symbols, /__stack_chk_fail/),
    fortify: () => assert.ok([...symbols.matchAll(/__\w+_chk@/g)].length >= 5),
    "no path of libraries": () => assert.doesNotMatch(dynamic, /RPATH|RUNPATH/),
  };
  if (process.arch === "x64")
    holds["jumps land where they may"] = () => {
      const n = [...run("objdump", "-d", "--no-show-raw-insn", binary).matchAll(/\bendbr64\b/g)].length;
      assert.ok(n > 500, `${n} landing places`);
    };
  // No engine is here to build it; what can be known without one is that it has the libraries.
  holds["the container's list of libraries"] = () => {
    const listed = new Set(readFileSync("configs/Dockerfile", "utf8").match(/\blib[a-z0-9.+-]+/g));
    for (const [, path] of run("ldd", binary).matchAll(/=> (\S+) \(/g)) {
      const [owner] = run("dpkg-query", "-S", basename(path).replace(/(\.so\.\d+).*/, "$1*")).split(":");
      assert.ok(listed.has(owner) || DIRECT.every((name) => !owner.startsWith(name)), `${owner} for ${path}`);
    }
    for (const name of DIRECT) assert.ok([...listed].some((l) => l.startsWith(name)), name);
  };
  // Debian 12 has carried the same libwebsockets since 2022, and what is known of it was looked at. Another one
  // is good news, and somebody has to look: DECISIONS 40 and 44, the comments of server/net/ws*.c.
  if (/VERSION_ID="12"/.test(readFileSync("/etc/os-release", "utf8")))
    holds["the libwebsockets that was looked at"] = () => {
      const version = run("dpkg-query", "-W", "-f", "${Version}", "libwebsockets-dev");
      console.log(`process: libwebsockets=${version}`);
      assert.strictEqual(version, "4.1.6-3");
    };
  holds["the list of components"] = () => {
    const rows = run("make", "-s", "--no-print-directory", "sbom").trim().split("\n");
    for (const row of rows) assert.match(row, /^\S+ \S+ \S+$/);
    for (const name of DIRECT) assert.ok(rows.some((row) => row.startsWith(name)), name);
    for (const at of ["clients/web", "tests"])
      for (const [path, { version }] of Object.entries(JSON.parse(readFileSync(`${at}/package-lock.json`, "utf8")).packages))
        if (path) assert.ok(rows.includes(`${path.replace(/.*node_modules\//, "")} ${version} ${at}`), path);
  };
  let missing = 0;
  for (const [name, test] of Object.entries(holds))
    await check(`binary: ${name}`, () => {
      missing++;
      test();
      missing--;
    });
  console.log(`process: hardening=${Object.keys(holds).length} missing=${missing}`);
}
