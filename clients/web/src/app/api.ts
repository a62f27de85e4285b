/** What the pages before and after a session ask over HTTP. Answers are checked, not believed. */

export interface PublicArea {
  readonly key: string;
  readonly en: string;
  readonly zh?: string;
}

export interface PublicTopic {
  readonly title: string;
  readonly minutes: number;
  readonly state: "pending" | "active" | "done" | "skipped";
}

/** What anybody may know of a session. */
export interface PublicSession {
  readonly id: string;
  readonly title: string;
  readonly hashtag: string | null;
  readonly format: "guided" | "free" | "combined";
  readonly phase: string;
  readonly languages: readonly string[];
  readonly areas: readonly PublicArea[];
  readonly topics: readonly PublicTopic[];
  readonly start: number;
  readonly end: number;
  readonly open: boolean;
  readonly needsInvitation: boolean;
  readonly people: number | null;
  readonly schools: readonly string[];
}

export type Failure = {
  readonly error: string;
  readonly field?: string;
  readonly retryMs?: number;
};
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | ({ readonly ok: false } & Failure);

type Loose = Readonly<Record<string, unknown>>;

const isLoose = (x: unknown): x is Loose =>
  typeof x === "object" && x !== null && !Array.isArray(x);
const text = (x: unknown): string | null => (typeof x === "string" ? x : null);
const number = (x: unknown): number | null => (typeof x === "number" ? x : null);
const each = (x: unknown): readonly unknown[] => (Array.isArray(x) ? x : []);
const texts = (x: unknown): readonly string[] => each(x).filter((v) => typeof v === "string");

function area(x: unknown): readonly PublicArea[] {
  if (!isLoose(x)) return [];
  const key = text(x.key);
  const en = text(x.en);
  const zh = text(x.zh);
  return key && en ? [{ key, en, ...(zh ? { zh } : {}) }] : [];
}

const STATES = ["pending", "active", "done", "skipped"] as const;
const FORMATS = ["guided", "free", "combined"] as const;

function topic(x: unknown): readonly PublicTopic[] {
  if (!isLoose(x)) return [];
  const title = text(x.title);
  if (!title) return [];
  const state = STATES.find((s) => s === x.state) ?? "pending";
  return [{ title, minutes: number(x.minutes) ?? 5, state }];
}

export function publicSession(x: unknown): PublicSession | null {
  if (!isLoose(x)) return null;
  const id = text(x.session) ?? text(x.id);
  const title = text(x.title);
  if (!id || !title) return null;
  const counts = isLoose(x.counts) ? x.counts : x;
  return {
    id,
    title,
    hashtag: text(x.hashtag),
    format: FORMATS.find((f) => f === x.format) ?? "combined",
    phase: text(x.phase) ?? "lobby",
    languages: texts(x.languages),
    areas: each(x.areas).flatMap(area),
    topics: each(x.topics).flatMap(topic),
    start: number(x.start) ?? 0,
    end: number(x.end) ?? 0,
    open: x.open === true,
    needsInvitation: x.needs_invitation === true,
    people: number(counts.people),
    schools: texts(x.schools),
  };
}

async function ask(path: string, init?: RequestInit): Promise<Answer<unknown>> {
  let reply: Response;
  try {
    reply = await fetch(path, { ...init, cache: "no-store", credentials: "omit" });
  } catch {
    return { ok: false, error: "network" };
  }
  const body: unknown = await reply.json().catch(() => null);
  if (reply.ok) return { ok: true, value: body };
  const said = isLoose(body) ? body : {};
  const field = text(said.field);
  const error = text(said.error) ?? (reply.status >= 500 ? "network" : "bad_request");
  const retryMs = number(said.retry_ms);
  return { ok: false, error, ...(field ? { field } : {}), ...(retryMs ? { retryMs } : {}) };
}

const post = (path: string, body: unknown, headers: Record<string, string>) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Jobalike": "1", ...headers },
    body: JSON.stringify(body),
  });

export async function sessions(): Promise<Answer<readonly PublicSession[]>> {
  const said = await ask("/api/sessions");
  if (!said.ok) return said;
  const rows = isLoose(said.value) ? each(said.value.sessions) : each(said.value);
  return { ok: true, value: rows.map(publicSession).filter((s) => s !== null) };
}

export async function sessionPage(id: string): Promise<Answer<PublicSession>> {
  const said = await ask(`/api/sessions/${encodeURIComponent(id)}`);
  if (!said.ok) return said;
  const page = publicSession(said.value);
  return page ? { ok: true, value: page } : { ok: false, error: "not_found" };
}

export interface JoinAnswers {
  readonly invitation?: string;
  /** A secret of this device: asked twice under one name it is one person, not two. */
  readonly device: string;
  readonly name: string;
  readonly school: string;
  readonly job?: string;
  readonly area?: string;
  readonly language: "en" | "zh";
}

export async function takeTicket(id: string, answers: JoinAnswers): Promise<Answer<string>> {
  const said = await post(`/api/sessions/${encodeURIComponent(id)}/tickets`, answers, {});
  if (!said.ok) return said;
  const ticket = isLoose(said.value) ? text(said.value.ticket) : null;
  return ticket ? { ok: true, value: ticket } : { ok: false, error: "network" };
}

export interface ByCode {
  readonly session: string;
  readonly invitation: string;
}

/** What a join code leads to. */
export async function takeCode(code: string): Promise<Answer<ByCode>> {
  const said = await post("/api/codes", { code }, {});
  if (!said.ok) return said;
  const { session, invitation } = isLoose(said.value) ? said.value : {};
  const found = text(session);
  const token = text(invitation);
  if (!found || !token) return { ok: false, error: "network" };
  return { ok: true, value: { session: found, invitation: token } };
}

/** The join code of a session, for its staff. */
export async function joinCode(id: string, ticket: string): Promise<Answer<string>> {
  const said = await ask(`/api/sessions/${encodeURIComponent(id)}/code`, {
    headers: { Authorization: `Bearer ${ticket}` },
  });
  if (!said.ok) return said;
  const code = isLoose(said.value) ? text(said.value.code) : null;
  return code ? { ok: true, value: code } : { ok: false, error: "network" };
}

export interface Plan {
  readonly title: string;
  readonly hashtag?: string;
  readonly format: string;
  readonly languages: readonly string[];
  readonly areas: readonly PublicArea[];
  readonly start: number;
  readonly end: number;
  readonly open: boolean;
  readonly rooms_by: string;
  /** Who the personal links are for. */
  readonly staff: Readonly<Record<string, { readonly name: string; readonly school?: string }>>;
}

export interface Planned {
  readonly title: string;
  readonly code: string | null;
  /** One for each role. */
  readonly links: ReadonlyMap<string, string>;
}

/** Plans a session and gives what leads into it. */
export async function planSession(plan: Plan, key: string): Promise<Answer<Planned>> {
  const said = await post("/api/sessions", plan, { Authorization: `Bearer ${key}` });
  if (!said.ok) return said;
  const links = isLoose(said.value) && isLoose(said.value.links) ? said.value.links : {};
  const found = Object.entries(links).flatMap(([role, link]): [string, string][] =>
    typeof link === "string" ? [[role, link]] : [],
  );
  const code = isLoose(said.value) ? text(said.value.code) : null;
  return { ok: true, value: { title: plan.title, code, links: new Map(found) } };
}

/** The record, or what is kept of oneself. */
export type Download = "export.json" | "export.md" | "mine.json";

/** Fetches it and hands it to the browser as a file. */
export async function download(id: string, what: Download, ticket: string): Promise<boolean> {
  try {
    const reply = await fetch(`/api/sessions/${encodeURIComponent(id)}/${what}`, {
      headers: { Authorization: `Bearer ${ticket}` },
      cache: "no-store",
      credentials: "omit",
    });
    if (!reply.ok) return false;
    const url = URL.createObjectURL(await reply.blob());
    const link = document.createElement("a");
    link.href = url;
    link.download = `${id}${what.replace("export", "").replace("mine", "-mine")}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    return true;
  } catch {
    return false;
  }
}
