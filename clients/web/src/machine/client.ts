/**
 * One person's client of one session: socket, outbox and what was received, put together. It draws
 * nothing and knows no browser; index.ts gives it both.
 */

import {
  type AnswerFrame,
  type AnswerOf,
  type ByeWord,
  type CommandFrame,
  type CommandName,
  type ErrorFrame,
  type ErrorWord,
  type EventFrame,
  type FieldsOf,
  type Frame,
  type HelloFrame,
  LIMIT_PENDING,
  PROTOCOL_VERSION,
  type QueryFieldsOf,
  type QueryName,
  type SignalFieldsOf,
  type SignalName,
  type ToldOf,
  type ViewFrame,
} from "../protocol.ts";
import * as kept from "./confirmed.ts";
import type { Entry, Outbox, Refusal } from "./outbox.ts";
import * as box from "./outbox.ts";
import { receive, type Session } from "./receive.ts";
import { type Link, makeSocket, type Socket, type Surroundings } from "./socket.ts";
import { addTyping, dropTyping, stillTyping, type Typing } from "./typing.ts";

/** seq null: it is in the log, and a view said so that does not tell where. */
export type Asked = { readonly ok: true; readonly seq: number | null } | NotDone;
export type NotDone = { readonly ok: false } & Refusal;
export type Queried<Q extends QueryName> =
  | { readonly ok: true; readonly answer: AnswerOf<Q> }
  | NotDone;

/** Why this client is at its end: what the server said, as a bye or as an error. */
export type OverWhy = ByeWord | ErrorWord;

export interface Environment extends Surroundings {
  /** Calls once after so many milliseconds, unless what it returns is called first. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** Something that can be read here is another one. */
  readonly changed: () => void;
  /** An event was received, after it was reduced; not for those that a view swallowed. */
  readonly event?: (event: EventFrame) => void;
  /** Something came down that this code could not take. */
  readonly failed?: (error: unknown) => void;
  /** Lines that are not confirmed changed: keep them over a reload. */
  readonly keep?: (lines: Outbox) => void;
}

export interface Client {
  session(): Session | null;
  link(): Link<OverWhy>;
  socket: Pick<Socket<OverWhy>, "isQuiet" | "lostSince" | "isMoving">;
  outbox(): Outbox;
  presence(): ToldOf<"digest"> | null;
  typing(): readonly Typing[];
  /** Events received since hello, while catching up. */
  missed(): number;
  /** The server's time now, and at a time of this device's clock. */
  now(): number;
  server(at: number): number;
  connect(ticket: string, unsent?: Outbox): void;
  leave(): void;
  wake(): void;
  ask<C extends CommandName>(command: C, fields: FieldsOf<C>): Promise<Asked>;
  query<Q extends QueryName>(query: Q, fields: QueryFieldsOf<Q>): Promise<Queried<Q>>;
  tell<S extends SignalName>(signal: S, fields: SignalFieldsOf<S>): void;
  /** Gives up words that wait or were refused. Such as are on their way can still arrive. */
  discard(n: number): void;
  /** Asks a refused line again as a new command, said to another room if one is named. */
  retry(n: number, room?: number): void;
}

interface Query {
  readonly until: number;
  readonly end: (answer: AnswerFrame["answer"] | Refusal) => void;
}

const QUERY_MS = 8000;
/** A signal of one kind is told at most so often. */
const SIGNAL_MS = 2500;
/** Errors on hello after which the same ticket may be welcome later. */
const PASSING: ReadonlySet<ErrorWord> = new Set(["unavailable", "unknown", "slow_down"]);

export function makeClient(env: Environment): Client {
  let ticket = "";
  let session: Session | null = null;
  let outbox: Outbox = [];
  let confirmed: kept.Confirmed = [];
  let presence: ToldOf<"digest"> | null = null;
  let typing: readonly Typing[] = [];
  let missed = 0;
  /** A frame could not be taken: what is known is not to be advanced, only replaced. */
  let torn = false;
  /** Server's clock less ours. */
  let ahead = 0;
  /** n of the question that a connection is kept alive with. */
  let probe = 0;
  let disarm: (() => void) | null = null;
  const asking = new Map<number, (end: Asked) => void>();
  const queries = new Map<number, Query>();
  const told = new Map<SignalName, number>();

  const pick = (): number => 1 + Math.floor(env.random() * (Number.MAX_SAFE_INTEGER - 1));
  const send = (frame: object): boolean => socket.send(JSON.stringify(frame));

  /** What is open, then what may be lost. */
  const asked = (): readonly number[] => {
    const lines = kept.recent(confirmed, env.now()).map((l) => l.frame.n);
    return [...box.pending(outbox), ...lines].slice(0, LIMIT_PENDING);
  };

  const socket = makeSocket<OverWhy>(env, {
    hello: () => {
      missed = 0;
      const hello: HelloFrame = {
        hello: PROTOCOL_VERSION,
        ticket,
        ...(session && !torn ? { epoch: session.epoch, after: session.seq } : {}),
        pending: asked(),
      };
      return JSON.stringify(hello);
    },
    // Lines before the first one: no protocol of its own, next to no work, and surely an answer.
    probe: () => {
      if (!session) return null;
      probe = pick();
      const room = session.view.people.you.room;
      return JSON.stringify({ query: "chat.history", n: probe, room, before: 1 });
    },
    greeted: () => turn(),
    heard: (text) => {
      try {
        const frame: Frame = JSON.parse(text);
        take(frame);
        if (box.isOverdue(outbox, env.now())) socket.fail();
      } catch (error) {
        // Whoever is at fault, what is known here may be wrong now: have all of it sent again.
        torn = true;
        env.failed?.(error);
        socket.fail();
      }
      turn();
    },
    lost: () => {
      for (const [n] of queries) endQuery(n, { error: "offline" });
      typing = [];
      setOutbox(box.again(outbox, env.now()));
      turn();
    },
  });

  /** After anything that happened: send what may go, tell what changed, and set the one timer. */
  const turn = () => {
    for (const e of box.stale(outbox, env.now()))
      end(e, e.refusal ?? { error: e.tries ? "unknown" : "unavailable" });
    if (socket.link().state === "open") {
      const [next, frames] = box.offer(outbox, env.now());
      setOutbox(next); // kept before it is sent: what was sent is never forgotten
      for (const frame of frames) send(frame);
    }
    typing = stillTyping(typing, env.now());
    env.changed();
    arm();
  };

  const arm = () => {
    disarm?.();
    const times = [
      socket.due(),
      box.due(outbox, socket.link().state === "open"),
      ...[...queries.values()].map((q) => q.until),
      ...typing.map((t) => t.until),
    ].filter((t) => t !== null);
    disarm = times.length
      ? env.after(Math.max(0, Math.min(...times) - env.now()), () => {
          disarm = null;
          for (const [n, q] of queries)
            if (q.until <= env.now()) endQuery(n, { error: "unavailable" });
          socket.tick();
          turn();
        })
      : null;
  };

  const setOutbox = (next: Outbox) => {
    if (next === outbox) return;
    outbox = next;
    env.keep?.(box.lines(outbox));
  };

  /** Command n is in the log. */
  const settle = (n: number, seq: number | null) => {
    const frame = box.find(outbox, n)?.frame;
    if (frame && session && seq !== null)
      confirmed = kept.add(confirmed, frame, seq, session.epoch, env.now());
    setOutbox(box.drop(outbox, n));
    asking.get(n)?.({ ok: true, seq });
    asking.delete(n);
  };

  const end = ({ frame: { n } }: Entry, refusal: Refusal) => {
    setOutbox(box.drop(outbox, n));
    asking.get(n)?.({ ok: false, ...refusal });
    asking.delete(n);
  };

  const endQuery = (n: number, answer: AnswerFrame["answer"] | Refusal) => {
    const query = queries.get(n);
    queries.delete(n);
    query?.end(answer);
  };

  const takeView = (frame: ViewFrame) => {
    session = receive(session, frame);
    torn = false;
    ahead = frame.now - env.now();
    const taken = frame.taken ?? [];
    const [held, lost] = kept.compare(confirmed, frame.epoch, taken, env.now());
    confirmed = held;
    for (const n of taken) settle(n, null);
    setOutbox(box.returned(outbox, lost, env.now()));
    socket.caughtUp(); // and what is still open is offered again; in mid-talk it is on its way already
  };

  const takeEvent = (frame: EventFrame) => {
    if (frame.by === session?.you && frame.n !== undefined) settle(frame.n, frame.seq);
    if ("line" in frame && frame.event !== "chat.reacted")
      confirmed = kept.forget(confirmed, frame.line);
    const next = torn ? session : receive(session, frame);
    if (next === session) return;
    session = next;
    missed++;
    ahead = Math.max(ahead, frame.at - env.now());
    if (frame.event === "chat.said") typing = dropTyping(typing, frame.by ?? 0);
    env.event?.(frame);
  };

  const takeError = (frame: ErrorFrame) => {
    const { n, error, field, retry_ms } = frame;
    const refusal: Refusal = {
      error,
      ...(field === undefined ? {} : { field }),
      ...(retry_ms === undefined ? {} : { retry_ms }),
    };
    if (n === undefined) {
      // What may pass is followed by a bye that says when to come back.
      if (socket.link().state === "greeting" && !PASSING.has(error)) socket.end(error);
    } else if (queries.has(n)) {
      endQuery(n, refusal);
    } else if (n === probe) {
      if (error !== "unauthorized" && error !== "unavailable") socket.caughtUp();
    } else {
      const [next, ended] = box.refuse(outbox, n, refusal, env.now());
      setOutbox(next);
      if (!ended) return;
      session = receive(session, frame);
      asking.get(n)?.({ ok: false, ...refusal });
      asking.delete(n);
    }
  };

  const take = (frame: Frame) => {
    if ("view" in frame) takeView(frame);
    else if ("event" in frame) takeEvent(frame);
    else if ("error" in frame) takeError(frame);
    else if ("answer" in frame) {
      if (queries.has(frame.n)) endQuery(frame.n, frame.answer);
      else if (frame.n === probe) socket.caughtUp();
      else if ("seq" in frame.answer) settle(frame.n, frame.answer.seq);
    } else if ("bye" in frame) {
      if (frame.retry_ms === undefined) socket.end(frame.bye);
      else socket.leave(frame.retry_ms, frame.bye === "draining");
    } else if (frame.signal === "digest") presence = frame;
    else if (frame.signal === "chat.typing" && frame.by !== session?.you)
      typing = addTyping(typing, frame, env.now());
  };

  const forget = () => {
    for (const entry of outbox) asking.get(entry.frame.n)?.({ ok: false, error: "offline" });
    asking.clear();
    for (const [n] of queries) endQuery(n, { error: "offline" });
    session = null;
    presence = null;
    typing = [];
    outbox = [];
    confirmed = [];
  };

  const connected = () => ["greeting", "open"].includes(socket.link().state);

  return {
    session: () => session,
    link: () => socket.link(),
    socket,
    outbox: () => outbox,
    presence: () => presence,
    typing: () => typing,
    missed: () => missed,
    now: () => env.now() + ahead,
    server: (at) => at + ahead,

    connect(to, unsent = []) {
      forget();
      ticket = to;
      outbox = box.again(unsent, env.now());
      socket.open();
      turn();
    },

    leave() {
      socket.close();
      forget();
      turn();
    },

    wake() {
      socket.wake();
      turn();
    },

    ask<C extends CommandName>(command: C, fields: FieldsOf<C>) {
      const able = connected() || socket.isMoving() || box.waitsOffline(command);
      if (!able || socket.link().state === "over")
        return Promise.resolve<Asked>({ ok: false, error: "offline" });
      const n = pick();
      // A command with its own fields is one of the commands: the compiler cannot see it for every C.
      const frame = { command, n, ...fields } as CommandFrame;
      setOutbox(box.add(outbox, frame, env.now()));
      return new Promise<Asked>((done) => {
        asking.set(n, done);
        turn();
      });
    },

    query<Q extends QueryName>(query: Q, fields: QueryFieldsOf<Q>) {
      const n = pick();
      if (!session || !send({ query, n, ...fields }))
        return Promise.resolve<Queried<Q>>({ ok: false, error: "offline" });
      return new Promise<Queried<Q>>((done) => {
        queries.set(n, {
          until: env.now() + QUERY_MS,
          end: (said) =>
            // The one place where an answer meets its question: n says that they belong together.
            done(
              "error" in said ? { ok: false, ...said } : { ok: true, answer: said as AnswerOf<Q> },
            ),
        });
        turn();
      });
    },

    tell(signal, fields) {
      if (env.now() - (told.get(signal) ?? 0) < SIGNAL_MS) return;
      if (socket.link().state === "open" && send({ signal, ...fields }))
        told.set(signal, env.now());
    },

    discard(n) {
      setOutbox(box.drop(outbox, n));
      turn();
    },

    retry(n, room) {
      const old = box.find(outbox, n)?.frame;
      if (!old) return;
      const fresh = { ...old, n: pick() };
      const frame: CommandFrame =
        fresh.command === "chat.say" && room !== undefined ? { ...fresh, room } : fresh;
      setOutbox(box.add(box.drop(outbox, n), frame, env.now()));
      turn();
    },
  };
}
