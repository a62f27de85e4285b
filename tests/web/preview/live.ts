/** Stands where the machine stands: the same names, sample state chosen by the address, nothing happens. */

import { computed, signal } from "@preact/signals";
import type { Connection, Session } from "../../../clients/web/src/machine/index.ts";
import type { Typing } from "../../../clients/web/src/machine/typing.ts";
import type { Role, ToldOf } from "../../../protocol/gen/protocol.ts";
import { digest, LINES, lines, older, view } from "./sample.ts";

const wish = new URLSearchParams(location.search);
const state = wish.get("state") ?? "topic";
const role = (wish.get("as") ?? "attendee") as Role;
const asked: unknown[] = [];
Object.assign(window, { asked });
for (const store of [localStorage, sessionStorage])
  if (!store.getItem("jobalike.ticket.demo") && wish.has("as"))
    store.setItem("jobalike.ticket.demo", "sample");

export const now = (): number => Date.now();
export const session = signal<Session | null>(null);
export const presence = signal<ToldOf<"digest"> | null>(null);
export const typing = signal<readonly Typing[]>([]);
export const outbox = signal([]);
export const connection = signal<Connection>({ state: "connecting" });

export const pending = computed(() =>
  state === "offline"
    ? [
        { n: 1, room: 4, text: "How do you budget for that?", state: "waiting" as const },
        {
          n: 2,
          room: 4,
          text: "See our sheet",
          state: "refused" as const,
          refusal: { error: "too_large" as const },
        },
      ]
    : [],
);

function connectionNow(): Connection {
  if (state === "removed") return { state: "over", why: "removed" };
  if (state === "offline") return { state: "offline", since: now() - 30_000, again: now() + 9000 };
  if (state === "catching") return { state: "catching_up", events: 40 };
  return { state: "live" };
}

export function connect(): void {
  session.value = { view: view(role, state), seq: 900, epoch: "sample", you: 17, refused: null };
  presence.value = digest(role, state);
  connection.value = connectionNow();
  typing.value = [{ room: 4, by: 30, name: "Anu Bold", until: now() + 1e9 }];
}

export const leave = (): void => {};
export const tryNow = (): void => {};
export const discard = (): void => {};
export const again = (): void => {};
export const tell = (): void => {};
export const onEvent = (): (() => void) => () => {};

export function ask(command: string, fields: object) {
  asked.push({ command, ...fields });
  return Promise.resolve({ ok: true, seq: 901 });
}

export function query(name: string, fields: { readonly room?: number; readonly before?: number }) {
  if (name === "people.roster")
    return Promise.resolve({
      ok: true,
      answer: { people: presence.value?.here.map((p) => ({ ...p, room: 4 })) ?? [], more: false, total: 12 },
    });
  if (state === "long")
    return Promise.resolve({
      ok: true,
      answer: { room: fields.room, lines: older(fields.before ?? 0), more: false },
    });
  const before = fields.before ?? Number.POSITIVE_INFINITY;
  const found = fields.before === undefined ? lines(fields.room ?? LINES) : [];
  return Promise.resolve({
    ok: true,
    answer: { room: fields.room, lines: found.filter((l) => l.id < before), more: false },
  });
}
