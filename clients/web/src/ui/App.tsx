import { route } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { later } from "./parts/Later.tsx";
import { MenuHost } from "./parts/Menu.tsx";
import { SiteHeader } from "./parts/SiteHeader.tsx";
import { LiveRegions, Toaster } from "./parts/Toaster.tsx";
import { Session } from "./Session.tsx";

const Home = later(async () => (await import("./Home.tsx")).Home);
const Plan = later(async () => (await import("./Plan.tsx")).Plan);

function Page() {
  const at = route.value;
  switch (at.page) {
    case "home":
      return <Home />;
    case "plan":
      return <Plan />;
    case "session":
      return <Session id={at.id} key={at.id} />;
    case "lost":
      return (
        <div class="site">
          <SiteHeader />
          <main class="calm" id="main">
            <h1>{t("app.lost")}</h1>
          </main>
        </div>
      );
  }
}

export function App() {
  return (
    <>
      <Page />
      <Toaster />
      <MenuHost />
      <LiveRegions />
    </>
  );
}
