// gen/dispatch.h: which function decides, reduces or answers what. The linker finds what is missing.

import { HEAD, id, up } from "./c.mjs";

const DECIDE = "const struct state *, const struct person *, const struct command *, struct event *";
const REDUCE = "struct state *, const struct event *";
const ANSWER = "const struct state *, const struct person *, const struct query *, struct text *";

export function dispatchHeader(model) {
  const reduced = model.events.filter((e) => !e.log);
  return [
    HEAD,
    "#ifndef JOBALIKE_PROTOCOL_GEN_DISPATCH_H\n#define JOBALIKE_PROTOCOL_GEN_DISPATCH_H\n",
    '#include "protocol/gen/protocol.h"\n',
    "struct state;\nstruct person;\nstruct text;\n",
    part("enum err", "decide", DECIDE, "CMD", model.commands),
    part("void", "reduce", REDUCE, "EVT", reduced),
    part("enum err", "answer", ANSWER, "QRY", model.queries),
    "#endif\n",
  ].join("\n");
}

/** Prototypes, and the table by type. Each table is for one file only; the other leaves it unused. */
function part(result, verb, args, prefix, messages) {
  const prototypes = messages.map((m) => `${result} ${verb}_${id(m.name)}(${args});\n`).join("");
  const lines = messages.map((m) => `\t[${prefix}_${up(m.name)}] = ${verb}_${id(m.name)},\n`).join("");
  return (
    `${prototypes}\n__attribute__((unused)) static ${result} (*const ${verb}[${prefix}_COUNT])(${args}) = {\n` +
    `${lines || "\t0,\n"}};\n`
  );
}
