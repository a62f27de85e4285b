/** People as screens need them: who is staff, who holds up a hand, in which order they stand. */

import { language, tag } from "../i18n/t.ts";
import {
  type Area,
  type CommandName,
  isStaff,
  type Listed,
  type Mute,
  may as mayIn,
  type Person,
  type Present,
  type Role,
  ranks,
  type View,
} from "../protocol.ts";

/** Whatever the client knows of somebody: all lists of people have this much. */
export type Somebody = Pick<Person, "id" | "name" | "school" | "role"> &
  Partial<Pick<Present & Person, "job" | "area" | "hand" | "called" | "away" | "mute" | "room">>;

/** Their school; nothing for those whose plan named none: the protocol asks for a word and has "-" then. */
export const schoolOf = (who: { readonly school: string }): string =>
  who.school === "-" ? "" : who.school;

/** As one says who somebody is, and where from. */
export const nameAndSchool = (who: { readonly name: string; readonly school: string }): string =>
  [who.name, schoolOf(who)].filter(Boolean).join(" · ");

/** From how many schools they are. */
export const nSchools = (all: readonly { readonly school: string }[]): number =>
  new Set(all.map(schoolOf).filter(Boolean)).size;

export { isStaff };

export const may = (view: View, command: CommandName): boolean =>
  mayIn(view.people.you.role, command, view.session.phase);

/** May the command ever be asked by this role? If not its button is absent, not off. */
export const everMay = (role: Role, command: CommandName): boolean =>
  mayIn(role, command, "breakout");

export const outranks = (view: View, role: Role): boolean =>
  ranks[view.people.you.role] > ranks[role];

export const mutedNow = (mute: Mute | undefined, now: number): Mute | undefined =>
  mute && mute.until > now ? mute : undefined;

/** Those who sit in the session, as staff know them. */
export const seated = (view: View): readonly Person[] =>
  (view.people.list ?? []).filter((p) => !p.left && !p.removed);

export const personOf = (view: View, id: number): Person | undefined =>
  view.people.list?.find((p) => p.id === id);

const collators = new Map<string, Intl.Collator>();

function collator(): Intl.Collator {
  const old = collators.get(language.value);
  if (old) return old;
  const fresh = new Intl.Collator(tag(), { sensitivity: "base" });
  collators.set(language.value, fresh);
  return fresh;
}

/** Staff first, then by name in the page's language. */
export const byName = <P extends Somebody>(list: readonly P[]): readonly P[] =>
  list.toSorted(
    (a, b) =>
      Number(isStaff(b.role)) - Number(isStaff(a.role)) || collator().compare(a.name, b.name),
  );

/** Raised hands, first come first. */
export const hands = <P extends { readonly hand?: number | undefined }>(
  list: readonly P[],
): readonly P[] =>
  list.filter((p) => p.hand !== undefined).toSorted((a, b) => (a.hand ?? 0) - (b.hand ?? 0));

/** Somebody whose line one reads, as far as this screen knows them. */
export function knownAs(
  view: View,
  here: readonly Present[],
  id: number,
): Person | Present | Listed | undefined {
  return personOf(view, id) ?? here.find((p) => p.id === id);
}

/** The first of a name, as one would call somebody across a table. */
export function shortName(name: string): string {
  return /\p{Script=Han}/u.test(name) ? name : (name.split(/\s+/)[0] ?? name);
}

export const areaOf = (areas: readonly Area[], key: string | undefined): Area | undefined =>
  areas.find((a) => a.key === key);
