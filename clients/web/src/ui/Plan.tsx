import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type Planned, type PublicArea, planSession } from "../app/api.ts";
import { type PlainKey, t } from "../i18n/t.ts";
import { zone } from "../i18n/time.ts";
import { PlanAreas } from "./PlanAreas.tsx";
import { PlanLinks } from "./PlanLinks.tsx";
import { Button } from "./parts/Button.tsx";
import { Field } from "./parts/Field.tsx";
import { Icon } from "./parts/Icon.tsx";
import { Segmented } from "./parts/Segmented.tsx";
import { SiteHeader } from "./parts/SiteHeader.tsx";

export interface AreaDraft {
  readonly en: string;
  readonly zh: string;
}

interface Draft {
  readonly title: string;
  readonly hashtag: string;
  readonly format: "guided" | "free" | "combined";
  readonly languages: "both" | "en" | "zh";
  readonly areas: readonly AreaDraft[];
  readonly start: string;
  readonly end: string;
  readonly open: boolean;
  readonly attendeesOpenRooms: boolean;
  readonly key: string;
  readonly organizer: string;
  readonly facilitator: string;
  readonly moderator: string;
  readonly school: string;
}

type Line = "title" | "hashtag" | "key" | (typeof STAFF)[number] | "school";
type Wrong = Partial<Record<Line | "areas" | "start" | "end", string>>;

const STAFF = ["organizer", "facilitator", "moderator"] as const;

const USUAL: readonly AreaDraft[] = [
  { en: "Human Resources", zh: "人力资源" },
  { en: "Finance", zh: "财务" },
  { en: "Facilities", zh: "设施管理" },
  { en: "Admissions and Marketing", zh: "招生与市场" },
  { en: "Academics", zh: "教务" },
];

/** The value of a datetime-local field for a time in this device's zone. */
function local(at: number): string {
  const shifted = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

function fresh(): Draft {
  const start = Math.ceil((Date.now() + 60_000) / 900_000) * 900_000;
  return {
    title: "",
    hashtag: "",
    format: "combined",
    languages: "both",
    areas: USUAL,
    start: local(start),
    end: local(start + 3_600_000),
    open: false,
    attendeesOpenRooms: true,
    key: "",
    organizer: "",
    facilitator: "",
    moderator: "",
    school: "",
  };
}

/** The name of an area in the protocol: Latin letters of its English name. */
const keyOf = (en: string, i: number): string =>
  en
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "")
    .slice(0, 32) || `area_${i + 1}`;

function areasOf(draft: Draft): readonly PublicArea[] {
  return draft.areas
    .filter((a) => a.en.trim() || a.zh.trim())
    .map(({ en, zh }, i) => {
      const name = en.trim() || zh.trim();
      return { key: keyOf(name, i), en: name, ...(zh.trim() ? { zh: zh.trim() } : {}) };
    });
}

/** Only those who were named: the others get their role for a name. */
function staffOf(draft: Draft): Record<string, { name: string; school?: string }> {
  const school = draft.school.trim();
  return Object.fromEntries(
    STAFF.filter((role) => draft[role].trim()).map((role) => [
      role,
      { name: draft[role].trim(), ...(school ? { school } : {}) },
    ]),
  );
}

function check(draft: Draft): Wrong {
  const wrong: Wrong = {};
  const areas = areasOf(draft);
  if (!draft.key.trim()) wrong.key = t("join.missing", { field: t("plan.key") });
  if (!draft.title.trim()) wrong.title = t("join.missing", { field: t("plan.name") });
  if (areas.length === 0) wrong.areas = t("plan.no_areas");
  if (new Set(areas.map((a) => a.key)).size < areas.length) wrong.areas = t("plan.twice");
  if (!draft.start) wrong.start = t("join.missing", { field: t("plan.start") });
  if (!draft.end) wrong.end = t("join.missing", { field: t("plan.end") });
  else if (new Date(draft.end) <= new Date(draft.start)) wrong.end = t("plan.order");
  return wrong;
}

export function Plan() {
  const form = useRef<HTMLFormElement>(null);
  const draft = useSignal<Draft>(fresh());
  const wrong = useSignal<Wrong>({});
  const general = useSignal<string | null>(null);
  const busy = useSignal(false);
  const planned = useSignal<Planned | null>(null);
  const d = draft.value;
  const set = (change: Partial<Draft>) => {
    draft.value = { ...draft.value, ...change };
  };
  document.title = `${t("plan.title")} · ${t("app.name")}`;

  const show = (found: Wrong, words: string) => {
    wrong.value = found;
    general.value = words;
    requestAnimationFrame(() =>
      form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(),
    );
  };

  const submit = async (e: Event) => {
    e.preventDefault();
    if (busy.value) return;
    const found = check(d);
    const n = Object.keys(found).length;
    if (n > 0) return show(found, t("join.summary", { n }));
    wrong.value = {};
    general.value = null;
    busy.value = true;
    const hashtag = d.hashtag.trim().replace(/^#/, "");
    const said = await planSession(
      {
        title: d.title.trim(),
        ...(hashtag ? { hashtag } : {}),
        format: d.format,
        languages: d.languages === "both" ? ["en", "zh"] : [d.languages],
        areas: areasOf(d),
        start: new Date(d.start).getTime(),
        end: new Date(d.end).getTime(),
        open: d.open,
        rooms_by: d.attendeesOpenRooms ? "attendees" : "staff",
        staff: staffOf(d),
      },
      d.key.trim(),
    );
    busy.value = false;
    if (said.ok) planned.value = said.value;
    else if (said.error === "unauthorized" || said.error === "forbidden")
      show({ key: t("plan.bad_key") }, t("join.summary", { n: 1 }));
    else {
      const network: PlainKey = said.error === "network" ? "join.reach" : "err.bad_short";
      show({}, said.field ? t("err.bad_request", { field: said.field }) : t(network));
    }
  };

  const text = (name: Line, label: string, hint: string, more: object) => (
    <Field label={label} hint={hint} error={wrong.value[name]}>
      {(ids) => (
        <input
          {...ids}
          {...more}
          class="input"
          dir="auto"
          value={d[name]}
          onInput={(e) => set({ [name]: e.currentTarget.value })}
        />
      )}
    </Field>
  );
  const time = (name: "start" | "end") => (
    <Field
      label={t(`plan.${name}`)}
      hint={t("plan.zone", { zone: zone() })}
      error={wrong.value[name]}
    >
      {(ids) => (
        <input
          {...ids}
          class="input"
          type="datetime-local"
          value={d[name]}
          onInput={(e) => set({ [name]: e.currentTarget.value })}
        />
      )}
    </Field>
  );
  const tick = (name: "open" | "attendeesOpenRooms", label: string) => (
    <label class="check">
      <input
        type="checkbox"
        checked={d[name]}
        onChange={(e) => set({ [name]: e.currentTarget.checked })}
      />
      <span>{label}</span>
    </label>
  );

  return (
    <div class="site">
      <SiteHeader />
      <main class="plan" id="main">
        <h1>{t("plan.title")}</h1>
        {planned.value ? (
          <PlanLinks planned={planned.value} onAnother={() => (planned.value = null)} />
        ) : (
          <form ref={form} class="form" onSubmit={submit} noValidate>
            <p class="lead">{t("plan.sub")}</p>
            {text("key", t("plan.key"), t("plan.key_hint"), {
              type: "password",
              autocomplete: "off",
            })}
            {text("title", t("plan.name"), "", { maxLength: 120 })}
            {text("hashtag", t("plan.hashtag"), t("plan.hashtag_hint"), { maxLength: 40 })}
            <Segmented
              label={t("plan.format")}
              value={d.format}
              onChange={(format) => set({ format })}
              options={(["guided", "combined", "free"] as const).map((value) => ({
                value,
                text: t(`format.${value}`),
              }))}
            />
            <div class="form-pair">
              {time("start")}
              {time("end")}
            </div>
            <PlanAreas
              areas={d.areas}
              error={wrong.value.areas}
              onChange={(areas) => set({ areas })}
            />
            <Segmented
              label={t("plan.languages")}
              value={d.languages}
              onChange={(languages) => set({ languages })}
              options={[
                { value: "both", text: t("join.both") },
                { value: "en", text: t("join.en"), lang: "en" },
                { value: "zh", text: t("join.zh"), lang: "zh-Hans" },
              ]}
            />
            <fieldset class="form">
              <legend class="field-label">{t("plan.staff")}</legend>
              <div class="form-pair">
                {STAFF.map((role) =>
                  text(role, t(`role.${role}`), t("join.optional"), { maxLength: 60 }),
                )}
                {text("school", t("join.school"), t("join.optional"), { maxLength: 80 })}
              </div>
            </fieldset>
            {tick("open", t("plan.open"))}
            {tick("attendeesOpenRooms", t("plan.rooms_by"))}
            {general.value && (
              <p class="form-error" role="alert">
                <Icon name="warn" /> {general.value}
              </p>
            )}
            <Button kind="primary" type="submit" wide busy={busy.value}>
              {busy.value ? t("plan.busy") : t("plan.go")}
            </Button>
          </form>
        )}
      </main>
    </div>
  );
}
