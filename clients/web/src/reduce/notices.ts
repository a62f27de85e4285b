/** Announcements to the rooms one reads; staff have them all. */

import { CHANNEL, type Notice, type View } from "../protocol.ts";
import type { Reducers } from "./index.ts";

/** Does one read one of these rooms, or the channel? Having a talk of it says so. None listed: it is for all. */
const isForMe = (view: View, rooms: readonly number[]): boolean =>
  rooms.length === 0 || view.chat.talks.some((t) => t.room === CHANNEL || rooms.includes(t.room));

export const notices: Pick<Reducers, "notices.announced"> = {
  // Whoever made it learns of it by this event too, and keeps it if it is for a room they read.
  "notices.announced": (
    view,
    { seq, at, by = 0, name = "", school = "", rooms = [], text, zh },
  ) => {
    if (!isForMe(view, rooms)) return view;
    const notice: Notice = {
      id: seq,
      at,
      by,
      name,
      school,
      ...(rooms.length ? { rooms } : {}),
      text,
      ...(zh === undefined ? {} : { zh }),
    };
    return { ...view, notices: { ...view.notices, list: [...view.notices.list, notice] } };
  },
};
