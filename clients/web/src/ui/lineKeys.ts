/** Keys inside a list of lines: one tab stop, arrows or J and K from line to line, the dot key for the menu. */

/** A key that belongs to an input method is nobody's. */
export const isComposing = (e: KeyboardEvent): boolean => e.isComposing || e.keyCode === 229;

export function lineKey(
  e: KeyboardEvent,
  box: HTMLElement | null,
  onCurrent: (line: number) => void,
  onMenu: (line: number, from: Element) => void,
): void {
  if (!box || isComposing(e) || e.ctrlKey || e.metaKey || e.altKey) return;
  const all = [...box.querySelectorAll<HTMLElement>("[data-line]")];
  const here = document.activeElement?.closest<HTMLElement>("[data-line]") ?? null;
  const at = here ? all.indexOf(here) : -1;
  const go = (to: number) => {
    const el = all[Math.min(all.length - 1, Math.max(0, to))];
    if (!el) return;
    e.preventDefault();
    e.stopPropagation();
    onCurrent(Number(el.dataset.line));
    el.focus();
  };
  if (e.key === "j" || e.key === "ArrowDown") go(at < 0 ? all.length - 1 : at + 1);
  else if (e.key === "k" || e.key === "ArrowUp") go(at < 0 ? all.length - 1 : at - 1);
  else if (e.key === "Home") go(0);
  else if (e.key === "End") go(all.length - 1);
  else if (here && (e.key === "." || (e.key === "F10" && e.shiftKey))) {
    e.preventDefault();
    e.stopPropagation();
    onMenu(Number(here.dataset.line), here);
  }
}
