import { act, offNow } from "../../app/act.ts";
import { openDialog } from "../../app/dialogs.ts";
import { t } from "../../i18n/t.ts";
import { everMay, may } from "../../model/people.ts";
import { PHASES, type View } from "../../protocol.ts";
import { Icon } from "../parts/Icon.tsx";
import { type Item, openMenu } from "../parts/Menu.tsx";

/** The phases in their order: those behind have a tick, the one now is filled, closing asks first. */
export function PhaseBar({ view }: { readonly view: View }) {
  const { phase } = view.session;
  const at = PHASES.indexOf(phase);
  const can = everMay(view.people.you.role, "session.phase");
  const off = offNow() ?? (may(view, "session.phase") ? undefined : t("err.closed"));
  const open = PHASES.filter((p) => p !== "closed");
  const items: readonly Item[] = [
    ...open.map((p) => ({
      label: t(`phase.${p}`),
      checked: p === phase,
      off,
      run: () => void act("session.phase", { phase: p }),
    })),
    {
      label: t("cockpit.close_session"),
      danger: true,
      apart: true,
      off,
      run: () => openDialog({ kind: "close" }),
    },
  ];
  if (!can)
    return (
      <span class="pill pill-soft phase-now">{t("phase.now", { phase: t(`phase.${phase}`) })}</span>
    );
  return (
    <>
      <fieldset class="phases">
        <legend class="sr">{t("phase.label")}</legend>
        {open.map((p, i) => (
          <button
            key={p}
            type="button"
            class="phase"
            aria-current={p === phase ? "step" : undefined}
            aria-disabled={off ? "true" : undefined}
            title={p === phase ? undefined : (off ?? t("phase.go", { phase: t(`phase.${p}`) }))}
            onClick={() => p !== phase && !off && void act("session.phase", { phase: p })}
          >
            {i < at && <Icon name="check" small />}
            {t(`phase.${p}`)}
          </button>
        ))}
        <button
          type="button"
          class="phase"
          aria-disabled={off ? "true" : undefined}
          title={off}
          onClick={() => !off && openDialog({ kind: "close" })}
        >
          {t("cockpit.close_session")}
        </button>
      </fieldset>
      <button
        type="button"
        class="button phase-menu"
        aria-haspopup="menu"
        onClick={(e) => openMenu(e.currentTarget, t("phase.label"), items)}
      >
        {t(`phase.${phase}`)} <Icon name="down" small />
      </button>
    </>
  );
}
