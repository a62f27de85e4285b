/** Areas as they are drawn: a colour slot by place in the catalogue, a mark of one or two letters. */

import { type Language, language } from "../i18n/t.ts";

export interface Area {
  readonly key: string;
  readonly en: string;
  readonly zh?: string | undefined;
}

/** There are ten colours; then they begin again and the mark still tells areas apart. */
const SLOTS = 10;

export const slotOf = (areas: readonly Area[], key: string | undefined): number => {
  const i = areas.findIndex((a) => a.key === key);
  return i < 0 ? 0 : (i % SLOTS) + 1;
};

export const areaName = (area: Area, of: Language = language.value): string =>
  of === "zh" ? (area.zh ?? area.en) : area.en;

const SMALL_WORDS = new Set(["and", "of", "the", "for", "und", "et", "de", "&"]);

/** Marks to try, best first: initials of two words, else the first letters; one character in Chinese. */
function candidates(name: string): readonly string[] {
  const letters = [...name].filter((c) => /[\p{L}\p{N}]/u.test(c));
  if (/\p{Script=Han}/u.test(letters[0] ?? "")) return letters;
  const words = name.split(/[\s/,-]+/).filter((w) => w && !SMALL_WORDS.has(w.toLowerCase()));
  const [first = "", second] = words;
  const head = letters[0] ?? "?";
  const rest = letters.slice(1).map((c) => (head + c).toUpperCase());
  return second && first
    ? [(head + [...second][0]).toUpperCase(), ...rest]
    : [...rest, head.toUpperCase()];
}

/** One mark for each area, no two alike. */
export function marks(areas: readonly Area[], of: Language): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const result = new Map<string, string>();
  for (const area of areas) {
    const all = candidates(areaName(area, of));
    const mark = all.find((m) => !taken.has(m)) ?? all[0] ?? "?";
    taken.add(mark);
    result.set(area.key, mark);
  }
  return result;
}

/** Two letters for a face: initials in Latin, the given name in Chinese. */
export function initials(name: string): string {
  const letters = [...name.trim()];
  if (/\p{Script=Han}/u.test(letters[0] ?? "")) {
    const part = [...(name.split(/[·\s]/)[0] ?? "")];
    return name.includes("·") ? part.slice(0, 2).join("") : part.slice(-2).join("");
  }
  const words = name.split(/[\s-]+/).filter((w) => /^[\p{L}\p{N}]/u.test(w));
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words[words.length - 1] ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}
