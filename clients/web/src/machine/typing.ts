/** Who is writing where: told by signals, over when they said it or were silent for a while. */

import type { ToldOf } from "../protocol.ts";

export interface Typing {
  readonly room: number;
  readonly by: number;
  readonly name: string;
  /** By the clock of this device. */
  readonly until: number;
}

const TYPING_MS = 6000;

export const addTyping = (
  typing: readonly Typing[],
  { room, by, name }: ToldOf<"chat.typing">,
  now: number,
): readonly Typing[] => [
  ...typing.filter((t) => t.by !== by),
  { room, by, name, until: now + TYPING_MS },
];

export const dropTyping = (typing: readonly Typing[], by: number): readonly Typing[] =>
  typing.some((t) => t.by === by) ? typing.filter((t) => t.by !== by) : typing;

export const stillTyping = (typing: readonly Typing[], now: number): readonly Typing[] =>
  typing.some((t) => t.until <= now) ? typing.filter((t) => t.until > now) : typing;
