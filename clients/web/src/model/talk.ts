/** A conversation as it is drawn: lines, announcements and marks, in order. */

import {
  CHANNEL,
  type Line,
  type Notice,
  REACTIONS,
  type Reacted,
  type Reaction,
  type Talk,
  type Topic,
  type View,
} from "../protocol.ts";

export type Item =
  | { readonly kind: "line"; readonly key: string; readonly line: Line; readonly head: boolean }
  | { readonly kind: "notice"; readonly key: string; readonly notice: Notice }
  | { readonly kind: "topic"; readonly key: string; readonly topic: Topic }
  | { readonly kind: "new"; readonly key: string };

const TOGETHER_MS = 120_000;
const TOGETHER = 5;

export const talkOf = (view: View, room: number): Talk | undefined =>
  view.chat.talks.find((x) => x.room === room);

/** What was announced in a room; the facilitator channel keeps it all. */
export const noticesOf = (view: View, room: number): readonly Notice[] =>
  view.notices.list.filter((n) => room === CHANNEL || !n.rooms || n.rooms.includes(room));

/** Does a line stand under the head of the one before? */
function together(line: Line, before: Line | null, run: number): boolean {
  return (
    before !== null &&
    run < TOGETHER &&
    line.by === before.by &&
    line.topic === before.topic &&
    line.reply === undefined &&
    line.at - before.at < TOGETHER_MS
  );
}

export interface Parts {
  readonly lines: readonly Line[];
  readonly notices: readonly Notice[];
  readonly topics: readonly Topic[];
  /** The last line read before one came; what follows stands under the mark. */
  readonly readTo: number | undefined;
  readonly you: number;
}

export function items({ lines, notices, topics, readTo, you }: Parts): readonly Item[] {
  const result: Item[] = [];
  let before: Line | null = null;
  let run = 0;
  let marked = readTo === undefined;
  const first = lines[0]?.id ?? 0;
  const waiting = notices.filter((n) => n.id > first || lines.length === 0);
  const mark = (id: number, by: number) => {
    if (marked || id <= (readTo ?? 0) || by === you) return;
    marked = true;
    before = null;
    result.push({ kind: "new", key: "new" });
  };
  const tell = (upTo: number) => {
    while (waiting[0] && waiting[0].id < upTo) {
      const notice = waiting.shift();
      if (!notice) return;
      mark(notice.id, notice.by);
      result.push({ kind: "notice", key: `n${notice.id}`, notice });
      before = null;
    }
  };
  for (const line of lines) {
    tell(line.id);
    const last: Line | null = before;
    const topic = topics.find((x) => x.id === line.topic);
    if (topic && topic.id !== (last as Line | null)?.topic && topicBefore(result) !== topic.id) {
      result.push({ kind: "topic", key: `t${line.id}`, topic });
      before = null;
    }
    mark(line.id, line.by);
    const joined = together(line, before, run);
    run = joined ? run + 1 : 1;
    result.push({ kind: "line", key: `l${line.id}`, line, head: !joined });
    before = line;
  }
  tell(Number.POSITIVE_INFINITY);
  return result;
}

/** The topic that the lines above belong to. */
function topicBefore(items: readonly Item[]): number | undefined {
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i];
    if (item?.kind === "line") return item.line.topic;
    if (item?.kind === "topic") return item.topic.id;
  }
  return undefined;
}

export interface Tally {
  readonly kind: Reaction;
  readonly n: number;
  readonly schools: number;
  readonly mine: boolean;
}

/** Reactions of a line, counted, in the order of the catalogue. */
export function tallies(reactions: readonly Reacted[] | undefined, you: number): readonly Tally[] {
  if (!reactions?.length) return [];
  return REACTIONS.flatMap((kind) => {
    const these = reactions.filter((r) => r.kind === kind);
    if (these.length === 0) return [];
    const schools = new Set(these.map((r) => r.school)).size;
    return [{ kind, n: these.length, schools, mine: these.some((r) => r.by === you) }];
  });
}

/** What is written of an announcement in each language. */
export type Words = Readonly<Record<"en" | "zh", string>>;

/** As it is sent: the Chinese by itself only where there is English, too. */
export function noticeOf(words: Words): { readonly text: string; readonly zh?: string } {
  const [en, zh] = [words.en.trim(), words.zh.trim()];
  return en && zh ? { text: en, zh } : { text: en || zh };
}

/** What somebody reads first of an announcement, and the other language where there is one. */
export function noticeTexts(
  notice: Notice,
  language: "en" | "zh",
): readonly [string, string | null] {
  if (!notice.zh) return [notice.text, null];
  return language === "zh" ? [notice.zh, notice.text] : [notice.text, notice.zh];
}

export const segments = (text: string): number =>
  typeof Intl.Segmenter === "function"
    ? [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].length
    : [...text].length;
