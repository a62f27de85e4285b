/** What the last digest tells of a room. */

import { presence } from "./live.ts";

export const countOf = (room: number) => presence.value?.rooms.find((r) => r.room === room);
export const peopleIn = (room: number): number => countOf(room)?.people ?? 0;
