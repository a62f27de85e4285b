import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { takeCode } from "../app/api.ts";
import { go, offeredCode } from "../app/route.ts";
import { takeLink } from "../app/tickets.ts";
import { t } from "../i18n/t.ts";
import { until } from "../i18n/time.ts";
import { Button } from "./parts/Button.tsx";
import { Field } from "./parts/Field.tsx";

/** Six characters from a screen lead to the join page; a phone that read the picture brings them along. */
export function CodeForm() {
  const typed = useSignal("");
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);

  const submit = async () => {
    const code = typed.value.normalize("NFKC").trim();
    if (busy.value) return;
    if (!code) {
      problem.value = t("join.missing", { field: t("code.title") });
      return;
    }
    busy.value = true;
    const said = await takeCode(code);
    busy.value = false;
    if (said.ok) {
      takeLink(said.value.session, said.value.invitation);
      go(`/s/${said.value.session}`);
    } else if (said.error === "slow_down")
      problem.value = t("code.slow", { time: until(said.retryMs ?? 60_000) });
    else problem.value = t(said.error === "network" ? "join.reach" : "code.wrong");
  };

  useEffect(() => {
    const code = offeredCode.value;
    if (!code) return;
    offeredCode.value = null;
    typed.value = code;
    void submit();
  }, [offeredCode.value]);

  return (
    <form
      class="card code-form"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <Field label={t("code.enter")} hint={t("code.hint")} error={problem.value}>
        {(ids) => (
          <div class="code-row">
            <input
              {...ids}
              class="input code-input"
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              maxLength={12}
              value={typed.value}
              onInput={(e) => {
                typed.value = e.currentTarget.value;
                problem.value = undefined;
              }}
            />
            <Button kind="primary" type="submit" busy={busy.value}>
              {t("code.go")}
            </Button>
          </div>
        )}
      </Field>
      <p class="sr" role="status">
        {problem.value}
      </p>
    </form>
  );
}
