import { useSignal } from "@preact/signals";
import { t } from "../../i18n/t.ts";
import { areaName } from "../../model/areas.ts";
import { isStaff } from "../../model/people.ts";
import { areasWithout } from "../../model/rooms.ts";
import type { View } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Field } from "../parts/Field.tsx";
import { Problem, useAsk } from "./parts.tsx";

interface Props {
  readonly view: View;
  readonly onClose: () => void;
}

export function OpenRoomDialog({ view, onClose }: Props) {
  const title = useSignal("");
  const area = useSignal("");
  const seats = useSignal("");
  const wrong = useSignal<string | undefined>(undefined);
  const { problem, busy, run } = useAsk(onClose);
  const free = isStaff(view.people.you.role) ? areasWithout(view) : [];
  const chosen = free.find((a) => a.key === area.value);

  const open = (e: Event) => {
    e.preventDefault();
    const name = title.value.trim() || (chosen?.en ?? "");
    if (!name) {
      wrong.value = t("join.missing", { field: t("rooms.name") });
      return;
    }
    const capacity = Math.round(Number(seats.value));
    void run(
      "rooms.open",
      {
        title: name,
        ...(chosen ? { area: chosen.key } : {}),
        ...(capacity >= 2 ? { capacity: Math.min(500, capacity) } : {}),
      },
      { text: t("rooms.opened", { room: chosen ? areaName(chosen) : name }) },
    );
  };

  return (
    <Dialog title={t("rooms.open_title")} onClose={onClose} dirty={title.value.trim() !== ""}>
      <form class="form" onSubmit={open} noValidate>
        {free.length > 0 && (
          <Field label={t("rooms.for_area")}>
            {(ids) => (
              <select
                {...ids}
                class="input"
                value={area.value}
                onChange={(e) => {
                  area.value = e.currentTarget.value;
                  wrong.value = undefined;
                }}
              >
                <option value="">{t("rooms.for_all")}</option>
                {free.map((a) => (
                  <option key={a.key} value={a.key}>
                    {areaName(a)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {!chosen && (
          <Field label={t("rooms.name")} hint={t("rooms.name_hint")} error={wrong.value}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                dir="auto"
                maxLength={80}
                value={title.value}
                onInput={(e) => {
                  title.value = e.currentTarget.value;
                  wrong.value = undefined;
                }}
              />
            )}
          </Field>
        )}
        <Field label={t("rooms.capacity")} hint={t("join.optional")}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              type="number"
              min={2}
              max={500}
              placeholder={t("rooms.no_limit")}
              value={seats.value}
              onInput={(e) => {
                seats.value = e.currentTarget.value;
              }}
            />
          )}
        </Field>
        <Problem text={problem.value} />
        <div class="dialog-acts">
          <Button onClick={onClose}>{t("go.cancel")}</Button>
          <Button kind="primary" type="submit" busy={busy.value}>
            {t("rooms.open_do")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
