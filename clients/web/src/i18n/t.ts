/** The words on the screens: one catalogue for each language, loaded when it is wanted.
 *  `t` reads signals, so whatever called it is drawn again when the language changes. */

import { signal } from "@preact/signals";
import { keep, kept } from "../app/device.ts";
import type { en } from "./en.ts";

export type Language = "en" | "zh";
export type Key = keyof typeof en;
export type Catalogue = Readonly<Record<Key, string>>;

/** The names between braces in a text: a call that forgets one does not compile. */
type Names<S extends string> = S extends `${string}{${infer N}}${infer Rest}`
  ? N | Names<Rest>
  : never;
type Args<K extends Key> = [Names<(typeof en)[K]>] extends [never]
  ? []
  : [values: Readonly<Record<Names<(typeof en)[K]>, string | number>>];

/** Keys whose text takes no value: they may be chosen at run time. */
export type PlainKey = {
  [K in Key]: [Names<(typeof en)[K]>] extends [never] ? K : never;
}[Key];

const TAGS: Readonly<Record<Language, string>> = { en: "en", zh: "zh-Hans" };
const NAMES: Readonly<Record<Language, string>> = { en: "English", zh: "简体中文" };

export const language = signal<Language>("en");
const catalogue = signal<Catalogue | null>(null);

/** What the page is called in `lang` attributes and by Intl. */
export const tag = (of: Language = language.value): string => TAGS[of];
export const nameOf = (of: Language): string => NAMES[of];
export const other = (): Language => (language.value === "en" ? "zh" : "en");

/** Fills in a text: `{n}` by its value; parts divided by ‖ are singular and plural, chosen by `n`. */
export function fill(
  text: string,
  values: Readonly<Record<string, string | number>>,
  of: Language,
): string {
  const [one = "", many] = text.split("‖");
  const plural =
    many !== undefined && new Intl.PluralRules(of).select(Number(values.n ?? 0)) !== "one";
  const chosen = (plural ? (many ?? one) : one).trim();
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string, at: number) => {
    const value = values[name];
    if (value === undefined) return whole;
    const words = typeof value === "number" ? new Intl.NumberFormat(tag(of)).format(value) : value;
    return apart(chosen.slice(0, at), words, chosen.slice(at + whole.length));
  });
}

const HAN = /\p{Script=Han}/u;
const LATIN = /[\p{Script=Latin}\d]/u;

/** Between Chinese and Latin letters or digits stands a space; the catalogue cannot know what comes. */
function apart(before: string, words: string, after: string): string {
  const left = HAN.test(before.slice(-1)) && LATIN.test(words.slice(0, 1)) ? " " : "";
  const right = HAN.test(after.slice(0, 1)) && LATIN.test(words.slice(-1)) ? " " : "";
  return left + words + right;
}

export function t<K extends Key>(key: K, ...args: Args<K>): string {
  return fill(catalogue.value?.[key] ?? "", args[0] ?? {}, language.value);
}

export async function speak(wanted: Language): Promise<void> {
  catalogue.value = wanted === "zh" ? (await import("./zh.ts")).zh : (await import("./en.ts")).en;
  language.value = wanted;
  document.documentElement.lang = tag(wanted);
}

/** The language chosen on this device, else the browser's. */
export function firstLanguage(): Language {
  const chosen = kept("language");
  if (chosen === "en" || chosen === "zh") return chosen;
  const wish = navigator.languages.find((l) => /^(zh|en)\b/i.test(l)) ?? "en";
  return wish.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export async function chooseLanguage(wanted: Language): Promise<void> {
  keep("language", wanted);
  await speak(wanted);
}
