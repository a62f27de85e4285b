/**
 * The store the screens use: what is known, as signals, and what can be asked. Screens read and ask; they
 * never change anything here.
 */

import { batch, signal } from "@preact/signals";
import {
  type CommandName,
  type EventFrame,
  type FieldsOf,
  PROTOCOL_SUBPROTOCOL,
  type QueryFieldsOf,
  type QueryName,
  type SignalFieldsOf,
  type SignalName,
  type ToldOf,
} from "../protocol.ts";
import { type Asked, makeClient, type Queried } from "./client.ts";
import { type Connection, connectionOf, sameConnection } from "./connection.ts";
import type { Outbox } from "./outbox.ts";
import type { Session } from "./receive.ts";
import type { Wire, WireEvents } from "./socket.ts";
import type { Typing } from "./typing.ts";
import { keepUnsent, unsentOf } from "./unsent.ts";

export type { Asked, NotDone, OverWhy, Queried } from "./client.ts";
export type { Connection } from "./connection.ts";
export type { Entry, Outbox, Refusal } from "./outbox.ts";
export type { Session } from "./receive.ts";
export type { Typing } from "./typing.ts";

/** null: nothing received yet. */
export const session = signal<Session | null>(null);
export const connection = signal<Connection>({ state: "closed" });
/** Commands that are not confirmed, and refused words that wait to be edited, said again or discarded. */
export const outbox = signal<Outbox>([]);
/** Who is where, as last told. */
export const presence = signal<ToldOf<"digest"> | null>(null);
export const typing = signal<readonly Typing[]>([]);

/** While a gap is replayed the screen need not be drawn for every event of it. */
const CATCHING_UP_MS = 100;

let open = "";
let later: ReturnType<typeof setTimeout> | null = null;
const listeners = new Set<(event: EventFrame) => void>();

function dial(events: WireEvents): Wire {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/ws`, PROTOCOL_SUBPROTOCOL);
  socket.onopen = () => events.opened();
  socket.onclose = () => events.closed();
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") events.text(data);
  };
  return socket;
}

function publish(): void {
  if (later !== null) clearTimeout(later);
  later = null;
  const now = connectionOf(client);
  batch(() => {
    session.value = client.session();
    if (!sameConnection(connection.value, now)) connection.value = now;
    outbox.value = client.outbox();
    presence.value = client.presence();
    typing.value = client.typing();
  });
}

const client = makeClient({
  dial,
  now: Date.now,
  random: Math.random,
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  changed: () => {
    if (client.link().state !== "greeting" || !session.value) publish();
    else later ??= setTimeout(publish, CATCHING_UP_MS);
  },
  event: (event) => {
    for (const listener of listeners) listener(event);
  },
  failed: (error) => console.error(error),
  keep: (lines) => keepUnsent(open, lines),
});

/** The server's time; this device's own until a server told. */
export const now = (): number => client.now();

/** Joins with this ticket, and stays joined until leave(). What was not sent before a reload is sent. */
export function connect(sessionId: string, ticket: string): void {
  open = sessionId;
  client.connect(ticket, unsentOf(sessionId));
}

/** Hangs up; the seat stays for a while. To give it up, ask("people.leave", {}) first. */
export const leave = (): void => client.leave();

/** Tries at once: the button, or a sign that the network is back. */
export const tryNow = (): void => client.wake();

/**
 * Asks for something. The promise ends when it is known what came of it; what people say may wait for the
 * connection as long as it takes, everything else is refused as `offline` without one.
 */
export const ask = <C extends CommandName>(command: C, fields: FieldsOf<C>): Promise<Asked> =>
  client.ask(command, fields);

export const query = <Q extends QueryName>(
  name: Q,
  fields: QueryFieldsOf<Q>,
): Promise<Queried<Q>> => client.query(name, fields);

/** Tells and forgets. May be called at each key press: it passes on no more than the server wants. */
export const tell = <S extends SignalName>(name: S, fields: SignalFieldsOf<S>): void =>
  client.tell(name, fields);

export const discard = (n: number): void => client.discard(n);
export const retry = (n: number, room?: number): void => client.retry(n, room);

/**
 * Hears each event after it was reduced: for sounds, for what is said aloud, and for older lines that a
 * screen has loaded. Returns how to stop.
 */
export function onEvent(listener: (event: EventFrame) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

if (typeof addEventListener === "function") {
  addEventListener("online", tryNow);
  addEventListener("pageshow", tryNow);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") tryNow();
  });
}
