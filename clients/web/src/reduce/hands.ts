/** Raised hands, as staff see all of them and others see their own. */

import type { View } from "../protocol.ts";
import type { Reducers } from "./index.ts";
import { byId, without } from "./lists.ts";
import { changePerson, isSeated } from "./people.ts";

/** Nobody calls on a person who has left; what only oneself can see of oneself needs no asking. */
function isHere(view: View, who: number): boolean {
  const row = view.people.list && byId(view.people.list, who);
  return row ? isSeated(row) : true;
}

export const hands: Pick<Reducers, "hands.raised" | "hands.lowered" | "hands.called"> = {
  "hands.raised": (view, { by = 0, seq }) =>
    changePerson(view, by, (p) => (p.hand === undefined ? { ...p, hand: seq } : p)),

  "hands.lowered": (view, { who }) => changePerson(view, who, (p) => without(p, "hand")),

  "hands.called": (view, { who, seq }) =>
    isHere(view, who)
      ? changePerson(view, who, (p) => without({ ...p, called: seq }, "hand"))
      : view,
};
