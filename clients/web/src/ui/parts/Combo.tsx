import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";
import { isComposing } from "../lineKeys.ts";
import { Icon } from "./Icon.tsx";

export interface Choice {
  readonly key: string | number;
  /** What typing is held against: every word typed stands somewhere in it. */
  readonly words: string;
  readonly off?: string | undefined;
  readonly children: ComponentChildren;
  readonly run: () => void;
}

interface Props {
  /** What the field is for, and its placeholder. */
  readonly label: string;
  readonly listLabel: string;
  /** Instead of a list, when nothing fits. */
  readonly none: string;
  readonly choices: readonly Choice[];
  /** So many are shown at most. */
  readonly most?: number;
  /** The field takes the focus of its dialog though it is not the first one. */
  readonly first?: boolean;
}

/** A list narrowed by typing; arrows move the mark, Enter takes what is marked (WAI-ARIA combobox pattern). */
export function Combo({ label, listLabel, none, choices, most = 1000, first }: Props) {
  const words = useSignal("");
  const marked = useSignal(0);
  const id = useId();
  const seek = words.value.trim().toLowerCase().split(/\s+/);
  const found = choices
    .filter((c) => seek.every((w) => c.words.toLowerCase().includes(w)))
    .slice(0, most);
  const at = Math.min(marked.value, found.length - 1);

  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const take = (choice: Choice | undefined) => {
    if (choice && !choice.off) choice.run();
  };
  const step = (by: number) => {
    marked.value = (at + by + found.length) % Math.max(1, found.length);
  };
  const key = (e: KeyboardEvent) => {
    if (isComposing(e)) return;
    if (e.key === "ArrowDown") step(1);
    else if (e.key === "ArrowUp") step(-1);
    else if (e.key === "Enter") take(found[at]);
    else return;
    e.preventDefault();
  };

  return (
    <>
      <div class="search">
        <Icon name="search" />
        <input
          class="input"
          data-first={first}
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
          aria-label={label}
          placeholder={label}
          value={words.value}
          onInput={(e) => {
            words.value = e.currentTarget.value;
            marked.value = 0;
          }}
          onKeyDown={key}
        />
      </div>
      {found.length === 0 && <p class="quiet">{none}</p>}
      <div class="options" role="listbox" id={id} aria-label={listLabel}>
        {found.map((c, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field above moves the mark and chooses
          <div
            key={c.key}
            id={`${id}-${i}`}
            class="option"
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            aria-disabled={c.off ? "true" : undefined}
            onClick={() => take(c)}
          >
            {c.children}
          </div>
        ))}
      </div>
    </>
  );
}
