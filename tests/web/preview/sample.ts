/** A session in the middle of its hour, with everything that is hard to lay out: long names, three languages. */

import type {
  Count,
  Line,
  Person,
  Present,
  Role,
  ToldOf,
  View,
} from "../../../protocol/gen/protocol.ts";
import areas from "./areas.json";

const MINUTE = 60_000;
const now = Date.now();
export const LINES = 4;

type Row = readonly [name: string, school: string, area: string, room: number, role?: Role];

const ROWS: readonly Row[] = [
  ["Mei Chen", "Lakeside International School", "hr", 4],
  ["Linda Park", "Harbour International", "", 1, "facilitator"],
  ["Mo Haddad", "Riverbend School", "", 1, "moderator"],
  ["Ivy Zhou", "Northgate", "", 1, "organizer"],
  ["Tomás Alvarez", "Lakeside International", "hr", 4],
  ["李雨桐", "海湾国际学校", "hr", 4],
  ["Annegret Hohenstein-Wiedemann", "Internationale Gesamtschule am Kaiserplatz", "hr", 4],
  ["安努·博尔德", "草原学院（乌兰巴托）", "hr", 4],
  ["欧阳思远", "江畔学校（深圳）", "hr", 4],
  ["Priya Raman", "Northgate, Bangkok", "hr", 4],
  ["Samuel Okafor", "Riverbend School", "hr", 4],
  ["Sofia Rossi", "Scuola Internazionale", "hr", 4],
  ["Baatar E.", "Steppe Academy", "hr", 4],
  ["Jonas Weber", "Grundschule am Park", "finance", 5],
  ["Wang Hao", "North Lake School", "finance", 5],
  ["Grace Lim", "Harbour International", "finance", 5],
  ["Ben Ito", "Kobe Academy", "finance", 5],
  ["Aigul Sarsen", "Altai International School", "finance", 5],
  ["Maria Costa", "Escola do Porto", "finance", 5],
  ["Dev Patel", "Northgate, Bangkok", "finance", 5],
  ["Zhao Lei", "Harbour", "facilities", 6],
  ["Otgon B.", "Steppe Academy", "facilities", 6],
  ["Peter Novak", "Riverbend School", "facilities", 6],
  ["Sun Yan", "江畔学校", "facilities", 6],
  ["Kim Tran", "Hanoi Lakeside", "facilities", 6],
  ["Hana Sato", "Lakeside International", "admissions", 7],
  ["Liu Fang", "Harbour International", "admissions", 7],
  ["Carlos Reyes", "Northgate, Bangkok", "admissions", 7],
  ["Ruth Cohen", "Brightpath Consulting", "admissions", 7],
  ["Noor Ali", "Gulf School", "admissions", 7],
  ["Mark Ellis", "Northgate", "academics", 8],
  ["高敏", "成都学校", "academics", 8, "observer"],
];

function people(state: string): readonly Person[] {
  return ROWS.map(([name, school, area, room, role = "attendee"], i) => ({
    id: 17 + i,
    name,
    school,
    ...(i % 3 ? {} : { job: "HR manager" }),
    ...(area ? { area } : {}),
    language: /\p{Script=Han}/u.test(name) ? ("zh" as const) : ("en" as const),
    role,
    room: state === "empty" || state === "lobby" ? 1 : room,
    ...(i === 4 || i === 5 ? { hand: 800 + i } : {}),
    ...(name === "Ruth Cohen"
      ? {
          mute: {
            until: now + 11 * MINUTE,
            by: 19,
            name: "Mo Haddad",
            reason: "promotion" as const,
          },
        }
      : {}),
  }));
}

const TEXTS: readonly (readonly [who: number, text: string])[] = [
  [26, "We moved support staff to two-year contracts with a re-signing bonus in month 18. Turnover went from 22% to 9%."],
  [27, "We raised the housing allowance. Expensive, and nobody mentioned it in the survey."],
  [21, "Did the bonus come out of the recruitment budget?"],
  [26, "No: from the savings on flights and agencies.\nIt paid for itself in the first year."],
  [25, "我们把续约谈话从 6 月提前到 3 月，并且由直属主管而不是人事来谈。去年只走了两位。"],
  [24, "Stay interviews in May, not exit interviews in June."],
  [17, "How do you budget for that? Ours sits with Finance."],
  [17, "And who owns it when the head changes?"],
];

export function lines(room: number): readonly Line[] {
  const all = people("topic");
  const told = room === 0
    ? ([
        [20, "Topics 1 to 4 are loaded. I can present from here if your line drops."],
        [18, "Thank you. Mo, can you watch Finance and Admissions?"],
        [19, "Finance is lively, I will stay there until the report back."],
        [20, "Academics has gone quiet. Shall I drop in with a question?"],
        [18, "Yes please. I give everyone two more minutes."],
      ] as const)
    : TEXTS;
  return told.map(([who, text], i) => {
    const p = all.find((x) => x.id === who);
    const id = 500 + room * 40 + i * 3;
    const by = (kind: "same" | "idea", list: readonly number[]) =>
      list.map((x) => ({ kind, by: x, school: all.find((y) => y.id === x)?.school ?? "" }));
    return {
      id,
      at: now - (told.length - i) * 1.4 * MINUTE,
      by: who,
      name: p?.name ?? "",
      school: p?.school ?? "",
      ...(room === 0 ? {} : { topic: 32 }),
      ...(i === 2 ? { removed: true } : { text }),
      ...(i === 3 ? { reply: id - 3, quote: "Did the bonus come out of the recruitment budget?" } : {}),
      ...(i === 0 && room !== 0 ? { reactions: [...by("same", [17, 21, 24, 25]), ...by("idea", [27, 28, 29])] } : {}),
      ...(i === 4 && room !== 0 ? { reactions: by("same", [21, 24]), edited: now } : {}),
    };
  });
}

/** A line of a long talk, and the fifty before one. */
const long = (id: number): Line => ({
  id,
  at: now - (2000 - id) * 20_000,
  by: 20 + (id % 7),
  name: `Person ${id % 7}`,
  school: "Riverbend School",
  text: `This is line ${id}.`,
});
export const older = (before: number): readonly Line[] =>
  Array.from({ length: 50 }, (_, i) => long(before - 50 + i));

function agenda(state: string): View["agenda"] {
  const started = now - (state === "last" ? 14.2 : state === "over" ? 16.3 : 7.8) * MINUTE;
  if (state === "free") return { topics: [] };
  const none = state === "lobby" || state === "empty";
  const row = (id: number, title: string, minutes: number, more: object) => ({ id, title, minutes, ...more });
  const topics = [
    row(31, "Welcome and how this hour works", 5, none ? { state: "pending" } : { state: "done", started: now - 15 * MINUTE, ends: started }),
    row(32, "Local staff retention: what worked this year?", 15, {
      ...(none ? { state: "pending" } : { state: "active", started, ends: started + 15 * MINUTE }),
      prompt: "Name one measure your school tried, what it cost, and whether you would do it again.",
    }),
    row(33, "Health insurance for small schools: could we pool?", 15, { state: "pending", owner: "Linda Park" }),
    row(34, "Visa and work permits: what changed", 10, { state: state === "closed" ? "skipped" : "pending" }),
    row(35, "Report back", 10, { state: "pending" }),
  ] as View["agenda"]["topics"];
  if (state === "closed")
    return { topics: topics.map((x) => (x.state === "skipped" ? x : { ...x, state: "done" as const })) };
  return none ? { topics } : { topics, active: 32 };
}

const staff = (role: Role) => role === "moderator" || role === "facilitator" || role === "organizer";

export function view(role: Role, state: string): View {
  const all = people(state);
  const at = { attendee: 0, observer: 31, facilitator: 1, moderator: 2, organizer: 3, waiting: 0 }[role];
  const me = all[at] ?? all[0];
  if (!me) throw new Error("no sample");
  const plenary = state === "empty" || state === "lobby";
  const room = plenary ? 1 : role === "observer" ? 4 : me.room;
  const said =
    state === "long" ? Array.from({ length: 100 }, (_, i) => long(1000 + i)) : plenary ? [] : lines(4);
  const { hand: _, mute: __, ...rest } = me;
  return {
    session: {
      session: "demo",
      title: "HR, Finance and Operations job-alike",
      hashtag: "jobalike-ops",
      format: state === "free" ? "free" : "combined",
      phase: state === "closed" ? "closed" : state === "lobby" ? "lobby" : state === "empty" ? "welcome" : "breakout",
      languages: ["en", "zh"],
      areas,
      start: state === "lobby" ? now + 12 * MINUTE : now - 15 * MINUTE,
      end: now + 40 * MINUTE,
      open: true,
      rooms_by: "attendees",
      ...(state === "closed" ? { closed_at: now } : {}),
    },
    people: {
      you: {
        ...rest,
        room,
        ...(state === "moved"
          ? {
              back: 5,
              moved: {
                at: now,
                by: 19,
                name: "Mo Haddad",
                from: 5,
                reason: "Your budget question fits here. Priya can answer it.",
              },
            }
          : {}),
        ...(state === "called" ? { called: 890 } : {}),
        ...(state === "muted"
          ? {
              mute: {
                until: now + 8 * MINUTE,
                by: 19,
                name: "Mo Haddad",
                reason: "promotion" as const,
                note: "Advertising is not welcome here.",
              },
            }
          : {}),
      },
      ...(staff(role) ? { list: all } : {}),
    },
    rooms: {
      list: [
        ...(staff(role) ? [{ id: 0, title: "Facilitator channel" }] : []),
        { id: 1, title: "Plenary" },
        ...(plenary
          ? []
          : areas.map((a, i) => ({
              id: 4 + i,
              title: a.en,
              area: a.key,
              ...(i === 2 ? { locked: true } : {}),
              ...(i === 4 ? { capacity: 12 } : {}),
            }))),
        ...(plenary ? [] : [{ id: 60, title: "Boilers", closed: true }]),
      ],
      sent: !plenary,
      ...(state === "recall"
        ? { recall: { until: now + 42_000, by: 18, name: "Linda Park" } }
        : {}),
    },
    agenda: agenda(state),
    chat: {
      talks: [
        { room, lines: room === 4 ? said : [] },
        ...(staff(role) ? [{ room: 0, lines: lines(0) }] : []),
      ],
    },
    notices: {
      list: plenary
        ? []
        : [
            {
              id: 670,
              at: now - 3 * MINUTE,
              by: 18,
              name: "Linda Park",
              school: "Harbour International",
              text: "Before we move on: name one thing you would do again.",
              zh: "进入下一题之前：请各写一件您还会再做一次的事。",
            },
          ],
    },
  };
}

export function digest(role: Role, state: string): ToldOf<"digest"> {
  const all = people(state);
  const { room } = view(role, state).people.you;
  const crowd = state === "crowd" ? 480 : 0;
  const here: readonly Present[] = all
    .filter((p) => p.room === room)
    .map(({ id, name, school, job, area, role: r, hand }) => ({
      id,
      name,
      school,
      role: r,
      ...(job ? { job } : {}),
      ...(area ? { area } : {}),
      ...(hand ? { hand } : {}),
      ...(name === "Samuel Okafor" ? { away: true } : {}),
    }));
  const rooms: readonly Count[] = [1, 4, 5, 6, 7, 8].map((r) => ({
    room: r,
    people: all.filter((p) => p.room === r).length + (r === room ? crowd : 0),
    lines: 40,
    ...(staff(role) && r !== 8
      ? {
          last: [
            { id: 2, at: now - (r === 6 ? 7 : 3) * MINUTE, name: "Aigul", text: "We pooled with two other schools and premiums fell by a third." },
            { id: 3, at: now - (r === 6 ? 6 : 0.2) * MINUTE, name: "Jonas", text: "Does anyone still insure locally?" },
          ],
        }
      : {}),
  }));
  return { signal: "digest", total: all.length + crowd, rooms, room, here, ...(staff(role) ? { away: [27, 40] } : {}) };
}
