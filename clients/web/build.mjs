// Builds the web client into build/web: what the server carries inside itself.
//
//   build/web/dist/index.html          the one page, served for /, /s/{id}, /plan ...; never cached for long
//   build/web/dist/assets/NAME-HASH.*  everything else; the name changes with the content, so it may be kept for ever
//   build/web/manifest.txt             one line a file: <url-path> <mime> <immutable 0|1> <file> <gz-file or -> <br-file or ->
//   build/web/sizes.txt                what a page loads first, gzipped, against its budget
//
// File names in the manifest are relative to the project's root; no field holds a space.
// The same sources give the same bytes. Over budget is an error.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const out = process.env.OUT ? resolve(process.env.OUT) : join(root, "build/web");
const dist = join(out, "dist");

/** First load of somebody who takes part: page, script and language; not the console, not planning. */
const BUDGET = { js: 60 * 1024, css: 12 * 1024 };

const MIME = {
  ".html": "text/html;charset=utf-8",
  ".js": "text/javascript;charset=utf-8",
  ".css": "text/css;charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain;charset=utf-8",
};

async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: { app: "src/main.tsx", style: "src/styles/style.css", mark: "src/mark.svg" },
    outdir: join(dist, "assets"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".svg": "copy" },
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["es2022", "chrome111", "firefox115", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    metafile: true,
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  return result.metafile.outputs;
}

/** The output that was made from this source file, as its path below the working directory. */
function outputOf(outputs, source) {
  const found = Object.entries(outputs).find(
    ([, o]) => o.entryPoint === source || (o.inputs && Object.keys(o.inputs)[0] === source),
  );
  if (!found) throw new Error(`build: nothing was made of ${source}`);
  return found[0];
}

/** This script and all it imports at once (not what it loads later). */
function closure(outputs, start, seen = new Set()) {
  if (seen.has(start)) return seen;
  seen.add(start);
  for (const i of outputs[start]?.imports ?? [])
    if (i.kind === "import-statement") closure(outputs, i.path, seen);
  return seen;
}

const url = (file) => `/${relative(dist, join(here, file)).replaceAll("\\", "/")}`;

/** Packages whose code is in the bundle, with their licence texts: they ask for no more than that. */
function licences(outputs) {
  const names = new Set();
  for (const o of Object.values(outputs))
    for (const input of Object.keys(o.inputs ?? {})) {
      const m = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input);
      if (m) names.add(m[1]);
    }
  return [...names]
    .sort()
    .map((name) => {
      const dir = join(here, "node_modules", name);
      const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
      const { version, license } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
      const text = file ? readFileSync(join(dir, file), "utf8").trim() : `Licence: ${license}`;
      return `${name} ${version}\n\n${text}\n`;
    })
    .join("\n----\n\n");
}

function page(outputs, main, style, mark) {
  const first = [...closure(outputs, main)].filter((f) => f !== main).sort();
  return readFileSync(join(here, "src/index.html"), "utf8")
    .replace("%STYLE%", url(style))
    .replace("%MARK%", url(mark))
    .replace("%SCRIPT%", url(main))
    .replace("%PRELOADS%", first.map((f) => `<link rel="modulepreload" href="${url(f)}">`).join(""))
    .replace(/\n\s*/g, "\n");
}

function files(dir) {
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? files(join(dir, e.name)) : [join(dir, e.name)]))
    .sort();
}

/** Writes FILE.gz and FILE.br beside a file when they are worth it, and gives its line of the manifest. The page
 *  goes as it is: it is small, and whoever looks for BREACH finds no packed answer at an address that people open. */
function line(file) {
  const bytes = readFileSync(file);
  const gz = gzipSync(bytes, { level: 9 });
  gz[9] = 255; // the field that names the operating system: the same bytes on every machine
  const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const name = relative(root, file).replaceAll("\\", "/");
  const made = [
    [".gz", gz],
    [".br", br],
  ].map(([ext, packed]) => {
    if (extname(file) === ".html" || packed.length >= bytes.length) return "-";
    writeFileSync(file + ext, packed);
    return name + ext;
  });
  const path = `/${relative(dist, file).replaceAll("\\", "/")}`;
  const immutable = /^\/assets\/.*-[A-Z0-9]{8}\.[a-z]+$/.test(path) ? 1 : 0;
  const mime = MIME[extname(file)];
  if (!mime) throw new Error(`build: no media type for ${path}`);
  return [path, mime, immutable, name, ...made].join(" ");
}

const packed = (names, ext) =>
  names
    .filter((n) => n.endsWith(ext))
    .reduce((sum, n) => sum + gzipSync(readFileSync(join(here, n)), { level: 9 }).length, 0);

/** The largest of what the pages of a session load first, in each language. */
function firstLoads(outputs, main, style) {
  const chunk = (source) => [...closure(outputs, outputOf(outputs, source))];
  const rows = [];
  for (const language of ["en", "zh"]) {
    const names = new Set([...closure(outputs, main), ...chunk(`src/i18n/${language}.ts`)]);
    rows.push([language, packed([...names], ".js"), packed([style], ".css")]);
  }
  return rows;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(dist, "assets"), { recursive: true });
const outputs = await bundle();
const main = outputOf(outputs, "src/main.tsx");
const style = outputOf(outputs, "src/styles/style.css");
const mark = outputOf(outputs, "src/mark.svg");
writeFileSync(join(dist, "index.html"), page(outputs, main, style, mark));
writeFileSync(join(dist, "licences.txt"), licences(outputs));
writeFileSync(join(out, "manifest.txt"), `${files(dist).map(line).join("\n")}\n`);

const loads = firstLoads(outputs, main, style);
const report = loads.map(
  ([language, js, css]) =>
    `first load (${language}): ${(js / 1024).toFixed(1)} KB of script, ${(css / 1024).toFixed(1)} KB of style, gzipped`,
);
writeFileSync(join(out, "sizes.txt"), `${report.join("\n")}\n`);
console.log(report.join("\n"));
if (loads.some(([, js, css]) => js > BUDGET.js || css > BUDGET.css)) {
  console.error(
    `build: more than ${BUDGET.js / 1024} KB of script or ${BUDGET.css / 1024} KB of style`,
  );
  process.exit(1);
}
