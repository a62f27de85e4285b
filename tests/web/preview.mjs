// Shows the screens of the web client without a server: real components, sample state, the real policy.
//
//   node tests/web/preview.mjs [port]      then open what it prints
//
// The address chooses what is seen: /s/demo?as=facilitator&state=recall#cockpit
//   as      attendee (the rule), observer, moderator, facilitator, organizer
//   state   topic (the rule), lobby, empty, last, over, free, recall, moved, called, muted, offline,
//           catching, crowd, long, closed, removed
// Nothing that is asked happens; window.asked lists it. Used by screenshots and by the axe run.

import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { root } from "./bundle.mjs";

const web = join(root, "clients/web");
const out = join(root, "build/test/preview");
const { build } = createRequire(join(web, "package.json"))("esbuild");

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const TYPES = { js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

async function bundle() {
  mkdirSync(out, { recursive: true });
  await build({
    absWorkingDir: web,
    entryPoints: { app: "src/main.tsx", style: "src/styles/style.css" },
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "warning",
    plugins: [
      {
        name: "sample",
        setup(b) {
          b.onResolve({ filter: /\/live\.ts$/ }, () => ({ path: join(root, "tests/web/preview/live.ts") }));
          // the sample lives outside the client and uses its packages
          b.onResolve({ filter: /^(preact|@preact)/ }, ({ path, kind, resolveDir }) =>
            resolveDir.includes("tests/web") ? b.resolve(path, { kind, resolveDir: web }) : undefined,
          );
        },
      },
    ],
  });
}

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">
<meta name="color-scheme" content="light dark"><title>Jobalike</title>
<link rel="stylesheet" href="/assets/style.css"><script type="module" src="/assets/app.js"></script>
</head><body><div id="app"></div></body></html>`;

const HOUR = 3_600_000;
const areas = JSON.parse(readFileSync(join(root, "tests/web/preview/areas.json"), "utf8"));
const topics = [
  { title: "Welcome and how this hour works", minutes: 5, state: "done" },
  { title: "Local staff retention: what worked this year?", minutes: 15, state: "active" },
  { title: "Health insurance for small schools: could we pool?", minutes: 15, state: "pending" },
  { title: "Visa and work permits: what changed", minutes: 10, state: "pending" },
  { title: "Report back", minutes: 10, state: "pending" },
];

function sample(id, title, start, more) {
  return {
    session: id,
    title,
    hashtag: "jobalike-ops",
    format: "combined",
    phase: "lobby",
    languages: ["en", "zh"],
    areas,
    start,
    end: start + HOUR,
    open: true,
    needs_invitation: false,
    counts: { people: 0 },
    ...more,
  };
}

function schedule() {
  const now = Date.now();
  return [
    sample("demo", "HR, Finance and Operations job-alike", now - HOUR / 4, {
      phase: "breakout",
      counts: { people: 58 },
      topics,
    }),
    sample("next", "Admissions in a shrinking market", now + 40 * HOUR, { areas: areas.slice(3, 4) }),
    sample("later", "设施管理同岗交流：冬季检修与承包商管理", now + 90 * HOUR, {
      areas: areas.slice(2, 3),
      open: false,
    }),
    sample("old", "Finance: closing the year in two currencies", now - 200 * HOUR, {
      phase: "closed",
      areas: areas.slice(1, 2),
    }),
  ];
}

function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://preview");
  const send = (status, type, body) => {
    response.writeHead(status, { "Content-Type": type, "Content-Security-Policy": POLICY });
    response.end(body);
  };
  const json = (value, status = 200) => send(status, "application/json", JSON.stringify(value));
  if (pathname.startsWith("/assets/")) {
    try {
      const name = basename(pathname);
      return send(200, TYPES[name.split(".").pop()] ?? "text/plain", readFileSync(join(out, name)));
    } catch {
      return send(404, "text/plain", "not found");
    }
  }
  if (pathname === "/api/sessions" && request.method === "POST")
    return json({ links: { organizer: "http://localhost/s/x#ticket=1", attendee: "http://localhost/s/x#ticket=2" } });
  if (pathname === "/api/sessions") return json(searchParams.has("empty") ? [] : schedule());
  if (pathname.endsWith("/tickets")) return json({ error: "conflict", field: "name" }, 409);
  const found = /^\/api\/sessions\/(\w+)$/.exec(pathname);
  if (found) {
    const one = schedule().find((s) => s.session === found[1]);
    return one ? json({ topics, ...one }) : json({ error: "not_found" }, 404);
  }
  return send(200, "text/html; charset=utf-8", page);
}

/** Builds and serves; gives the address and how to stop. */
export async function preview(port = 0) {
  await bundle();
  const server = createServer(answer);
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

if (process.argv[1]?.endsWith("preview.mjs")) {
  const { url } = await preview(Number(process.argv[2] ?? 0));
  console.log(`${url}/s/demo?as=attendee\n${url}/s/demo?as=facilitator#cockpit\n${url}/`);
}
