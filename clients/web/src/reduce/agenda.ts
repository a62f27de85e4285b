/** The plan of the hour, and the topic everybody is on. */

import type { Topic, View } from "../protocol.ts";
import type { Reducers } from "./index.ts";
import { changeAt, without } from "./lists.ts";

const MINUTE = 60_000;

/** Topics stand in the order of the agenda, not of their ids. */
function changeTopic(view: View, id: number, change: (topic: Topic) => Topic): View {
  const { topics } = view.agenda;
  const at = topics.findIndex((t) => t.id === id);
  const next = changeAt(topics, at, change);
  return next === topics ? view : { ...view, agenda: { ...view.agenda, topics: next } };
}

const has = (view: View, id: number): boolean => view.agenda.topics.some((t) => t.id === id);

/** The active topic is done, at this time. */
export function finish(view: View, at: number): View {
  const { active } = view.agenda;
  if (active === undefined) return view;
  const ended = changeTopic(view, active, (t) => ({ ...t, state: "done", ends: at }));
  return { ...ended, agenda: without(ended.agenda, "active") };
}

function push(view: View, id: number, at: number): View {
  if (!has(view, id)) return view;
  const pushed = changeTopic(finish(view, at), id, (t) => ({
    ...t,
    state: "active",
    started: at,
    ends: at + t.minutes * MINUTE,
  }));
  return { ...pushed, agenda: { ...pushed.agenda, active: id } };
}

function order(view: View, id: number, before: number | undefined): View {
  const one = view.agenda.topics.find((t) => t.id === id);
  if (!one) return view;
  const rest = view.agenda.topics.filter((t) => t !== one);
  const found = rest.findIndex((t) => t.id === before);
  const at = found < 0 ? rest.length : found;
  return {
    ...view,
    agenda: { ...view.agenda, topics: [...rest.slice(0, at), one, ...rest.slice(at)] },
  };
}

export const agenda: Pick<
  Reducers,
  | "agenda.added"
  | "agenda.edited"
  | "agenda.removed"
  | "agenda.ordered"
  | "agenda.pushed"
  | "agenda.extended"
  | "agenda.finished"
  | "agenda.skipped"
> = {
  "agenda.added": (view, { seq, title, prompt, minutes, owner }) => {
    const topic: Topic = {
      id: seq,
      title,
      ...(prompt === undefined ? {} : { prompt }),
      minutes,
      ...(owner === undefined ? {} : { owner }),
      state: "pending",
    };
    return { ...view, agenda: { ...view.agenda, topics: [...view.agenda.topics, topic] } };
  },

  "agenda.edited": (view, { topic, title, prompt, minutes, owner }) =>
    changeTopic(view, topic, (t) => ({
      ...t,
      ...(title === undefined ? {} : { title }),
      ...(prompt === undefined ? {} : { prompt }),
      ...(minutes === undefined ? {} : { minutes }),
      ...(owner === undefined ? {} : { owner }),
    })),

  "agenda.removed": (view, { topic }) =>
    view.agenda.active === topic || !has(view, topic)
      ? view
      : {
          ...view,
          agenda: { ...view.agenda, topics: view.agenda.topics.filter((t) => t.id !== topic) },
        },

  "agenda.ordered": (view, { topic, before }) => order(view, topic, before),

  "agenda.pushed": (view, { topic, at }) => push(view, topic, at),

  "agenda.extended": (view, { topic, minutes }) =>
    changeTopic(view, topic, (t) =>
      t.ends === undefined ? t : { ...t, ends: t.ends + minutes * MINUTE },
    ),

  "agenda.finished": (view, { topic, at }) =>
    view.agenda.active === topic ? finish(view, at) : view,

  "agenda.skipped": (view, { topic }) =>
    changeTopic(view, topic, (t) => (t.state === "pending" ? { ...t, state: "skipped" } : t)),
};
