// Strings that would be more than words if anything took them for more: made by a grammar over tags,
// handlers and ways to write them, and the big list of naughty strings. The same every time.

import { createRequire } from "node:module";

const naughty = createRequire(import.meta.url)("big-list-of-naughty-strings");

const TAGS = [
  "script", "img", "svg", "iframe", "object", "embed", "video", "audio", "body", "math", "details", "input",
  "marquee", "a", "form", "button", "link", "meta", "base", "style", "textarea", "select", "x-y", "template",
];
const HANDLERS = ["onerror", "onload", "onfocus", "ontoggle", "onpointerenter", "onanimationend", "onbegin"];
const SOURCES = ["src=x", "href=x", "open", "autofocus", "data=x", "srcdoc=x", "style=animation-name:x"];
const SCHEMES = ["javascript:", "JaVaScRiPt:", "java\tscript:", "\u0001javascript:", "data:text/html,", "vbscript:", "javascript&colon;", "javascript&#58;", "%6aavascript:", "//evil.example/", "blob:", "view-source:javascript:"];

const decimal = (s) => [...s].map((c) => `&#${c.codePointAt(0)};`).join("");
const hex = (s) => [...s].map((c) => `&#x${c.codePointAt(0).toString(16)};`).join("");
const escapes = (s) => [...s].map((c) => `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`).join("");
const wide = (s) => s.replace(/[<>"'=()]/g, (c) => String.fromCodePoint(c.codePointAt(0) + 0xfee0));

/** Ways to write the same, some of which take it out of whatever stands around it. */
const WAYS = [
  (s) => s,
  (s) => `"><${s.slice(1)}`,
  (s) => `'>${s}`,
  (s) => `</textarea>${s}`,
  (s) => `</script>${s}`,
  (s) => `-->${s}`,
  (s) => `]]>${s}`,
  (s) => s.replace(/[a-z]/g, (c, i) => (i % 2 ? c : c.toUpperCase())),
  (s) => s.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  (s) => s.replaceAll("<", "%3C").replaceAll(">", "%3E"),
  (s) => s.replaceAll(" ", "/"),
  (s) => s.replaceAll("=", " = "),
  (s) => `<<${s}//`,
  (s) => s.replaceAll("<", "\\x3c"),
  (s) => `{{${s}}}`,
  (s) => `\`\${${s}}\``,
  (s) => wide(s),
  (s) => s.replaceAll(">", ""),
];

function* made() {
  let n = 0;
  for (const [i, tag] of TAGS.entries())
    for (const [j, handler] of HANDLERS.entries()) {
      const source = SOURCES[(i + j) % SOURCES.length];
      yield WAYS[n % WAYS.length](`<${tag} ${source} ${handler}=alert(${++n})>`);
    }
  for (const [i, tag] of TAGS.entries()) {
    yield WAYS[i % WAYS.length](`<${tag}>alert(${++n})</${tag}>`);
    yield `<${tag} ${HANDLERS[i % 7]}=${decimal("alert(1)")}>`;
    yield `<${tag} ${HANDLERS[i % 7]}=${hex("alert(1)")}>`;
    yield `" ${HANDLERS[i % 7]}="alert(${++n})" x="${tag}`;
  }
  for (const scheme of SCHEMES) {
    yield `${scheme}alert(${++n})`;
    yield `<a href="${scheme}alert(${++n})">x</a>`;
    yield `[x](${scheme}alert(${++n}))`;
    yield `https://x.example/"onclick="alert(${++n})`;
    yield `<${scheme}alert(${++n})>`;
  }
  yield* [
    '{"__html":"<img src=x onerror=alert(1)>"}',
    '{"dangerouslySetInnerHTML":{"__html":"<svg onload=alert(1)>"}}',
    '{"type":"img","props":{"src":"x","onerror":"alert(1)"},"__k":null}',
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}", "#{alert(1)}", "<%= alert(1) %>", "@import'//evil.example'", "expression(alert(1))",
    "url(javascript:alert(1))", "<!--><img src=x onerror=alert(1)>-->", "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<svg><script>alert(1)<\/script></svg>", "<svg><a><animate attributeName=href values=javascript:alert(1) /><text>x",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form id=body><input name=innerHTML>", "<img name=getElementById>", "<a id=location href=javascript:alert(1)>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "\u2028alert(1)\u2029", "\u202e<gmi src=x onerror=alert(1)>",
    "<img src=//evil.example/x.png>", "<link rel=stylesheet href=//evil.example/x.css>", "http://evil.example/<script>", "mailto:x?body=<script>alert(1)<\/script>",
    escapes("<img src=x onerror=alert(1)>"), "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
  ];
}

/** At most so many characters, whole ones: a part of it may be what bites. */
const cut = (s, n) => [...s].slice(0, n).join("");

export const strings = [...new Set([...made(), ...naughty].filter((s) => s.trim()).map((s) => cut(s, 400)))];
export const fit = cut;
