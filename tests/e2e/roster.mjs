// Sixty people of five areas: names of the world's schools, in English and in Chinese.

export const AREAS = [
  { key: "hr", en: "Human Resources", zh: "人力资源" },
  { key: "fi", en: "Finance", zh: "财务" },
  { key: "fm", en: "Facilities", zh: "设施管理" },
  { key: "ad", en: "Admissions and Marketing", zh: "招生与市场" },
  { key: "ac", en: "Academics", zh: "教务" },
];

const JOBS = {
  hr: "HR Manager",
  fi: "Finance Officer",
  fm: "Facilities Manager",
  ad: "Head of Admissions",
  ac: "Academic Coordinator",
};

const FIRST = ["Amira", "Jonas", "Priya", "Tomás", "Ngozi", "Elif", "Marco", "Hana", "Liam", "Sofia", "Kwame"];
const LAST = ["Haddad", "Berg", "Nair", "Vega", "Okafor", "Demir", "Conti", "Sato", "Walsh", "Rossi", "Mensah"];
const ZH = [
  "李娜", "张伟", "刘洋", "赵磊", "周敏", "吴静", "孙浩", "马超", "朱琳", "胡军", "郭芳",
  "林雪", "何平", "高原", "罗晓燕", "梁志强", "宋佳", "郑凯", "谢文", "韩冰", "唐宁", "冯晨",
];
const SCHOOLS = [
  "Harbour International School",
  "Lakeside Academy",
  "北湖国际学校",
  "Riverside School",
  "Hillside College",
  "启明双语学校",
  "Northgate International",
  "Garden City School",
];

export const STAFF = {
  organizer: { name: "Grace Tan", school: "Harbour International School", job: "Head of Operations" },
  facilitator: { name: "Linda Park", school: "Lakeside Academy", job: "HR Director" },
  moderator: { name: "Mo Farouk", school: "Riverside School", job: "Operations Lead" },
};

/** The two who sit at phones. */
export const ANU = { name: "Anu Bold", school: "Garden City School", job: "HR Manager", area: "hr" };
export const CHEN = { name: "陈美琳", school: "北湖国际学校", job: "财务主管", area: "fi", language: "zh" };

const person = (i) => {
  const chinese = i % 3 === 2;
  const { key: area } = AREAS[i % AREAS.length];
  return {
    name: chinese
      ? ZH[Math.floor(i / 3) % ZH.length]
      : `${FIRST[i % FIRST.length]} ${LAST[(i * 7 + Math.floor(i / 11)) % LAST.length]}`,
    school: SCHOOLS[(i * 3) % SCHOOLS.length],
    job: JOBS[area],
    area,
    language: chinese ? "zh" : "en",
  };
};

/** Those at terminals. */
export const terminals = (from, to) => Array.from({ length: to - from }, (_, i) => person(from + i));

const COLUMNS = ["name", "school", "job", "area", "language"];

export function csv(people) {
  const cell = (x) => (/[",\n]/.test(x) ? `"${x.replaceAll('"', '""')}"` : x);
  return [COLUMNS.join(","), ...people.map((p) => COLUMNS.map((c) => cell(p[c] ?? "")).join(","))].join("\n") + "\n";
}

export const SCRIPT = `# What people at terminals say in an hour of a job-alike.
pace 12
say 55
	We share one calendar at {school}, and it saves us a meeting a week.
	In {area} we start with the term plan and work back from it.
	我们学校（{school}）每周一次短会，十五分钟就够。
	New colleagues get a buddy for the first month here.
	Our form is one page now. Nobody misses the other four.
	Who else still does this on paper? We stopped last spring.
reply 15
	Same at {school}. How many people does that take, {author}?
	这个办法不错，谢谢！
react 20 same agree thanks idea
hand 2
after topic 25
	On "{topic}": we tried two ways at {school}, the simple one stayed.
	关于这个议题，我们的做法是先听取老师的意见。
`;
