import { signal } from "@preact/signals";
import { say } from "../../app/announce.ts";
import { tick } from "../../app/clock.ts";
import { presence } from "../../app/live.ts";
import { picked, pickRange, togglePick } from "../../app/picked.ts";
import { t } from "../../i18n/t.ts";
import { may, mutedNow, nameAndSchool, outranks } from "../../model/people.ts";
import type { Person, View } from "../../protocol.ts";
import { isComposing } from "../lineKeys.ts";
import { personItems } from "../menus.ts";
import { Icon } from "../parts/Icon.tsx";
import type { IconName } from "../parts/icons.ts";
import { type Item, openMenu } from "../parts/Menu.tsx";

/** Who is being dragged now. */
export const dragging = signal<readonly number[] | null>(null);

interface Props {
  readonly view: View;
  readonly who: Person;
  /** The first of its list is the tab stop while none of it has the focus. */
  readonly first: boolean;
}

/** A person in the cockpit: pressed it is selected, dragged it is moved, its menu has everything else. */
export function Chip({ view, who, first }: Props) {
  const on = picked.value.has(who.id);
  const own = who.id === view.people.you.id;
  const movable = !own && may(view, "rooms.move") && outranks(view, who.role);
  const muted = mutedNow(who.mute, tick.value);
  const away = presence.value?.away?.includes(who.id) ?? false;
  const state: readonly [IconName, string] | null = on
    ? ["check", ""]
    : who.hand !== undefined
      ? ["hand", t("hands.title")]
      : muted
        ? ["muted", t("people.muted")]
        : away
          ? ["offline", t("people.away")]
          : who.role === "moderator"
            ? ["shield", t("role.moderator")]
            : who.role === "facilitator" || who.role === "organizer"
              ? ["agenda", t(`role.${who.role}`)]
              : who.role === "observer"
                ? ["eye", t("role.observer")]
                : null;
  const classes = ["chip"];
  if (on) classes.push("is-on");
  else if (who.hand !== undefined) classes.push("is-hand");
  else if (muted) classes.push("is-muted");
  else if (away) classes.push("is-away");

  const menu = (from: Element) => {
    const pick: Item = {
      label: t(on ? "cockpit.unpick" : "cockpit.pick"),
      icon: "check",
      key: "X",
      run: () => togglePick(who.id),
    };
    openMenu(from, nameAndSchool(who), [...(movable ? [pick] : []), ...personItems(view, who)]);
  };

  return (
    <li>
      <button
        type="button"
        class={classes.join(" ")}
        data-person={who.id}
        tabIndex={first ? 0 : -1}
        draggable={movable}
        aria-pressed={movable ? on : undefined}
        title={nameAndSchool(who)}
        onClick={(e) => {
          if (!movable) return menu(e.currentTarget);
          if (e.shiftKey) pickRange(who.id, shownOrder());
          else togglePick(who.id);
          if (picked.value.has(who.id)) say(t("cockpit.person_picked", { name: who.name }));
        }}
        onContextMenu={(e) => {
          e.preventDefault();
          menu(e.currentTarget);
        }}
        onDragStart={(e) => {
          dragging.value = on ? [...picked.value] : [who.id];
          e.dataTransfer?.setData("text/plain", who.name);
        }}
        onDragEnd={() => {
          dragging.value = null;
        }}
        onKeyDown={roving}
      >
        {state && <Icon name={state[0]} small />}
        <span class="ellipsis" dir="auto">
          {who.name}
          {own && ` (${t("chat.you")})`}
        </span>
        {state?.[1] && <span class="sr">, {state[1]}</span>}
      </button>
      <button
        type="button"
        class="chip-menu"
        tabIndex={-1}
        aria-label={t("people.menu", { name: who.name })}
        aria-haspopup="menu"
        onClick={(e) => menu(e.currentTarget)}
      >
        <Icon name="more" small />
      </button>
    </li>
  );
}

const shownOrder = (): readonly number[] =>
  [...document.querySelectorAll<HTMLElement>(".chip[data-person]")].map((c) =>
    Number(c.dataset.person),
  );

/** Arrows go from chip to chip of one room. */
function roving(e: KeyboardEvent): void {
  if (isComposing(e) || !(e.currentTarget instanceof HTMLElement)) return;
  const step =
    e.key === "ArrowRight" || e.key === "ArrowDown"
      ? 1
      : e.key === "ArrowLeft" || e.key === "ArrowUp"
        ? -1
        : 0;
  if (step === 0 || e.altKey) return;
  const all = [
    ...(e.currentTarget.closest(".chips")?.querySelectorAll<HTMLElement>(".chip") ?? []),
  ];
  const next = all[all.indexOf(e.currentTarget) + step];
  if (!next) return;
  e.preventDefault();
  next.focus();
}
