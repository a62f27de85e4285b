/**
 * Commands that are not confirmed yet, in the order they were given. Nothing here is sent, and no time
 * passes by itself: client.ts does both.
 *
 * A command ends in one of three ways: its own event (or an answer, or `taken` of a view) says that it is
 * in the log; an error says that it will never be; or nobody can tell (`unknown`, `unavailable`, a socket
 * that closed) and it is offered again with the same n, which the server does only once.
 *
 * What people say waits as long as it takes, each line for the one before, so that lines arrive in the
 * order they were written. Acts (a move, a recall, the next topic) are not for later: they run side by
 * side, and one whose outcome is open for too long ends as what was last known of it.
 */

import type { CommandFrame, CommandName, ErrorWord } from "../protocol.ts";
import { LIMIT_PENDING } from "../protocol.ts";

/** Why a command did not happen; `offline`: it was not even asked. */
export interface Refusal {
  readonly error: ErrorWord | "offline";
  readonly field?: string;
  readonly retry_ms?: number;
}

export interface Entry {
  readonly frame: CommandFrame;
  /** waiting: to be sent; sent: no word of it yet; refused: kept for its text, until discarded. */
  readonly state: "waiting" | "sent" | "refused";
  /** When it was given. */
  readonly since: number;
  /** How often it was sent. */
  readonly tries: number;
  /** Waiting: not before. Sent: a word of it should have come by then. */
  readonly due: number;
  /** What was last said against it. */
  readonly refusal?: Refusal;
}

export type Outbox = readonly Entry[];

/** The server promises a word within 2 s. */
export const ANSWER_MS = 8000;
/** So long an act may be without an outcome. */
export const PATIENCE_MS = 10_000;
/** Where the server does not say when to try again. */
const RETRY_MS = 1000;

const TALK: ReadonlySet<CommandName> = new Set([
  "chat.say",
  "chat.edit",
  "chat.remove",
  "chat.react",
]);
/** These hold words that somebody wrote. */
const WRITTEN: ReadonlySet<CommandName> = new Set(["chat.say", "chat.edit"]);

/** Does this command wait while offline? */
export const waitsOffline = (command: CommandName): boolean => TALK.has(command);

const isTalk = (e: Entry): boolean => TALK.has(e.frame.command);

export const add = (outbox: Outbox, frame: CommandFrame, now: number): Outbox => [
  ...outbox,
  { frame, state: "waiting", since: now, tries: 0, due: now },
];

/** What was thought to be in the log waits again, before what was given since. */
export const returned = (outbox: Outbox, frames: readonly CommandFrame[], now: number): Outbox =>
  frames.length === 0
    ? outbox
    : [
        ...frames.map(
          (frame): Entry => ({ frame, state: "waiting", since: now, tries: 1, due: now }),
        ),
        ...outbox,
      ];

export const find = (outbox: Outbox, n: number): Entry | undefined =>
  outbox.find((e) => e.frame.n === n);

/** It is in the log, or nobody wants it any more. */
export const drop = (outbox: Outbox, n: number): Outbox =>
  find(outbox, n) ? outbox.filter((e) => e.frame.n !== n) : outbox;

const change = (outbox: Outbox, n: number, to: (e: Entry) => Entry): Outbox =>
  outbox.map((e) => (e.frame.n === n ? to(e) : e));

/** The outbox once everything is sent that may go now, and what that is. */
export function offer(outbox: Outbox, now: number): readonly [Outbox, readonly CommandFrame[]] {
  const frames: CommandFrame[] = [];
  let talking = false;
  const next = outbox.map((e): Entry => {
    const held = isTalk(e) && talking;
    if (isTalk(e) && e.state !== "refused") talking = true;
    if (e.state !== "waiting" || held || e.due > now) return e;
    frames.push(e.frame);
    return { ...e, state: "sent", tries: e.tries + 1, due: now + ANSWER_MS };
  });
  return frames.length ? [next, frames] : [outbox, frames];
}

/** What was on its way is to be offered again once there is another socket. */
export const again = (outbox: Outbox, now: number): Outbox =>
  outbox.some((e) => e.state === "sent")
    ? outbox.map((e): Entry => (e.state === "sent" ? { ...e, state: "waiting", due: now } : e))
    : outbox;

/**
 * Something was heard on this socket long after a word was due of one of these: it will not come. On one
 * socket a command is offered anew only after a word of it, so that no two answers can contradict.
 */
export const isOverdue = (outbox: Outbox, heardAt: number): boolean =>
  outbox.some((e) => e.state === "sent" && heardAt >= e.due);

/** May this error pass? Then the command is offered again, unless it is an act that waited too long. */
function passes(e: Entry, { error }: Refusal, now: number): boolean {
  const open = error === "unknown" || error === "unavailable" || error === "unauthorized";
  if (isTalk(e)) return open || error === "slow_down";
  return open && now - e.since < PATIENCE_MS;
}

/**
 * An error was told of command n. Whoever waits for it is to be told too if it ended; words that somebody
 * wrote stay with the reason beside them.
 */
export function refuse(
  outbox: Outbox,
  n: number,
  refusal: Refusal,
  now: number,
): readonly [Outbox, ended: boolean] {
  const entry = find(outbox, n);
  if (!entry || entry.state === "refused") return [outbox, false];
  if (passes(entry, refusal, now)) {
    const due = now + (refusal.retry_ms ?? RETRY_MS);
    return [change(outbox, n, (e) => ({ ...e, state: "waiting", due, refusal })), false];
  }
  if (!WRITTEN.has(entry.frame.command)) return [drop(outbox, n), true];
  return [change(outbox, n, (e) => ({ ...e, state: "refused", refusal })), true];
}

/** Acts whose outcome nobody could tell for too long. */
export const stale = (outbox: Outbox, now: number): readonly Entry[] =>
  outbox.filter((e) => !isTalk(e) && e.state !== "refused" && now - e.since >= PATIENCE_MS);

/**
 * What hello asks about: everything that may be in the log already. That can be so even of a refused line,
 * if it was offered twice and only one of the two was refused.
 */
export const pending = (outbox: Outbox): readonly number[] => {
  const sent = outbox.filter((e) => e.tries > 0);
  const open = sent.filter((e) => e.state !== "refused");
  const refused = sent.filter((e) => e.state === "refused");
  return [...open, ...refused].slice(0, LIMIT_PENDING).map((e) => e.frame.n);
};

/** When there is something to offer, or to give up; null: never. While not connected only the latter. */
export function due(outbox: Outbox, connected: boolean): number | null {
  let first: number | null = null;
  let talking = false;
  for (const e of outbox) {
    if (e.state === "refused") continue;
    const held = isTalk(e) && talking;
    if (isTalk(e)) talking = true;
    const times = [
      ...(connected && !held && e.state === "waiting" ? [e.due] : []),
      ...(isTalk(e) ? [] : [e.since + PATIENCE_MS]),
    ];
    for (const t of times) if (first === null || t < first) first = t;
  }
  return first;
}

/** What is to be kept over a reload of the page: written words. */
export const lines = (outbox: Outbox): Outbox => outbox.filter((e) => WRITTEN.has(e.frame.command));

/** What was kept, as far as it is what we kept: somebody else may have written there. */
export function restored(json: unknown): Outbox {
  if (!Array.isArray(json)) return [];
  return json.flatMap((one: unknown): Entry[] => {
    if (!isEntry(one)) return [];
    return [{ ...one, state: one.state === "refused" ? "refused" : "waiting", due: 0 }];
  });
}

function isEntry(one: unknown): one is Entry {
  if (typeof one !== "object" || one === null) return false;
  const { frame, state, since, tries }: { [K in keyof Entry]?: unknown } = one;
  if (typeof frame !== "object" || frame === null) return false;
  const { command, n, text }: { command?: unknown; n?: unknown; text?: unknown } = frame;
  return (
    [...WRITTEN].some((name) => name === command) &&
    typeof n === "number" &&
    typeof text === "string" &&
    typeof state === "string" &&
    typeof since === "number" &&
    typeof tries === "number"
  );
}
