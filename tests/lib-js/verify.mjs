// What was acknowledged, against the record; every screen, against the record:
//   lost   acknowledged, and not in the record        dup    twice in the record, or on a screen
//   hole   missing between first and last of a screen order  stands otherwise than it was said or shown

import { exported, linesOf } from "./server.mjs";

const PATIENCE_MS = 3000;
const AGAIN_MS = 150;
const WINDOW = 100;

export const noFigures = () => ({ lost: 0, dup: 0, hole: 0, order: 0 });

/**
 * Adds to figures what is wrong in one session, as server tells it; say(words) for each. A screen that
 * lacks the last lines has a moment to get them.
 */
export async function verify(server, { session, organizer, people }, figures, say) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const faults = [];
    look(linesOf(await exported(server, session, organizer)), people, (kind, words) =>
      faults.push([kind, words]),
    );
    if (faults.every(([kind]) => kind !== "hole") || performance.now() > end) {
      for (const [kind, words] of faults) {
        figures[kind]++;
        say(`${kind}: ${words}`);
      }
      return;
    }
    await new Promise((go) => setTimeout(go, AGAIN_MS));
  }
}

function look(lines, people, wrong) {
  const found = new Map();
  for (const line of lines) {
    if (found.has(line.text)) wrong("dup", `${line.text} is in the record twice`);
    found.set(line.text, line);
  }
  for (const person of people) {
    const taken = [];
    for (const c of person.taken.values()) {
      const line = found.get(c.text);
      if (line) taken.push({ ...c, id: line.id });
      else wrong("lost", `${c.text} was acknowledged and is not in the record`);
    }
    inOrder(taken, wrong);
    if (!person.over)
      screen(
        person,
        lines.filter((l) => l.room === person.room),
        wrong,
      );
  }
}

/** What was settled stands before what was said after it; so does what went down one wire at once. */
function inOrder(taken, wrong) {
  taken.sort((a, b) => a.id - b.id);
  let settled = Number.POSITIVE_INFINITY;
  for (const c of [...taken].reverse()) {
    if (settled < c.first) wrong("order", `${c.text} stands before what was settled before it`);
    settled = Math.min(settled, c.settled);
  }
  const last = new Map();
  for (const c of taken.filter((x) => x.tries === 1)) {
    if (c.first < (last.get(c.connection) ?? 0))
      wrong("order", `${c.text} stands after what was said after it`);
    last.set(c.connection, c.first);
  }
}

/** A screen shows the room's last lines: none missing, none twice, in the order of the record. */
function screen(person, room, wrong) {
  if (new Set(person.screen).size !== person.screen.length)
    wrong("dup", `on the screen of ${person.name}`);
  const known = new Map(room.map((l, i) => [l.id, i]));
  const at = person.screen.map((id) => known.get(id) ?? -1);
  if (at.includes(-1)) wrong("lost", `${person.name} was shown a line that is not in the record`);
  if (at.some((x, i) => i && x <= at[i - 1])) wrong("order", `on the screen of ${person.name}`);
  const first = Math.min(...at, room.length);
  const holes = room.slice(first).filter((l) => !person.texts.has(l.id)).length;
  const short = Math.min(WINDOW, room.length) - person.screen.length;
  if (holes || short > 0)
    wrong("hole", `${person.name} misses ${Math.max(holes, short)} lines of room ${person.room}`);
  for (const [id, text] of person.texts)
    if (known.has(id) && room[known.get(id)].text !== text)
      wrong("order", `${person.name} was shown other words as line ${id}`);
}
