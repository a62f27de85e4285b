// What the browser keeps of a session, of all that was on its screens.

const KINDS = /^jobalike\.(theme|language|keys|schedule|me|(ticket|invitation|device|read|spot|unsent)\.\w+|draft\.\w+\.\d+)$/;

/** Each thing by its name. */
export const keptIn = (page) =>
  page.evaluate(() => {
    const all = [localStorage, sessionStorage].map((s) => Object.keys(s).map((name) => [name, s.getItem(name)]));
    return all.flat();
  });

/** Tickets and drafts are kept, and what is chosen on the device; nothing that others said or who they are. */
export async function checkKept({ seats, names, json, check }) {
  const said = json.rooms.flatMap((r) => r.topics.flatMap((t) => t.lines)).filter((l) => /[\s\u4e00-\u9fff]/.test(l.text));
  let n = 0;
  for (const s of seats) {
    for (const [name, value] of await keptIn(s.page)) {
      n++;
      check(KINDS.test(name), `${s.name}'s browser keeps ${name}`);
      const leaks = said.filter((l) => value.includes(l.text) || value.includes(l.name));
      const others = leaks.filter((l) => l.name !== names[s.name]);
      check(others.length === 0, `${s.name}'s browser keeps what others said or who they are: ${name} ${others[0]?.name}`);
    }
  }
  check(said.length > 0 && n >= seats.length, "somebody spoke, and the browsers keep something");
  return n;
}
