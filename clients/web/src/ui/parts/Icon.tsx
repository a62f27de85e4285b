import { type IconName, icons } from "./icons.ts";

/** Made of points, which need a wider stroke. */
const DOTTED: ReadonlySet<IconName> = new Set(["more", "grip"]);

/** A sign of our set; it never speaks: a word or an accessible name always stands beside it. */
export function Icon({ name, small }: { readonly name: IconName; readonly small?: boolean }) {
  return (
    <svg
      class={`icon${small ? " icon-small" : ""}${DOTTED.has(name) ? " icon-dots" : ""}`}
      viewBox="0 0 20 20"
      aria-hidden="true"
      focusable="false"
    >
      <path d={icons[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <span class="logo">
      <Icon name="wave" />
    </span>
  );
}
