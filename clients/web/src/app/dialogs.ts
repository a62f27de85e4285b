/** Which dialog is open: at most one on the page. Its contents are fetched when it is first wanted. */

import { signal } from "@preact/signals";
import type { Topic } from "../protocol.ts";

export type DialogSpec =
  | { readonly kind: "mute"; readonly who: number }
  | { readonly kind: "remove"; readonly who: number }
  | { readonly kind: "appoint"; readonly who: number }
  | { readonly kind: "move"; readonly who: readonly number[] }
  | { readonly kind: "topic"; readonly topic: Topic | null }
  | { readonly kind: "open_room" }
  | { readonly kind: "close_room"; readonly room: number }
  | { readonly kind: "closed_room"; readonly room: number }
  | { readonly kind: "send" }
  | { readonly kind: "recall" }
  | { readonly kind: "close" }
  | { readonly kind: "settings" }
  | { readonly kind: "take_back"; readonly line: number }
  | { readonly kind: "code" }
  | { readonly kind: "keys" }
  | { readonly kind: "palette" };

export const dialog = signal<DialogSpec | null>(null);

export const openDialog = (spec: DialogSpec): void => {
  dialog.value = spec;
};

export const closeDialog = (): void => {
  dialog.value = null;
};
