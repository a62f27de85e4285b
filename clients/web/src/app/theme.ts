/** Light, dark, or as the system wishes; chosen on this device. */

import { signal } from "@preact/signals";
import { keep, kept } from "./device.ts";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

export const theme = signal<Theme>("system");

function show(wanted: Theme): void {
  theme.value = wanted;
  if (wanted === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
}

export function firstTheme(): void {
  const chosen = kept("theme");
  show(chosen === "light" || chosen === "dark" ? chosen : "system");
}

export function chooseTheme(wanted: Theme): void {
  keep("theme", wanted === "system" ? null : wanted);
  show(wanted);
}
