/** Everything one can do by key or by name, as it stands now. The palette and the keys read the same list. */

import { act, offNow } from "../app/act.ts";
import { say } from "../app/announce.ts";
import { now } from "../app/clock.ts";
import { openDialog } from "../app/dialogs.ts";
import { goPlace } from "../app/route.ts";
import { wanted } from "../app/writing.ts";
import { t } from "../i18n/t.ts";
import { activeTopic, endOf } from "../model/agenda.ts";
import { everMay, isStaff, may } from "../model/people.ts";
import { areasWithout, nameOf, openRooms } from "../model/rooms.ts";
import { type CommandName, PHASES, PLENARY, type View } from "../protocol.ts";
import { toggleHand } from "./Composer.tsx";
import { leaveSession } from "./leave.ts";
import { enter } from "./Rooms.tsx";

export interface Command {
  readonly label: string;
  /** "n", "Shift+N", "g t": letters as on the key, Shift named only with letters. */
  readonly key?: string;
  readonly off?: string | undefined;
  readonly run: () => void;
}

export function focusOn(selector: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
}

export function sayTime(view: View): void {
  const topic = activeTopic(view);
  if (!topic) {
    say(t("agenda.none_yet"));
    return;
  }
  const left = Math.max(0, Math.ceil((endOf(topic) - now()) / 1000));
  say(t("agenda.say", { min: Math.floor(left / 60), sec: left % 60, topic: topic.title }));
}

function places(view: View): readonly Command[] {
  const { you } = view.people;
  const to = (name: string, key: string, label: string): Command => ({
    label,
    key,
    run: () => goPlace(name),
  });
  return [
    {
      ...to("", "g t", t("tabs.talk")),
      run: () => {
        goPlace("talk");
        focusOn("[role=log]");
      },
    },
    {
      ...to("rooms", "g r", t("tabs.rooms")),
      run: () => {
        goPlace("rooms");
        focusOn(".room-row");
      },
    },
    {
      ...to("people", "g p", t("tabs.people")),
      run: () => {
        goPlace("people");
        focusOn(".people .input");
      },
    },
    { ...to("agenda", "g a", t("tabs.agenda")), run: () => goPlace("agenda") },
    ...(isStaff(you.role)
      ? [
          to("cockpit", "g c", t("cockpit.title")),
          {
            label: t("cockpit.channel"),
            key: "g f",
            run: () => {
              goPlace("cockpit");
              focusOn(".channel [role=log]");
            },
          },
        ]
      : []),
    ...openRooms(view).map((r, i) => ({
      label: t("rooms.enter", { room: nameOf(view, r.id) }),
      ...(i < 10 ? { key: `g ${r.id === PLENARY ? 0 : i}` } : {}),
      run: () => enter(r.id),
    })),
    ...(you.back !== undefined
      ? [{ label: t("rooms.back"), key: "b", run: () => enter(you.back ?? PLENARY) }]
      : []),
    {
      label: t("keys.write"),
      key: "c",
      run: () => {
        goPlace("talk");
        wanted.value++;
      },
    },
    { label: t("keys.say_time"), key: "t", run: () => sayTime(view) },
  ];
}

/** Acts on the session as a whole: absent when the role never may, off when not now. */
function acts(view: View): readonly Command[] {
  const { you } = view.people;
  const topic = activeTopic(view);
  const result: Command[] = [];
  const add = (
    command: CommandName,
    label: string,
    key: string | null,
    run: () => void,
    not?: string,
  ) => {
    if (!everMay(you.role, command)) return;
    const off = offNow() ?? (may(view, command) ? not : t("err.closed"));
    result.push({ label, run, ...(key ? { key } : {}), ...(off ? { off } : {}) });
  };
  const none = topic ? undefined : t("agenda.none_yet");
  const from = topic?.id ?? 0;
  add(
    "hands.raise",
    t(you.hand === undefined ? "hands.raise" : "hands.lower"),
    "h",
    () => void toggleHand(view),
  );
  if (isStaff(you.role) || view.session.rooms_by === "attendees")
    add("rooms.open", t("rooms.open"), "Shift+O", () => openDialog({ kind: "open_room" }));
  add("agenda.next", t("agenda.next"), "n", () => void act("agenda.next", { from }));
  add("agenda.back", t("agenda.back"), "Shift+N", () => void act("agenda.back", { from }));
  add(
    "agenda.extend",
    t("agenda.extend"),
    "]",
    () => void act("agenda.extend", { topic: from, minutes: 2 }),
    none,
  );
  add(
    "agenda.extend",
    t("agenda.shorten"),
    "[",
    () => void act("agenda.extend", { topic: from, minutes: -1 }),
    none,
  );
  add(
    "agenda.finish",
    t("agenda.finish"),
    "Shift+F",
    () => void act("agenda.finish", { topic: from }),
    none,
  );
  add("agenda.add", t("agenda.add"), "Shift+A", () => openDialog({ kind: "topic", topic: null }));
  add("rooms.send", t("rooms.send"), "Shift+G", () => openDialog({ kind: "send" }));
  add("rooms.recall", t("recall.do"), "Shift+R", () => openDialog({ kind: "recall" }));
  add("notices.announce", t("notice.title"), "a", () => {
    goPlace("cockpit");
    focusOn(".announce textarea");
  });
  for (const phase of PHASES)
    if (phase !== "closed" && phase !== view.session.phase)
      add(
        "session.phase",
        t("phase.go", { phase: t(`phase.${phase}`) }),
        null,
        () => void act("session.phase", { phase }),
      );
  if (areasWithout(view).length && isStaff(you.role))
    add("rooms.open", t("rooms.area_rooms"), null, () => openAreaRooms(view));
  add("session.close", t("cockpit.close_session"), null, () => openDialog({ kind: "close" }));
  add("people.leave", t("people.leave"), null, () => void leaveSession(view.session.session));
  return result;
}

/** One room for each area that has none: as many commands as rooms. */
export async function openAreaRooms(view: View): Promise<boolean> {
  for (const area of areasWithout(view)) {
    const outcome = await act("rooms.open", { title: area.en, area: area.key });
    if (!outcome.ok) return false;
  }
  return true;
}

export function commandsOf(view: View): readonly Command[] {
  return [
    ...places(view),
    ...acts(view),
    ...(isStaff(view.people.you.role) && view.session.phase !== "closed"
      ? [{ label: t("code.show"), run: () => openDialog({ kind: "code" }) }]
      : []),
    { label: t("keys.all"), key: "?", run: () => openDialog({ kind: "keys" }) },
  ];
}
