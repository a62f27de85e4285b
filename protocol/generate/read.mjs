// Reads JSON strictly: unlike JSON.parse it refuses a key that is there twice, and it says where.

export class DescriptionError extends Error {}

/** Parses text; a mistake throws a DescriptionError that names the file and the line. */
export function readJson(file, text) {
  let at = 0;

  const fail = (what) => {
    const line = text.slice(0, at).split("\n").length;
    throw new DescriptionError(`${file}:${line}: ${what}`);
  };
  const skip = () => {
    while (" \t\r\n".includes(text[at] ?? "x")) at++;
  };
  const expect = (char) => {
    skip();
    if (text[at] !== char) fail(`expected ${char} instead of ${text[at] ?? "the end"}`);
    at++;
  };
  const peek = () => {
    skip();
    return text[at];
  };

  // Strings, numbers and words are left to JSON.parse, which knows them best.
  const scalar = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) fail(`expected a value instead of ${text[at] ?? "the end"}`);
    try {
      const value = JSON.parse(found[0]);
      at += found[0].length;
      return value;
    } catch {
      return fail(`not JSON: ${found[0]}`);
    }
  };
  const string = () => scalar(/"(?:[^"\\]|\\.)*"/gy);

  const list = () => {
    const out = [];
    expect("[");
    while (peek() !== "]") {
      if (out.length) expect(",");
      out.push(value());
    }
    at++;
    return out;
  };
  const object = () => {
    const out = Object.create(null);
    expect("{");
    for (let first = true; peek() !== "}"; first = false) {
      if (!first) expect(",");
      if (peek() !== '"') fail(`expected a name instead of ${text[at] ?? "the end"}`);
      const key = string();
      if (Object.hasOwn(out, key)) fail(`"${key}" is there twice`);
      expect(":");
      out[key] = value();
    }
    at++;
    return out;
  };
  const value = () => {
    const c = peek();
    if (c === "{") return object();
    if (c === "[") return list();
    if (c === '"') return string();
    return scalar(/[-+.\w]+/gy);
  };

  const whole = value();
  if (peek() !== undefined) fail(`expected the end instead of ${text[at]}`);
  return whole;
}
