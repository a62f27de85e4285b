import { language } from "../../i18n/t.ts";
import { type Area, initials, marks, slotOf } from "../../model/areas.ts";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./icons.ts";

type Size = "s" | "m" | "l";

/** The rounded square of an area: it stands for the area wherever it appears. Areas are square, people round. */
export function Tile(props: {
  readonly areas: readonly Area[];
  readonly area: string | undefined;
  readonly size?: Size;
  readonly icon?: IconName;
}) {
  const { areas, area, size = "m", icon = "bubble" } = props;
  const slot = slotOf(areas, area);
  const mark = area ? marks(areas, language.value).get(area) : undefined;
  return (
    <span class={`tile tile-${size} ${slot ? `area-${slot}` : "tile-own"}`} aria-hidden="true">
      {mark ?? <Icon name={icon} />}
    </span>
  );
}

/** A person's initials in the soft colour of their area. */
export function Avatar(props: {
  readonly name: string;
  readonly areas: readonly Area[];
  readonly area: string | undefined;
  readonly small?: boolean;
}) {
  const slot = slotOf(props.areas, props.area);
  return (
    <span
      class={`avatar ${props.small ? "avatar-s" : ""} ${slot ? `area-${slot}` : ""}`}
      aria-hidden="true"
    >
      {initials(props.name)}
    </span>
  );
}
