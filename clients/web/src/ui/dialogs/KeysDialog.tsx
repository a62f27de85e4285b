import { t } from "../../i18n/t.ts";
import { everMay, isStaff } from "../../model/people.ts";
import type { View } from "../../protocol.ts";
import { type Command, commandsOf } from "../commands.ts";
import { singleKeys, switchKeys } from "../keys.ts";
import { Dialog } from "../parts/Dialog.tsx";

interface Props {
  readonly view: View;
  readonly onClose: () => void;
}

/** All keys, as they stand for this person now, and the switch for the single ones. */
export function KeysDialog({ view, onClose }: Props) {
  const mod = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘" : "Ctrl";
  const { role } = view.people.you;
  const always: readonly (readonly [string, string])[] = [
    [`${mod}+K`, t("keys.find")],
    ["F6", t("keys.region")],
    ["Alt+↑ Alt+↓", t("keys.prev_room")],
    ["Esc", t("keys.leave")],
    ["↑", t("keys.edit_last")],
    [`${mod}+Z`, t("go.undo")],
  ];
  const single: readonly (readonly [string, string])[] = [
    ["J K", t("chat.title")],
    ["/", t("people.find")],
    [".", t("keys.menu")],
    ["R", t("chat.reply")],
    ["S", t("chat.r_same")],
    ["E", t("chat.edit")],
    ["Delete", t("chat.remove")],
    ...(isStaff(role)
      ? ([
          ["M", t("move.do")],
          ["X Shift+X", t("keys.select")],
        ] as const)
      : []),
    ...(everMay(role, "people.mute") ? ([["Shift+M", t("mute.do")]] as const) : []),
    ...(everMay(role, "people.remove") ? ([["Shift+K", t("remove.do")]] as const) : []),
  ];
  const keyed = commandsOf(view).filter((c): c is Command & { key: string } => c.key !== undefined);
  return (
    <Dialog title={t("keys.title")} onClose={onClose} wide>
      <Rows rows={always} />
      <label class="check">
        <input
          type="checkbox"
          checked={singleKeys.value}
          onChange={(e) => switchKeys(e.currentTarget.checked)}
        />
        <span>{t("keys.off")}</span>
      </label>
      <Rows rows={[...keyed.map((c) => [show(c.key), c.label] as const), ...single]} />
    </Dialog>
  );
}

/** "g t" as G T, single letters as on the key. */
const show = (key: string): string =>
  key
    .split(" ")
    .map((k) => (k.length === 1 ? k.toUpperCase() : k))
    .join(" ");

function Rows({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  return (
    <dl class="keys">
      {rows.map(([key, label]) => (
        <div key={`${key}${label}`}>
          <dt>
            {key.split(" ").map((k) => (
              <kbd class="key" key={k}>
                {k}
              </kbd>
            ))}
          </dt>
          <dd>{label}</dd>
        </div>
      ))}
    </dl>
  );
}
