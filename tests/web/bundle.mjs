// The client's TypeScript as modules that node can run: bundled on the fly into build/test/web.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const web = join(root, "clients/web");
const { build } = createRequire(join(web, "package.json"))("esbuild");

/** Imports one source file below clients/web/src. */
export async function load(path) {
  const outfile = join(root, "build/test/web", `${path.replaceAll("/", "_").replace(/\.tsx?$/, "")}.mjs`);
  await build({
    absWorkingDir: web,
    entryPoints: [join("src", path)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node18",
    logLevel: "warning",
  });
  return import(pathToFileURL(outfile).href);
}
