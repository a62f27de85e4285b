import type { ComponentChildren } from "preact";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./icons.ts";

export interface ButtonProps {
  readonly children?: ComponentChildren;
  readonly onClick?: (e: MouseEvent) => void;
  readonly icon?: IconName | undefined;
  readonly kind?: "plain" | "primary" | "quiet" | "danger" | "attn" | "table" | "table-first";
  readonly label?: string | undefined;
  /** Why it cannot be pressed now: the button stays reachable and says so. */
  readonly off?: string | false | undefined;
  readonly type?: "button" | "submit";
  readonly pressed?: boolean;
  readonly hint?: string | undefined;
  readonly wide?: boolean;
  readonly id?: string;
  readonly busy?: boolean;
}

/** A button. Off, it keeps its place in the tab order and tells its reason instead of vanishing. */
export function Button(props: ButtonProps) {
  const { children, icon, kind = "plain", label, off, type = "button", pressed, hint } = props;
  const press = (e: MouseEvent) => {
    if (off || props.busy) {
      e.preventDefault();
      return;
    }
    props.onClick?.(e);
  };
  const classes = ["button", `button-${kind}`];
  if (!children) classes.push("button-icon");
  if (props.wide) classes.push("button-wide");
  return (
    <button
      id={props.id}
      type={type}
      class={classes.join(" ")}
      onClick={press}
      aria-label={label}
      title={off || (children ? hint : (hint ?? label))}
      aria-disabled={off || props.busy ? "true" : undefined}
      aria-pressed={pressed}
    >
      {icon && <Icon name={icon} />}
      {children}
      {off && <span class="sr">{` (${off})`}</span>}
    </button>
  );
}

/** A key as it stands on a button: a hint for the eye, not part of the button's name. */
export const Key = ({ children }: { readonly children: string }) => (
  <kbd class="key" aria-hidden="true">
    {children}
  </kbd>
);
