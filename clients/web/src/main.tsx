import { render } from "preact";

async function start() {
  const { en } = await (navigator.language.startsWith("zh")
    ? import("./i18n/zh.ts").then((m) => ({ en: m.zh }))
    : import("./i18n/en.ts"));
  const root = document.getElementById("app");
  if (root) render(<h1>{en["app.name"]}</h1>, root);
}

void start();
