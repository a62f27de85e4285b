import { useSignal } from "@preact/signals";
import { t } from "../../i18n/t.ts";
import { FORMATS, type Format, type RoomsBy, type View } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Field } from "../parts/Field.tsx";
import { Segmented } from "../parts/Segmented.tsx";
import { Problem, useAsk } from "./parts.tsx";

interface Props {
  readonly view: View;
  readonly onClose: () => void;
}

const local = (at: number): string =>
  new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** What an organizer may change of a session that is planned or running. */
export function SettingsDialog({ view, onClose }: Props) {
  const s = view.session;
  const title = useSignal(s.title);
  const format = useSignal<Format>(s.format);
  const roomsBy = useSignal<RoomsBy>(s.rooms_by);
  const end = useSignal(local(s.end));
  const wrong = useSignal<string | undefined>(undefined);
  const { problem, busy, run } = useAsk(onClose);

  const save = (e: Event) => {
    e.preventDefault();
    const until = new Date(end.value).getTime();
    if (!(until > s.start)) {
      wrong.value = t("plan.order");
      return;
    }
    void run("session.change", {
      ...(title.value.trim() && title.value.trim() !== s.title
        ? { title: title.value.trim() }
        : {}),
      ...(format.value !== s.format ? { format: format.value } : {}),
      ...(roomsBy.value !== s.rooms_by ? { rooms_by: roomsBy.value } : {}),
      ...(end.value !== local(s.end) ? { end: until } : {}),
    });
  };

  return (
    <Dialog title={t("cockpit.settings_title")} onClose={onClose} dirty={title.value !== s.title}>
      <form class="form" onSubmit={save} noValidate>
        <Field label={t("plan.name")}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              dir="auto"
              maxLength={120}
              value={title.value}
              onInput={(e) => {
                title.value = e.currentTarget.value;
              }}
            />
          )}
        </Field>
        <Field label={t("plan.end")} error={wrong.value}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              type="datetime-local"
              value={end.value}
              onInput={(e) => {
                end.value = e.currentTarget.value;
              }}
            />
          )}
        </Field>
        <Segmented
          label={t("plan.format")}
          value={format.value}
          onChange={(to) => {
            format.value = to;
          }}
          options={FORMATS.map((value) => ({ value, text: t(`format.${value}`) }))}
        />
        <Segmented
          label={t("cockpit.rooms_by")}
          value={roomsBy.value}
          onChange={(to) => {
            roomsBy.value = to;
          }}
          options={[
            { value: "staff", text: t("cockpit.by_staff") },
            { value: "attendees", text: t("cockpit.by_attendees") },
          ]}
        />
        <Problem text={problem.value} />
        <div class="dialog-acts">
          <Button onClick={onClose}>{t("go.cancel")}</Button>
          <Button kind="primary" type="submit" busy={busy.value}>
            {t("go.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
