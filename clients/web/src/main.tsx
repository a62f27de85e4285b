import { render } from "preact";
import { startClock } from "./app/clock.ts";
import { startRoute } from "./app/route.ts";
import { firstTheme } from "./app/theme.ts";
import { firstLanguage, speak } from "./i18n/t.ts";
import { App } from "./ui/App.tsx";

async function start(): Promise<void> {
  startRoute();
  firstTheme();
  await speak(firstLanguage());
  startClock();
  const root = document.getElementById("app");
  if (root) render(<App />, root);
}

void start();
