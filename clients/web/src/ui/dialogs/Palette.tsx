import { t } from "../../i18n/t.ts";
import { isStaff, seated } from "../../model/people.ts";
import type { View } from "../../protocol.ts";
import { type Command, commandsOf } from "../commands.ts";
import { personItems } from "../menus.ts";
import { Key } from "../parts/Button.tsx";
import { Combo } from "../parts/Combo.tsx";
import { Dialog } from "../parts/Dialog.tsx";

const MOST = 40;

interface Props {
  readonly view: View;
  readonly onClose: () => void;
}

/** Commands, rooms, and for staff what can be done with each person. */
function everything(view: View): readonly Command[] {
  const people = isStaff(view.people.you.role)
    ? seated(view).flatMap((p) =>
        personItems(view, p).map((item) => ({
          label: `${p.name}: ${item.label}`,
          off: item.off || undefined,
          run: item.run,
        })),
      )
    : [];
  return [...commandsOf(view), ...people];
}

/** Do anything by name. */
export function Palette({ view, onClose }: Props) {
  const run = (command: Command) => {
    onClose();
    // what it opens is another dialog: let this one give its focus back first
    setTimeout(command.run);
  };

  return (
    <Dialog title={t("keys.find")} onClose={onClose}>
      <Combo
        label={t("keys.find_label")}
        listLabel={t("keys.acts")}
        none={t("keys.none")}
        most={MOST}
        choices={everything(view).map((c, i) => ({
          key: `${c.label}${i}`,
          words: c.label,
          off: c.off,
          children: <CommandChoice command={c} />,
          run: () => run(c),
        }))}
      />
    </Dialog>
  );
}

function CommandChoice({ command }: { readonly command: Command }) {
  return (
    <>
      <span class="ellipsis" dir="auto">
        {command.label}
        {command.off && <small> {command.off}</small>}
      </span>
      {command.key?.split(" ").map((k) => (
        <Key key={k}>{k.length === 1 ? k.toUpperCase() : k}</Key>
      ))}
    </>
  );
}
