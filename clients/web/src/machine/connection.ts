/** How the connection is, in the words that the page shows. All times are the server's. */

import type { Client, OverWhy } from "./client.ts";

export type Connection =
  | { readonly state: "closed" }
  /** For the first time; nothing is known yet. */
  | { readonly state: "connecting" }
  | { readonly state: "catching_up"; readonly events: number }
  | { readonly state: "live" }
  /** Nothing was heard for 5 s. */
  | { readonly state: "checking" }
  /** The server said that it goes; worth a strip only after 3 s. */
  | { readonly state: "moving"; readonly since: number }
  /** again: when it is tried next; null: just now. */
  | { readonly state: "offline"; readonly since: number; readonly again: number | null }
  | { readonly state: "over"; readonly why: OverWhy };

export function connectionOf(client: Client): Connection {
  const link = client.link();
  const { socket } = client;
  const lost = socket.lostSince();
  switch (link.state) {
    case "closed":
      return { state: "closed" };
    case "over":
      return { state: "over", why: link.why };
    case "open":
      return { state: socket.isQuiet() ? "checking" : "live" };
    case "greeting":
      return client.session()
        ? { state: "catching_up", events: client.missed() }
        : { state: "connecting" };
    case "connecting":
    case "waiting": {
      if (lost === null) return { state: "connecting" };
      const since = client.server(lost);
      if (socket.isMoving()) return { state: "moving", since };
      const again = link.state === "waiting" ? client.server(link.until) : null;
      return { state: "offline", since, again };
    }
  }
}

/** Would the page show the same? Then it need not be told. */
export const sameConnection = (a: Connection, b: Connection): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
