/**
 * The connection as a small machine. It knows texts, not messages:
 *
 *   closed -> connecting -> greeting -> open -> waiting -> connecting ...    over
 *
 * greeting: hello was said, and what was missed is on its way. waiting: for the next attempt, after a
 * time drawn from the whole range up to a limit that doubles (full jitter), so that thousands who lost
 * one server do not come back in step. over: the server asked not to come back.
 *
 * The server's pings are answered by the browser and hidden from this code, so that a dead connection
 * would look like a quiet one. After 4 s of silence we therefore ask something small; nothing heard for
 * 5 s shows as `checking`, and no answer for 6 s more ends the connection. A page that slept finds out
 * in the same way, as silence is counted by the clock.
 */

/** What is needed of a WebSocket, and of a clock. */
export interface Wire {
  send(text: string): void;
  close(): void;
}
export interface WireEvents {
  opened(): void;
  text(text: string): void;
  closed(): void;
}
export type Dial = (events: WireEvents) => Wire;

export interface Surroundings {
  readonly dial: Dial;
  /** Milliseconds, never backwards by much. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export interface Owner {
  /** The first text of a connection. */
  hello(): string;
  /** Something that is certain to be answered; null: nothing yet. */
  probe(): string | null;
  /** Hello was said. */
  greeted(): void;
  heard(text: string): void;
  /** The socket is closed; what was on its way may or may not have arrived. */
  lost(): void;
}

export type Link<Why> =
  | { readonly state: "closed" }
  | { readonly state: "connecting"; readonly since: number }
  | { readonly state: "greeting"; readonly since: number }
  | { readonly state: "open"; readonly since: number }
  | { readonly state: "waiting"; readonly until: number }
  | { readonly state: "over"; readonly why: Why };

export interface Socket<Why> {
  link(): Link<Why>;
  /** Nothing was heard for a while on a socket that is open. */
  isQuiet(): boolean;
  /** Since when there is no connection; null: there is one, or there never was to be one. */
  lostSince(): number | null;
  /** The server said that it goes, and the next attempt has not failed yet. */
  isMoving(): boolean;
  open(): void;
  close(): void;
  /** False: there is no connection to send it on. */
  send(text: string): boolean;
  /** Everything missed has arrived. */
  caughtUp(): void;
  /** The server closes; come back after so many milliseconds. */
  leave(retryMs: number, moving: boolean): void;
  /** The server closes; do not come back. */
  end(why: Why): void;
  /** What was heard makes no sense: begin anew. */
  fail(): void;
  /** Somebody looks at the page again, the network is back, or the button was pressed. */
  wake(): void;
  /** When tick is to be called; null: never. */
  due(): number | null;
  tick(): void;
}

export const QUIET_MS = 4000;
/** While catching up. */
const GREETING_MS = 1000;
export const CHECKING_MS = 5000;
export const DEAD_MS = 6000;
export const CONNECT_MS = 10_000;
export const BACKOFF_MS = 1000;
export const BACKOFF_MAX_MS = 15_000;
/** A connection that held so long makes the next attempt a first one. */
const STEADY_MS = 5000;

/** Full jitter: anything from at once to the limit, which doubles with each attempt that failed. */
export const backoff = (tries: number, random: () => number): number =>
  random() * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** Math.min(tries, 10));

export function makeSocket<Why>(around: Surroundings, owner: Owner): Socket<Why> {
  const { now } = around;
  let link: Link<Why> = { state: "closed" };
  let wire: Wire | null = null;
  let tries = 0;
  let heard = 0;
  /** When the question that has no answer yet was asked. */
  let asked: number | null = null;
  let lostSince: number | null = null;
  let moving = false;

  const isQuiet = () => link.state === "open" && now() - heard >= CHECKING_MS;
  const connected = () => link.state === "greeting" || link.state === "open";

  /** Closes what there is, deaf to whatever it still says. */
  const hangUp = () => {
    const old = wire;
    wire = null;
    asked = null;
    old?.close();
  };

  const dial = () => {
    hangUp();
    link = { state: "connecting", since: now() };
    const mine = around.dial({
      opened: () => mine === wire && greet(),
      text: (text) => {
        if (mine !== wire) return;
        heard = now();
        asked = null;
        owner.heard(text);
      },
      closed: () => mine === wire && lose(),
    });
    wire = mine;
  };

  const greet = () => {
    link = { state: "greeting", since: now() };
    heard = now();
    wire?.send(owner.hello());
    ask();
    owner.greeted();
  };

  /** Hello is a question too: where there is nothing else to ask yet, its answer is waited for. */
  const ask = () => {
    const text = owner.probe();
    if (text !== null) wire?.send(text);
    asked ??= now();
  };

  const wait = (ms: number) => {
    lostSince ??= now();
    hangUp();
    link = { state: "waiting", until: now() + ms };
    owner.lost();
  };

  const lose = () => {
    if (link.state === "connecting") moving = false;
    if (link.state === "open" && now() - link.since >= STEADY_MS) tries = 0;
    wait(backoff(tries++, around.random));
  };

  /** When it is time to ask something small; null: a question is under way, or there is nobody to ask. */
  const askAt = (): number | null => {
    if (asked !== null || !connected()) return null;
    return heard + (link.state === "open" ? QUIET_MS : GREETING_MS);
  };

  /** When the connection counts as dead. */
  const deadAt = (): number | null => {
    if (link.state === "connecting") return link.since + CONNECT_MS;
    if (link.state === "greeting") return heard + CONNECT_MS;
    return asked === null ? null : asked + DEAD_MS;
  };

  return {
    link: () => link,
    isQuiet,
    lostSince: () => lostSince,
    isMoving: () => moving,

    open() {
      tries = 0;
      lostSince = null;
      moving = false;
      dial();
    },

    close() {
      hangUp();
      link = { state: "closed" };
      lostSince = null;
      moving = false;
    },

    send(text) {
      if (!connected() || wire === null) return false;
      wire.send(text);
      return true;
    },

    caughtUp() {
      if (link.state !== "greeting") return;
      link = { state: "open", since: now() };
      lostSince = null;
      moving = false;
    },

    leave(retryMs, isMoving) {
      moving = isMoving;
      wait(retryMs * (1 + around.random() / 4));
    },

    end(why) {
      hangUp();
      link = { state: "over", why };
      owner.lost();
    },

    fail() {
      if (wire) lose();
    },

    wake() {
      if (link.state === "waiting") dial();
      else if (link.state === "open" && asked === null && now() - heard >= QUIET_MS / 4) ask();
    },

    due() {
      if (link.state === "waiting") return link.until;
      const checking = link.state === "open" && !isQuiet() ? heard + CHECKING_MS : null;
      const times = [askAt(), deadAt(), checking].filter((t) => t !== null);
      return times.length ? Math.min(...times) : null;
    },

    tick() {
      const isDue = (t: number | null) => t !== null && now() >= t;
      if (link.state === "waiting") {
        if (isDue(link.until)) dial();
      } else if (isDue(deadAt())) lose();
      else if (isDue(askAt())) ask();
    },
  };
}
