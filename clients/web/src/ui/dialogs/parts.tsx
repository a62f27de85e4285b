import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { refusal } from "../../app/act.ts";
import { ask } from "../../app/live.ts";
import { showToast, type Toast } from "../../app/toast.ts";
import { t } from "../../i18n/t.ts";
import { personOf } from "../../model/people.ts";
import {
  type CommandName,
  type FieldsOf,
  type Person,
  REASONS,
  type Reason,
  type View,
} from "../../protocol.ts";
import { Field } from "../parts/Field.tsx";
import { Icon } from "../parts/Icon.tsx";

const NOTE_MAX = 500;

/** Whom a dialog is about; when they are gone the dialog goes too. */
export function usePerson(view: View, who: number, onGone: () => void): Person | undefined {
  const person = personOf(view, who);
  const gone = !person || person.removed === true;
  useEffect(() => {
    if (gone) onGone();
  }, [gone]);
  return gone ? undefined : person;
}

export function ReasonField({ value }: { readonly value: Signal<Reason> }) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="field-label">{t("mute.reason")}</legend>
      <div class="reasons">
        {REASONS.map((r) => (
          <label key={r} class="check">
            <input
              type="radio"
              name={name}
              checked={value.value === r}
              onChange={() => {
                value.value = r;
              }}
            />
            <span>{t(`reason.${r}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function NoteField({
  label,
  value,
}: {
  readonly label: string;
  readonly value: Signal<string>;
}) {
  return (
    <Field label={label} hint={t("chat.count", { n: value.value.length, m: NOTE_MAX })}>
      {(ids) => (
        <textarea
          {...ids}
          class="input"
          rows={2}
          dir="auto"
          maxLength={NOTE_MAX}
          value={value.value}
          onInput={(e) => {
            value.value = e.currentTarget.value;
          }}
        />
      )}
    </Field>
  );
}

/**
 * Asks from within a dialog: it closes when it was done, with a toast; a refusal stands where the act was
 * and what was typed stays.
 */
export function useAsk(onClose: () => void) {
  const problem = useSignal<string | null>(null);
  const busy = useSignal(false);
  const run = async <C extends CommandName>(command: C, fields: FieldsOf<C>, done?: Toast) => {
    if (busy.value) return false;
    busy.value = true;
    const outcome = await ask(command, fields);
    busy.value = false;
    if (!outcome.ok) {
      problem.value = refusal(outcome);
      return false;
    }
    onClose();
    if (done) showToast(done);
    return true;
  };
  return { problem, busy, run };
}

export function Problem({ text }: { readonly text: string | null }) {
  if (text === null) return null;
  return (
    <p class="form-error" role="alert">
      <Icon name="warn" /> {text}
    </p>
  );
}
