/** What a screen reader says: one polite region and one assertive one for the whole page. */

import { signal } from "@preact/signals";

export const polite = signal("");
export const assertive = signal("");

/** The same words twice in a row are two utterances: a no-break space tells them apart. */
const fresh = (old: string, text: string): string => (old === text ? `${text}\u00a0` : text);

export const say = (text: string): void => {
  polite.value = fresh(polite.value, text);
};

export const sayNow = (text: string): void => {
  assertive.value = fresh(assertive.value, text);
};
