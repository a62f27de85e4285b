/** The protocol's generated types, by one road. */
export * from "../../../protocol/gen/protocol.ts";
