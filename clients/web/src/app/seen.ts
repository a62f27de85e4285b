/** Announcements that were in view for a second: their strip is not needed any more. */

import { signal } from "@preact/signals";

const SECOND = 1000;

export const seen = signal<ReadonlySet<number>>(new Set());

export const markSeen = (notice: number): void => {
  if (!seen.value.has(notice)) seen.value = new Set([...seen.value, notice]);
};

/** Watches one announcement on the page; gives how to stop. */
export function watchSeen(el: Element, notice: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = new IntersectionObserver(
    ([entry]) => {
      clearTimeout(timer);
      if (entry?.isIntersecting && !document.hidden)
        timer = setTimeout(() => markSeen(notice), SECOND);
    },
    { threshold: 0.6 },
  );
  watch.observe(el);
  return () => {
    clearTimeout(timer);
    watch.disconnect();
  };
}
