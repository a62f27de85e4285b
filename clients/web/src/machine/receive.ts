/** What this client knows of a session, and the one place where that changes. */

import type { ErrorFrame, Frame, View } from "../protocol.ts";
import { reduce } from "../reduce/index.ts";

export interface Session {
  readonly view: View;
  /** Of the last view or event received. */
  readonly seq: number;
  /** The history that seq counts in. */
  readonly epoch: string;
  /** The person this is the view of. */
  readonly you: number;
  /** The last error told, until the next view. */
  readonly refused: ErrorFrame | null;
}

/**
 * A view resets, an event advances, an error is told; there is no fourth way for state to change.
 * An event that is known already (its seq is not beyond ours) changes nothing.
 */
export function receive(session: Session | null, frame: Frame): Session | null {
  if ("view" in frame) {
    const { view, seq, epoch, you } = frame;
    return { view, seq, epoch, you, refused: null };
  }
  if (session === null) return null;
  if ("error" in frame) return { ...session, refused: frame };
  if (!("event" in frame) || frame.seq <= session.seq) return session;
  return { ...session, view: reduce(session.view, frame), seq: frame.seq };
}
