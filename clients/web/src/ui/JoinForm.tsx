import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { type PublicSession, takeTicket } from "../app/api.ts";
import { keep, keptJson } from "../app/device.ts";
import { deviceFor } from "../app/seat.ts";
import { type Language, language, type PlainKey, t } from "../i18n/t.ts";
import { areaName } from "../model/areas.ts";
import { Button } from "./parts/Button.tsx";
import { Field } from "./parts/Field.tsx";
import { Icon } from "./parts/Icon.tsx";
import { Segmented } from "./parts/Segmented.tsx";
import { Tile } from "./parts/Tile.tsx";

type Name = "name" | "school" | "job" | "area" | "language" | "notice";
type Errors = Partial<Record<Name, string>>;

interface Me {
  readonly name: string;
  readonly school: string;
  readonly job: string;
  readonly area: string;
  readonly language: Language;
}

const MAX = { name: 60, school: 80, job: 80 } as const;
const NO_AREA = "-";

/** What this person typed the last time: the next form is half filled in. */
function before(session: PublicSession): Me {
  const old = keptJson("me");
  const of = (key: string): string => {
    if (typeof old !== "object" || old === null || !(key in old)) return "";
    const value: unknown = Object.entries(old).find(([k]) => k === key)?.[1];
    return typeof value === "string" ? value : "";
  };
  const area = session.areas.some((a) => a.key === of("area")) ? of("area") : "";
  const spoken = of("language");
  return {
    name: of("name"),
    school: of("school"),
    job: of("job"),
    area,
    language: spoken === "en" || spoken === "zh" ? spoken : language.value,
  };
}

export function check(me: Me, notice: boolean, hasAreas: boolean): Errors {
  const wrong: Errors = {};
  if (!me.name.trim()) wrong.name = t("join.missing", { field: t("join.name") });
  if (!me.school.trim()) wrong.school = t("join.missing", { field: t("join.school") });
  if (hasAreas && !me.area) wrong.area = t("join.missing", { field: t("join.area") });
  if (!notice) wrong.notice = t("join.need_notice");
  return wrong;
}

const isName = (field: string | undefined): field is Name =>
  field === "name" ||
  field === "school" ||
  field === "job" ||
  field === "area" ||
  field === "language";

/** What the server found wrong, at the field it names or above the button. */
function refused(
  error: string,
  field: string | undefined,
): { errors: Errors; general: string | null } {
  if (isName(field)) {
    const key: PlainKey =
      error === "too_large"
        ? "join.too_long"
        : field === "name" && (error === "conflict" || error === "forbidden")
          ? "join.name_taken"
          : field === "name"
            ? "join.bad_name"
            : "err.bad_short";
    return { errors: { [field]: t(key) }, general: null };
  }
  const general: Partial<Record<string, PlainKey>> = {
    network: "join.reach",
    unavailable: "join.reach",
    unknown: "join.reach",
    full: "err.full",
    slow_down: "err.slow_short",
    closed: "err.closed",
  };
  return { errors: {}, general: t(general[error] ?? "join.link_bad") };
}

interface Props {
  readonly session: PublicSession;
  readonly invitation: string | undefined;
  readonly onTicket: (ticket: string) => void;
}

export function JoinForm({ session, invitation, onTicket }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const schools = useId();
  const me = useSignal<Me>(before(session));
  const notice = useSignal(false);
  const errors = useSignal<Errors>({});
  const general = useSignal<string | null>(null);
  const busy = useSignal(false);
  const closed = session.phase === "closed";

  const set = (change: Partial<Me>) => {
    me.value = { ...me.value, ...change };
  };
  const look = (name: Name) => {
    const wrong = check(me.value, notice.value, session.areas.length > 0)[name];
    const { [name]: _, ...rest } = errors.value;
    errors.value = wrong ? { ...rest, [name]: wrong } : rest;
  };
  const show = (wrong: Errors, words: string | null) => {
    errors.value = wrong;
    general.value = words;
    requestAnimationFrame(() =>
      form.current
        ?.querySelector<HTMLElement>("[aria-invalid=true], [data-wrong=true] input")
        ?.focus(),
    );
  };

  const submit = async (e: Event) => {
    e.preventDefault();
    if (busy.value) return;
    const wrong = check(me.value, notice.value, session.areas.length > 0);
    const n = Object.keys(wrong).length;
    if (n > 0) return show(wrong, t("join.summary", { n }));
    keep("me", JSON.stringify(me.value));
    busy.value = true;
    const { name, school, job, area, language: spoken } = me.value;
    const said = await takeTicket(session.id, {
      ...(invitation ? { invitation } : {}),
      device: deviceFor(session.id, name.trim()),
      name: name.trim(),
      school: school.trim(),
      ...(job.trim() ? { job: job.trim() } : {}),
      ...(area && area !== NO_AREA ? { area } : {}),
      language: spoken,
    });
    busy.value = false;
    if (said.ok) return onTicket(said.value);
    const { errors: found, general: words } = refused(said.error, said.field);
    show(found, words ?? t("join.summary", { n: 1 }));
  };

  const line = (name: "name" | "school" | "job", complete: string, more: object = {}) => (
    <Field
      label={t(`join.${name}`)}
      {...(name === "job" ? { hint: t("join.optional") } : {})}
      error={errors.value[name]}
    >
      {(ids) => (
        <input
          {...ids}
          {...more}
          class="input"
          name={name}
          autocomplete={complete}
          maxLength={MAX[name]}
          dir="auto"
          required={name !== "job"}
          value={me.value[name]}
          onInput={(e) => set({ [name]: e.currentTarget.value })}
          onBlur={() => me.value[name] && look(name)}
        />
      )}
    </Field>
  );

  return (
    <form ref={form} class="form" onSubmit={submit} noValidate>
      <h2 class="sr">{t(closed ? "join.title_read" : "join.title")}</h2>
      {line("name", "name")}
      {line("school", "organization", { list: schools })}
      <datalist id={schools}>
        {session.schools.map((s) => (
          <option key={s} value={s} />
        ))}
      </datalist>
      {line("job", "organization-title", { placeholder: t("join.job_hint") })}
      {session.areas.length > 0 && (
        <AreaChoice
          session={session}
          value={me.value.area}
          error={errors.value.area}
          onChange={(area) => {
            set({ area });
            look("area");
          }}
        />
      )}
      {session.languages.length > 1 && (
        <Segmented<Language>
          label={t("join.language")}
          value={me.value.language}
          onChange={(spoken) => set({ language: spoken })}
          options={[
            { value: "zh", text: t("join.zh"), lang: "zh-Hans" },
            { value: "en", text: t("join.en"), lang: "en" },
          ]}
        />
      )}
      <Notice
        value={notice.value}
        error={errors.value.notice}
        onChange={(on) => {
          notice.value = on;
          if (on) look("notice");
        }}
      />
      {general.value && (
        <p class="form-error" role="alert">
          <Icon name="warn" /> {general.value}
        </p>
      )}
      <Button kind="primary" type="submit" wide busy={busy.value}>
        {busy.value ? t("join.busy") : t(closed ? "join.read" : "join.go")}
      </Button>
    </form>
  );
}

interface AreaProps {
  readonly session: PublicSession;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (key: string) => void;
}

function AreaChoice({ session, value, error, onChange }: AreaProps) {
  const name = useId();
  const chosen = session.areas.find((a) => a.key === value);
  const option = (key: string, text: string) => (
    <label key={key} class="area-tile">
      <input
        type="radio"
        name={name}
        value={key}
        checked={value === key}
        aria-describedby={error ? `${name}-error` : undefined}
        onChange={() => onChange(key)}
      />
      <span>
        {key === NO_AREA ? (
          <span class="tile tile-m tile-none" aria-hidden="true">
            <Icon name="more" />
          </span>
        ) : (
          <Tile areas={session.areas} area={key} />
        )}
        <span class="area-tile-name">{text}</span>
        <Icon name="check" />
      </span>
    </label>
  );
  return (
    <fieldset class={error ? "field field-wrong" : "field"} data-wrong={error ? "true" : undefined}>
      <legend class="field-head">
        <span class="field-label">{t("join.area")}</span>
        <span class="field-hint">{t("join.area_hint")}</span>
      </legend>
      <div class="area-tiles">
        {session.areas.map((a) => option(a.key, areaName(a)))}
        {option(NO_AREA, t("join.no_area"))}
      </div>
      {error && (
        <p class="field-error" id={`${name}-error`}>
          {error}
        </p>
      )}
      {chosen && session.phase !== "closed" && (
        <p class="field-hint">{t("join.will_sit", { room: areaName(chosen) })}</p>
      )}
    </fieldset>
  );
}

interface NoticeProps {
  readonly value: boolean;
  readonly error: string | undefined;
  readonly onChange: (on: boolean) => void;
}

function Notice({ value, error, onChange }: NoticeProps) {
  const id = useId();
  return (
    <div class={error ? "field field-wrong" : "field"}>
      <label class="check">
        <input
          type="checkbox"
          checked={value}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          onChange={(e) => onChange(e.currentTarget.checked)}
        />
        <span>{t("join.notice")}</span>
      </label>
      <details class="notice-more">
        <summary>{t("join.more")}</summary>
        <p>{t("join.more_text")}</p>
      </details>
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
