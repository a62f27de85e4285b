import { chooseTheme, THEMES, theme } from "../../app/theme.ts";
import { chooseLanguage, other, t, tag } from "../../i18n/t.ts";
import { Icon } from "./Icon.tsx";
import { type Item, openMenu } from "./Menu.tsx";

/** The other language, named in itself. */
export function LanguageSwitch() {
  return (
    <button
      type="button"
      class="button button-quiet switch"
      lang={tag(other())}
      onClick={() => void chooseLanguage(other())}
    >
      <Icon name="globe" />
      <span>{t("app.language")}</span>
    </button>
  );
}

const SIGNS = { system: "screen", light: "sun", dark: "moon" } as const;

export const themeItems = (): readonly Item[] =>
  THEMES.map((name) => ({
    label: t(`app.theme_${name}`),
    icon: SIGNS[name],
    checked: theme.value === name,
    run: () => chooseTheme(name),
  }));

export function ThemeSwitch() {
  return (
    <button
      type="button"
      class="button button-quiet button-icon switch"
      aria-label={t("app.theme")}
      title={t("app.theme")}
      aria-haspopup="menu"
      onClick={(e) => openMenu(e.currentTarget, t("app.theme"), themeItems())}
    >
      <Icon name={SIGNS[theme.value]} />
    </button>
  );
}
