// The words on the screens, from the client's own catalogues: a better wording breaks no test.

import { load } from "../web/bundle.mjs";

const [{ fill }, { en }, { zh }] = await Promise.all([
  load("i18n/t.ts"),
  load("i18n/en.ts"),
  load("i18n/zh.ts"),
]);
const catalogues = { en, zh };

/** wordsOf("zh")("rooms.count", { n: 3 }) */
export const wordsOf =
  (language) =>
  (key, values = {}) => {
    const text = catalogues[language][key];
    if (text === undefined) throw new Error(`the catalogue has no ${key}`);
    return fill(text, values, language);
  };

/** A text whose values are not known, as a pattern. */
export function patternOf(language, key) {
  const texts = catalogues[language][key].split("‖").map((s) => s.trim());
  const escaped = texts.map((s) =>
    s
      .split(/\{\w+\}/)
      .map((x) => x.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*"),
  );
  return new RegExp(`^\\s*(${escaped.join("|")})`);
}
