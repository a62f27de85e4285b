import { go, route } from "../../app/route.ts";
import { t } from "../../i18n/t.ts";
import { Logo } from "./Icon.tsx";
import { LanguageSwitch, ThemeSwitch } from "./Switches.tsx";

/** A link inside the client: a real address, followed without loading the page anew. */
export function Link(props: {
  readonly to: string;
  readonly class?: string;
  readonly current?: boolean;
  readonly label?: string;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <a
      href={props.to}
      class={props.class}
      aria-label={props.label}
      aria-current={props.current ? "page" : undefined}
      onClick={(e) => {
        if (e.metaKey || e.ctrlKey || e.shiftKey || e.button !== 0) return;
        e.preventDefault();
        go(props.to);
      }}
    >
      {props.children}
    </a>
  );
}

/** The head of the pages outside a session. */
export function SiteHeader() {
  const page = route.value.page;
  return (
    <header class="site-head">
      <div class="site-head-row">
        <Link to="/" class="brand">
          <Logo />
          <span>{t("app.name")}</span>
        </Link>
        <nav class="site-nav" aria-label={t("app.name")}>
          <Link to="/" current={page === "home"}>
            {t("app.schedule")}
          </Link>
          <Link to="/plan" current={page === "plan"}>
            {t("home.plan")}
          </Link>
        </nav>
        <div class="site-switches">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </div>
    </header>
  );
}
