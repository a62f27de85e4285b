/** Small tools for changing what may not be changed in place. What stays the same stays the same object. */

interface Named {
  readonly id: number;
}

/** Where the id stands in a list that is in order of id; -1: nowhere. */
export function placeOf(list: readonly Named[], id: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = list[middle]?.id ?? 0;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The one with this id, from a list that is in order of id. */
export const byId = <T extends Named>(list: readonly T[], id: number): T | undefined =>
  list[placeOf(list, id)];

/** The list with one of its members changed; the same list when there is nothing to change. */
export function changeAt<T>(list: readonly T[], at: number, change: (one: T) => T): readonly T[] {
  const old = list[at];
  if (old === undefined) return list;
  const one = change(old);
  if (one === old) return list;
  const next = list.slice();
  next[at] = one;
  return next;
}

/** The same for a list in order of id. */
export const changeById = <T extends Named>(
  list: readonly T[],
  id: number,
  change: (one: T) => T,
): readonly T[] => changeAt(list, placeOf(list, id), change);

/** An object less some of its optional fields; the same object when it has none of them. */
export function without<T extends object, K extends keyof T>(of: T, ...keys: readonly K[]): T {
  if (!keys.some((key) => key in of)) return of;
  const next = { ...of };
  for (const key of keys) delete next[key];
  return next;
}
