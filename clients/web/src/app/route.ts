/** Where we are: the path names the page, the fragment what is open on it. */

import { signal } from "@preact/signals";
import { takeLink } from "./tickets.ts";

export type Route =
  | { readonly page: "home" }
  | { readonly page: "plan" }
  | { readonly page: "session"; readonly id: string }
  | { readonly page: "lost" };

export const route = signal<Route>({ page: "home" });
/** The fragment without its #: a tab of the session, a line of the record. */
export const place = signal("");

export function routeOf(path: string): Route {
  if (path === "/" || path === "/index.html") return { page: "home" };
  if (path === "/plan") return { page: "plan" };
  const session = /^\/s\/([A-Za-z0-9_-]{1,64})\/?$/.exec(path);
  return session?.[1] ? { page: "session", id: session[1] } : { page: "lost" };
}

/** "" for what no address of ours could be. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** A join code that a link brought along, until somebody took it. */
export const offeredCode = signal<string | null>(null);

/** It stands in the address no longer than it takes to read it. */
function takeCode(at: Route): void {
  const found = /^#code=([A-Za-z0-9]{1,12})$/.exec(location.hash);
  if (!found?.[1] || at.page !== "home") return;
  offeredCode.value = found[1];
  history.replaceState(null, "", location.pathname + location.search);
}

/** A ticket in the fragment is taken out of the address bar before anything else sees it. */
function takeTicket(at: Route): void {
  const found = /^#ticket=([^&]+)$/.exec(location.hash);
  if (!found?.[1] || at.page !== "session") return;
  takeLink(at.id, decoded(found[1]));
  history.replaceState(null, "", location.pathname + location.search);
}

function read(): void {
  const at = routeOf(location.pathname);
  takeTicket(at);
  takeCode(at);
  route.value = at;
  place.value = decoded(location.hash.slice(1));
}

export function startRoute(): void {
  read();
  addEventListener("popstate", read);
  addEventListener("hashchange", read);
}

export function go(path: string): void {
  history.pushState(null, "", path);
  read();
  scrollTo(0, 0);
}

/** Opens a place on the page; the browser's back leaves it. */
export function goPlace(name: string): void {
  if (place.value === name) return;
  history.pushState(null, "", location.pathname + (name ? `#${name}` : ""));
  place.value = name;
}
