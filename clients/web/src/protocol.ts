/** The protocol's generated types, by one road, and what is fixed beside them. */
export * from "../../../protocol/gen/protocol.ts";

/** Rooms that every session has: the facilitator channel, read and written, where nobody sits; and where all arrive. */
export const CHANNEL = 0;
export const PLENARY = 1;
