/** The session itself: its plan, what it is doing, its end. */

import { finish } from "./agenda.ts";
import type { Reducers } from "./index.ts";
import { without } from "./lists.ts";

export const session: Pick<
  Reducers,
  "session.opened" | "session.changed" | "session.phased" | "session.closed"
> = {
  // The first of a log: nobody is there to see it.
  "session.opened": (view) => view,

  "session.changed": (view, { title, hashtag, format, start, end, rooms_by }) => ({
    ...view,
    session: {
      ...view.session,
      ...(title === undefined ? {} : { title }),
      ...(hashtag === undefined ? {} : { hashtag }),
      ...(format === undefined ? {} : { format }),
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
      ...(rooms_by === undefined ? {} : { rooms_by }),
    },
  }),

  "session.phased": (view, { phase }) =>
    view.session.phase === "closed" || phase === "closed"
      ? view
      : { ...view, session: { ...view.session, phase } },

  // Everybody is sent a view, as all rooms are theirs to read from now on.
  "session.closed": (view, { at }) => {
    if (view.session.phase === "closed") return view;
    const { you, list } = view.people;
    return {
      ...finish(view, at),
      people: {
        ...view.people,
        you: without(you, "hand", "called"),
        ...(list ? { list: list.map((p) => without(p, "hand", "called")) } : {}),
      },
      session: { ...view.session, phase: "closed", closed_at: at },
      rooms: without(view.rooms, "recall"),
    };
  },
};
