import { useSignal } from "@preact/signals";
import { t } from "../../i18n/t.ts";
import type { Topic } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Field } from "../parts/Field.tsx";
import { Problem, useAsk } from "./parts.tsx";

interface Props {
  /** null: a new one. */
  readonly topic: Topic | null;
  readonly onClose: () => void;
}

/** The editor of a topic. The minutes of one that runs are changed on the table, not here. */
export function TopicDialog({ topic, onClose }: Props) {
  const title = useSignal(topic?.title ?? "");
  const prompt = useSignal(topic?.prompt ?? "");
  const owner = useSignal(topic?.owner ?? "");
  const minutes = useSignal(String(topic?.minutes ?? 10));
  const wrong = useSignal<string | undefined>(undefined);
  const { problem, busy, run } = useAsk(onClose);
  const running = topic?.state === "active";
  const dirty = title.value !== (topic?.title ?? "") || prompt.value !== (topic?.prompt ?? "");

  const save = (e: Event) => {
    e.preventDefault();
    const words = title.value.trim();
    if (!words) {
      wrong.value = t("join.missing", { field: t("agenda.topic") });
      return;
    }
    const n = Math.min(240, Math.max(1, Math.round(Number(minutes.value)) || 10));
    const fields = {
      title: words,
      ...(prompt.value.trim() || topic?.prompt ? { prompt: prompt.value.trim() } : {}),
      ...(owner.value.trim() || topic?.owner ? { owner: owner.value.trim() } : {}),
    };
    if (!topic) void run("agenda.add", { ...fields, minutes: n });
    else
      void run("agenda.edit", { topic: topic.id, ...fields, ...(running ? {} : { minutes: n }) });
  };

  return (
    <Dialog
      title={t(topic ? "agenda.edit_title" : "agenda.add_title")}
      onClose={onClose}
      dirty={dirty}
    >
      <form class="form" onSubmit={save} noValidate>
        <Field label={t("agenda.topic")} error={wrong.value}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              dir="auto"
              maxLength={160}
              value={title.value}
              onInput={(e) => {
                title.value = e.currentTarget.value;
                wrong.value = undefined;
              }}
            />
          )}
        </Field>
        <Field
          label={t("agenda.prompt")}
          hint={`${t("join.optional")} · ${t("agenda.prompt_hint")}`}
        >
          {(ids) => (
            <textarea
              {...ids}
              class="input"
              rows={3}
              dir="auto"
              maxLength={1000}
              value={prompt.value}
              onInput={(e) => {
                prompt.value = e.currentTarget.value;
              }}
            />
          )}
        </Field>
        <div class="form-pair">
          {!running && (
            <Field label={t("agenda.minutes")}>
              {(ids) => (
                <input
                  {...ids}
                  class="input"
                  type="number"
                  min={1}
                  max={240}
                  value={minutes.value}
                  onInput={(e) => {
                    minutes.value = e.currentTarget.value;
                  }}
                />
              )}
            </Field>
          )}
          <Field label={t("agenda.owner")} hint={t("join.optional")}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                dir="auto"
                maxLength={60}
                value={owner.value}
                onInput={(e) => {
                  owner.value = e.currentTarget.value;
                }}
              />
            )}
          </Field>
        </div>
        <Problem text={problem.value} />
        <div class="dialog-acts">
          <Button onClick={onClose}>{t("go.cancel")}</Button>
          <Button kind="primary" type="submit" busy={busy.value}>
            {t(topic ? "go.save" : "go.add")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
