/** Times as people read them, by Intl, in the zone of whoever reads. */

import { language, t, tag } from "./t.ts";

const made = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions, zone?: string): Intl.DateTimeFormat {
  const key = `${language.value} ${zone ?? ""} ${JSON.stringify(options)}`;
  const old = made.get(key);
  if (old) return old;
  const fresh = new Intl.DateTimeFormat(language.value === "en" ? "en-GB" : tag(), {
    ...options,
    ...(zone ? { timeZone: zone } : {}),
  });
  made.set(key, fresh);
  return fresh;
}

/** 10:45 */
export const clock = (at: number, zone?: string): string =>
  format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, zone).format(at);

export const clockSpan = (start: number, end: number, zone?: string): string =>
  `${clock(start, zone)}–${clock(end, zone)}`;

/** Wed 9 Dec · 12月9日 周三 */
export const day = (at: number, zone?: string): string =>
  language.value === "zh"
    ? `${format({ month: "long", day: "numeric" }, zone).format(at)} ${weekday(at, zone)}`
    : format({ weekday: "short", day: "numeric", month: "short" }, zone)
        .format(at)
        .replace(",", "");

export const weekday = (at: number, zone?: string): string =>
  format({ weekday: "short" }, zone).format(at);
export const dayNumber = (at: number): string =>
  format({ day: "2-digit" }).format(at).replace("日", "");
export const month = (at: number): string => format({ month: "short" }).format(at);
export const year = (at: number): string => format({ year: "numeric" }).format(at);

/** 7:12, 1:02:03; never negative. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

export const minutes = (ms: number): number => Math.max(0, Math.round(ms / 60_000));

/** "in 12 min", "in 3 days": the unit that says most in one number. */
export function until(ms: number): string {
  const rel = new Intl.NumberFormat(tag(), {
    style: "unit",
    unit: ms < 3_600_000 ? "minute" : ms < 86_400_000 ? "hour" : "day",
    unitDisplay: "long",
  });
  const size = ms < 3_600_000 ? 60_000 : ms < 86_400_000 ? 3_600_000 : 86_400_000;
  return rel.format(Math.max(1, Math.round(ms / size))).replace(/(\d)(\p{Script=Han})/u, "$1 $2");
}

/** Short age of a line in the cockpit: "2 min" up to 59, then the clock. */
export function age(at: number, now: number): string {
  const n = Math.max(0, Math.floor((now - at) / 60_000));
  return n < 60 ? t("agenda.min", { n }) : clock(at);
}

/** What people call the zone this device is in: "Shanghai", "中国". */
export function zone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (language.value === "en") return (timeZone.split("/").pop() ?? timeZone).replaceAll("_", " ");
  const part = new Intl.DateTimeFormat(tag(), { timeZoneName: "shortGeneric" })
    .formatToParts()
    .find((p) => p.type === "timeZoneName");
  return (part?.value ?? timeZone).replace(/时间$/, "");
}

export const list = (items: readonly string[]): string =>
  new Intl.ListFormat(tag(), { style: "long", type: "conjunction" }).format(items);
