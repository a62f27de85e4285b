import { t } from "../i18n/t.ts";
import type { AreaDraft } from "./Plan.tsx";
import { Button } from "./parts/Button.tsx";
import { Tile } from "./parts/Tile.tsx";

interface Props {
  readonly areas: readonly AreaDraft[];
  readonly error: string | undefined;
  readonly onChange: (areas: readonly AreaDraft[]) => void;
}

const MOST = 24;

/** The areas of a session, each in both languages, in the order of their rooms. */
export function PlanAreas({ areas, error, onChange }: Props) {
  const drawn = areas.map((a, i) => ({
    key: String(i),
    en: a.en || a.zh || "?",
    zh: a.zh || undefined,
  }));
  const put = (i: number, change: Partial<AreaDraft>) =>
    onChange(areas.map((a, k) => (k === i ? { ...a, ...change } : a)));
  const input = (i: number, of: "en" | "zh") => (
    <input
      class="input"
      lang={of === "zh" ? "zh-Hans" : "en"}
      maxLength={60}
      aria-label={t(`plan.area_${of}`, { n: i + 1 })}
      aria-invalid={error ? true : undefined}
      aria-describedby={error ? "plan-areas-error" : undefined}
      value={areas[i]?.[of] ?? ""}
      onInput={(e) => put(i, { [of]: e.currentTarget.value })}
    />
  );
  return (
    <fieldset class={error ? "field field-wrong" : "field"}>
      <legend class="field-head">
        <span class="field-label">{t("plan.areas")}</span>
        <span class="field-hint">{t("plan.areas_hint")}</span>
      </legend>
      <ol class="plan-areas">
        {areas.map((_, i) => (
          <li key={i}>
            <Tile areas={drawn} area={String(i)} />
            {input(i, "en")}
            {input(i, "zh")}
            <Button
              icon="close"
              kind="quiet"
              label={t("plan.area_remove", { n: i + 1 })}
              onClick={() => onChange(areas.filter((__, k) => k !== i))}
            />
          </li>
        ))}
      </ol>
      {error && (
        <p class="field-error" id="plan-areas-error">
          {error}
        </p>
      )}
      {areas.length < MOST && (
        <Button icon="plus" kind="quiet" onClick={() => onChange([...areas, { en: "", zh: "" }])}>
          {t("plan.area_add")}
        </Button>
      )}
    </fieldset>
  );
}
