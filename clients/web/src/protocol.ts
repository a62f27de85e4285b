/** The protocol's generated types, by one road, and what is fixed beside them. */
import type { Role } from "../../../protocol/gen/protocol.ts";

export * from "../../../protocol/gen/protocol.ts";

export const isStaff = (role: Role): boolean =>
  role === "organizer" || role === "facilitator" || role === "moderator";

/** Rooms that every session has: the facilitator channel, read and written, where nobody sits; and where all arrive. */
export const CHANNEL = 0;
export const PLENARY = 1;
