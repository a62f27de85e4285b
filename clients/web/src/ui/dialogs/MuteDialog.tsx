import { useSignal } from "@preact/signals";
import { act } from "../../app/act.ts";
import { tick } from "../../app/clock.ts";
import { t } from "../../i18n/t.ts";
import { clock } from "../../i18n/time.ts";
import { shortName } from "../../model/people.ts";
import type { Reason, View } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Segmented } from "../parts/Segmented.tsx";
import { NoteField, Problem, ReasonField, useAsk, usePerson } from "./parts.tsx";

/** The longest the protocol allows: as good as the rest of any session. */
const SESSION = 480;
const CHOICES = [5, 15, 60, SESSION] as const;

interface Props {
  readonly view: View;
  readonly who: number;
  readonly onClose: () => void;
}

export function MuteDialog({ view, who, onClose }: Props) {
  const person = usePerson(view, who, onClose);
  const minutes = useSignal<number>(15);
  const reason = useSignal<Reason>("off_topic");
  const note = useSignal("");
  const { problem, busy, run } = useAsk(onClose);
  if (!person) return null;
  const name = shortName(person.name);
  const whole = minutes.value === SESSION;
  const words = whole ? t("mute.session_do") : t("mod.mute_for", { n: minutes.value });

  const go = () => {
    const text = note.value.trim();
    void run(
      "people.mute",
      { who, minutes: minutes.value, reason: reason.value, ...(text ? { note: text } : {}) },
      {
        text: t("mute.done", { name: person.name, n: minutes.value }),
        act: { label: t("go.undo"), undoes: true, run: () => void act("people.unmute", { who }) },
      },
    );
  };

  return (
    <Dialog
      title={t("mute.title", { name: person.name })}
      onClose={onClose}
      dirty={note.value.trim() !== ""}
    >
      <p class="quiet">{t("mute.does", { name })}</p>
      <Segmented
        label={t("mute.long")}
        value={minutes.value}
        onChange={(n) => {
          minutes.value = n;
        }}
        options={CHOICES.map((n) => ({
          value: n,
          text: n === SESSION ? t("mute.session") : t("mute.min", { n }),
        }))}
      />
      <ReasonField value={reason} />
      <NoteField label={t("mod.note", { name })} value={note} />
      <section class="preview">
        <p class="label">
          <Icon name="eye" small /> {t("mod.see", { name })}
        </p>
        <div class="preview-body">
          <Icon name="muted" />
          <p>
            <b>
              {t("mute.you", {
                clock: clock(tick.value + minutes.value * 60_000),
                n: minutes.value,
              })}
            </b>
            <span dir="auto">
              {note.value.trim()
                ? t("mute.by", { name: view.people.you.name, note: note.value.trim() })
                : t("mute.why", {
                    name: view.people.you.name,
                    reason: t(`reason.${reason.value}`),
                  })}
            </span>
          </p>
        </div>
      </section>
      <Problem text={problem.value} />
      <div class="dialog-acts">
        <Button onClick={onClose}>{t("go.cancel")}</Button>
        <Button kind="primary" busy={busy.value} onClick={go}>
          {words}
        </Button>
      </div>
    </Dialog>
  );
}
