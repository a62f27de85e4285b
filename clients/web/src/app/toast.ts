/** One short message at the bottom, with an undo where there is one; the next replaces it. */

import { signal } from "@preact/signals";
import { say } from "./announce.ts";

export interface ToastAct {
  readonly label: string;
  readonly run: () => void;
  /** By the key for that, too. */
  readonly undoes?: true;
}

export interface Toast {
  readonly text: string;
  readonly act?: ToastAct;
}

export const toast = signal<Toast | null>(null);

export function showToast(next: Toast): void {
  toast.value = next;
  say(next.text);
}
