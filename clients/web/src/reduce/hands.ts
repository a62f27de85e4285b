/** Raised hands, as staff see all of them and others see their own. */

import type { Reducers } from "./index.ts";
import { without } from "./lists.ts";
import { changePerson } from "./people.ts";

export const hands: Pick<Reducers, "hands.raised" | "hands.lowered" | "hands.called"> = {
  "hands.raised": (view, { by = 0, seq }) =>
    changePerson(view, by, (p) => (p.hand === undefined ? { ...p, hand: seq } : p)),

  "hands.lowered": (view, { who }) => changePerson(view, who, (p) => without(p, "hand")),

  "hands.called": (view, { who, seq }) =>
    changePerson(view, who, (p) => without({ ...p, called: seq }, "hand")),
};
