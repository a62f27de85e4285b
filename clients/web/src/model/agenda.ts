/** The plan of the hour against the clock. */

import type { Topic, View } from "../protocol.ts";

const MINUTE = 60_000;

export const activeTopic = (view: View): Topic | undefined =>
  view.agenda.topics.find((x) => x.id === view.agenda.active);

export const topicOf = (view: View, id: number | undefined): Topic | undefined =>
  view.agenda.topics.find((x) => x.id === id);

export const endOf = (topic: Topic): number =>
  topic.ends ?? (topic.started ?? 0) + topic.minutes * MINUTE;

/** How much of a running topic's time is over, 0 to 1. */
export function progressOf(topic: Topic | undefined, now: number): number {
  if (!topic || topic.started === undefined) return 0;
  const whole = endOf(topic) - topic.started;
  return whole <= 0 ? 1 : Math.min(1, Math.max(0, (now - topic.started) / whole));
}

export interface Planned {
  readonly topic: Topic;
  /** When it began, or would begin if all goes on as planned. */
  readonly at: number;
  readonly end: number;
}

/** Clock times of all topics: what happened as it happened, what comes after it as planned. */
export function planned(view: View, now: number): readonly Planned[] {
  let next = view.session.start;
  return view.agenda.topics.map((topic) => {
    if (topic.state === "skipped") return { topic, at: next, end: next };
    if (topic.state === "done") {
      const at = topic.started ?? next;
      const end = endOf(topic);
      next = Math.max(next, end);
      return { topic, at, end };
    }
    if (topic.state === "active") {
      const end = Math.max(endOf(topic), now);
      next = end;
      return { topic, at: topic.started ?? now, end };
    }
    const at = Math.max(next, view.session.phase === "lobby" ? view.session.start : now);
    next = at + topic.minutes * MINUTE;
    return { topic, at, end: next };
  });
}

/** Minutes that the hour would be over its end; 0 when it fits. */
export function lateBy(view: View, now: number): number {
  const rows = planned(view, now);
  const last = rows[rows.length - 1];
  const pending = rows.some((r) => r.topic.state === "pending" || r.topic.state === "active");
  return last && pending ? Math.max(0, Math.round((last.end - view.session.end) / MINUTE)) : 0;
}

export const minutesLeft = (view: View, now: number): number =>
  Math.max(0, Math.round((view.session.end - now) / MINUTE));

export const number = (view: View, topic: Topic): number => view.agenda.topics.indexOf(topic) + 1;
