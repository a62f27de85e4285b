// What was acknowledged, against the record; every screen, against the record.

import { exported, linesOf } from "../lib-js/server.mjs";

/** Adds to figures what is wrong in one session. say(words) for each. */
export async function verify(server, { session, organizer, people }, figures, say) {
  const lines = linesOf(await exported(server, session, organizer));
  const found = new Map();
  for (const line of lines) {
    if (found.has(line.text)) wrong("twice", `${line.text} is in the record twice`);
    found.set(line.text, line);
  }
  for (const person of people) {
    let last = 0;
    for (const text of person.taken.values()) {
      const line = found.get(text);
      if (!line) wrong("lost", `${text} was acknowledged and is not in the record`);
      else if (line.id < last) wrong("order", `${text} stands before what was said before it`);
      else last = line.id;
    }
    screen(person, lines.filter((l) => l.room === person.room));
  }

  function wrong(kind, words) {
    figures[kind]++;
    say(`${kind}: ${words}`);
  }

  /** A screen shows the room's last lines: none missing, none twice, in the order of the record. */
  function screen(person, room) {
    if (new Set(person.screen).size !== person.screen.length)
      wrong("twice", `on the screen of ${person.name}`);
    const known = new Map(room.map((l, i) => [l.id, i]));
    const at = person.screen.map((id) => known.get(id) ?? -1);
    if (at.includes(-1)) wrong("lost", `${person.name} was shown a line that is not in the record`);
    if (at.some((x, i) => i && x <= at[i - 1])) wrong("order", `on the screen of ${person.name}`);
    const first = Math.min(...at, room.length);
    const holes = room.slice(first).filter((l) => !person.texts.has(l.id)).length;
    const short = Math.min(100, room.length) - person.screen.length;
    if (holes || short > 0)
      wrong("holes", `${person.name} misses ${Math.max(holes, short)} lines of room ${person.room}`);
    for (const [id, text] of person.texts)
      if (known.has(id) && room[known.get(id)].text !== text)
        wrong("order", `${person.name} was shown other words as line ${id}`);
  }
}
