import { type IconName, icons } from "./icons.ts";

/** A sign of our set; it never speaks: a word or an accessible name always stands beside it. */
export function Icon({ name, small }: { readonly name: IconName; readonly small?: boolean }) {
  return (
    <svg
      class={small ? "icon icon-small" : "icon"}
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
