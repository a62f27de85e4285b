/** One heartbeat a second for everything that counts. Components that read it are drawn again with it. */

import { signal } from "@preact/signals";

let source: () => number = Date.now;

/** The time of the server as this page knows it; the device's own until a server has told. */
export const tick = signal(Date.now());

export function setClock(now: () => number): void {
  source = now;
  tick.value = now();
}

export const now = (): number => source();

export function startClock(): void {
  const beat = () => {
    tick.value = source();
    setTimeout(beat, 1000 - (tick.value % 1000) + 5);
  };
  beat();
}
