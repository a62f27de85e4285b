// What was acknowledged, and what was typed, against the record that was taken away.

export function compare({ json, markdown, logs, seats, check }) {
  const lines = json.rooms.flatMap((r) => r.topics.flatMap((t) => t.lines.map((l) => ({ ...l, room: r.id }))));
  const byId = new Map();
  let doubled = 0;
  for (const l of lines) {
    if (byId.has(l.id)) doubled++;
    byId.set(l.id, l);
  }
  // In the order of the record, each room by itself.
  const last = new Map();
  for (const l of lines) {
    check(l.id > (last.get(l.room) ?? 0), `line ${l.id} is out of order in room ${l.room}`);
    last.set(l.room, l.id);
  }
  const acked = logs.filter((l) => l.n !== undefined && l.text !== undefined && l.seq);
  let found = 0;
  let lost = 0;
  for (const a of acked) {
    const line = byId.get(a.seq);
    if (line && line.text === a.text && line.room === a.room) found++;
    else {
      lost++;
      check(false, `acknowledged and not in the record: ${JSON.stringify(a)}`);
    }
  }
  // Words that somebody answers stand in the text a second time, quoted.
  const plain = markdown
    .split("\n")
    .filter((l) => !l.startsWith("> >"))
    .join("\n");
  // What the browsers showed as said: once in the record, once in the text, in the order of typing.
  for (const s of seats) {
    let before = 0;
    for (const text of s.typed) {
      const hits = lines.filter((l) => l.text === text);
      if (hits.length === 1) found++;
      else if (hits.length === 0) lost++;
      else doubled += hits.length - 1;
      check(hits.length === 1, `"${text}" is ${hits.length} times in the record`);
      check((hits[0]?.id ?? 0) > before, `"${text}" stands before what was said before it`);
      before = hits[0]?.id ?? before;
      const inText = plain.split(text).length - 1;
      check(inText === 1, `"${text}" is ${inText} times in the text of the record`);
    }
  }
  const typed = seats.reduce((n, s) => n + s.typed.length, 0);
  check(lines.length === acked.length + typed, `${lines.length} lines in the record, ${acked.length + typed} acknowledged`);
  doubled += Math.max(0, lines.length - acked.length - typed);
  return { acked: acked.length + typed, found, lost, doubled };
}
