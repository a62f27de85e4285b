/** People selected in the cockpit, to be moved together. */

import { signal } from "@preact/signals";

export const picked = signal<ReadonlySet<number>>(new Set());

/** Where a range begins. */
let anchor: number | null = null;

export function togglePick(who: number): void {
  const next = new Set(picked.value);
  if (!next.delete(who)) next.add(who);
  anchor = who;
  picked.value = next;
}

/** Everybody between the last one selected and this one, as they stand on the screen. */
export function pickRange(who: number, order: readonly number[]): void {
  const from = anchor === null ? -1 : order.indexOf(anchor);
  const to = order.indexOf(who);
  if (from < 0 || to < 0) {
    togglePick(who);
    return;
  }
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  picked.value = new Set([...picked.value, ...range]);
}

export const pickAll = (who: readonly number[]): void => {
  picked.value = new Set([...picked.value, ...who]);
};

export const clearPicked = (): void => {
  picked.value = new Set();
  anchor = null;
};
