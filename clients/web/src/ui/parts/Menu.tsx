import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./icons.ts";

export interface Item {
  readonly label: string;
  readonly icon?: IconName;
  readonly key?: string;
  readonly danger?: boolean;
  /** A line above this item. */
  readonly apart?: boolean;
  /** Why it cannot be used now. */
  readonly off?: string | false | undefined;
  readonly checked?: boolean;
  readonly run: () => void;
}

interface Open {
  readonly label: string;
  readonly items: readonly Item[];
  readonly at: DOMRect;
  readonly opener: HTMLElement | null;
}

const open = signal<Open | null>(null);

/** Opens a menu beside whatever asked for it: a press, the dot key, the right button, a long press. */
export function openMenu(from: Element, label: string, items: readonly Item[]): void {
  if (items.length === 0) return;
  open.value = {
    label,
    items,
    at: from.getBoundingClientRect(),
    opener: from instanceof HTMLElement ? from : null,
  };
}

export const menuIsOpen = (): boolean => open.value !== null;

function close(back: boolean): void {
  const opener = open.value?.opener;
  open.value = null;
  if (back && opener?.isConnected) opener.focus();
}

/** Below the opener where there is space, above it where there is none; never outside the page. */
function put(menu: HTMLElement, at: DOMRect): void {
  const { offsetWidth: w, offsetHeight: h } = menu;
  const left = Math.max(8, Math.min(at.left, innerWidth - w - 8));
  const below = at.bottom + 4;
  const top = below + h <= innerHeight - 8 ? below : Math.max(8, at.top - h - 4);
  menu.style.setProperty("--left", `${left}px`);
  menu.style.setProperty("--top", `${top}px`);
}

/** The one menu of the page. */
export function MenuHost() {
  const ref = useRef<HTMLDivElement>(null);
  const now = open.value;

  useLayoutEffect(() => {
    if (!now || !ref.current) return;
    put(ref.current, now.at);
    ref.current.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
  }, [now]);

  useEffect(() => {
    if (!now) return;
    const away = (e: Event) => {
      if (!(e.target instanceof Node && ref.current?.contains(e.target))) close(false);
    };
    const gone = () => close(false);
    addEventListener("pointerdown", away, true);
    addEventListener("resize", gone);
    return () => {
      removeEventListener("pointerdown", away, true);
      removeEventListener("resize", gone);
    };
  }, [now]);

  if (!now) return null;

  const move = (e: KeyboardEvent) => {
    const all = [...(ref.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    const i = all.indexOf(document.activeElement as HTMLElement);
    const to = (n: number) => all[(n + all.length) % all.length]?.focus();
    e.stopPropagation();
    if (e.key === "ArrowDown") to(i + 1);
    else if (e.key === "ArrowUp") to(i - 1);
    else if (e.key === "Home") to(0);
    else if (e.key === "End") to(all.length - 1);
    else if (e.key === "Escape" || e.key === "Tab") close(true);
    else if (e.key.length === 1) letter(all, i, e.key);
    else return;
    if (e.key !== " ") e.preventDefault();
  };

  return (
    <div class="menu-layer">
      <div ref={ref} class="menu" role="menu" aria-label={now.label} onKeyDown={move}>
        <p class="menu-title" aria-hidden="true">
          {now.label}
        </p>
        {now.items.map((item) => (
          <Row item={item} key={item.label} />
        ))}
      </div>
    </div>
  );
}

/** Letters lead to the next item that begins with them. */
function letter(all: readonly HTMLElement[], from: number, key: string): void {
  const order = [...all.slice(from + 1), ...all.slice(0, from + 1)];
  order.find((el) => el.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()))?.focus();
}

function Row({ item }: { readonly item: Item }) {
  const run = () => {
    if (item.off) return;
    close(true);
    item.run();
  };
  return (
    <>
      {item.apart && <hr class="menu-rule" />}
      <button
        type="button"
        {...(item.checked === undefined
          ? { role: "menuitem" as const }
          : { role: "menuitemradio" as const, "aria-checked": item.checked })}
        tabIndex={-1}
        class={item.danger ? "menu-item menu-danger" : "menu-item"}
        aria-disabled={item.off ? "true" : undefined}
        onClick={run}
      >
        {item.icon ? <Icon name={item.icon} /> : <span class="icon" />}
        <span class="menu-words">
          {item.label}
          {item.off && <small>{item.off}</small>}
        </span>
        {item.checked && <Icon name="check" />}
        {item.key && (
          <kbd class="key" aria-hidden="true">
            {item.key}
          </kbd>
        )}
      </button>
    </>
  );
}
