/** Announcements to the rooms one reads. */

import type { Notice } from "../protocol.ts";
import type { Reducers } from "./index.ts";

export const notices: Pick<Reducers, "notices.announced"> = {
  "notices.announced": (view, { seq, at, by = 0, name = "", school = "", rooms, text, zh }) => {
    const notice: Notice = {
      id: seq,
      at,
      by,
      name,
      school,
      ...(rooms?.length ? { rooms } : {}),
      text,
      ...(zh === undefined ? {} : { zh }),
    };
    return { ...view, notices: { ...view.notices, list: [...view.notices.list, notice] } };
  },
};
