import { useSignal } from "@preact/signals";
import { act } from "../../app/act.ts";
import { t } from "../../i18n/t.ts";
import { isStaff, seated } from "../../model/people.ts";
import { nameOf } from "../../model/rooms.ts";
import { CHANNEL, type View } from "../../protocol.ts";
import { Composer } from "../Composer.tsx";
import { Conversation } from "../Conversation.tsx";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";

/** The facilitator channel, and beside it the rooms that one reads from outside. */
export function Channel({ view }: { readonly view: View }) {
  const shown = useSignal(CHANNEL);
  const watches = (view.people.you.watches ?? []).filter((r) => r !== view.people.you.room);
  const room = watches.includes(shown.value) ? shown.value : CHANNEL;
  const team = seated(view).filter((p) => isStaff(p.role)).length;
  return (
    <aside class="channel" aria-label={t("cockpit.channel")}>
      <div class="side-head">
        <h2 class="label">
          <Icon name="shield" small /> {t("cockpit.channel")}
        </h2>
        <span class="quiet small">
          {t("cockpit.only")} · {team}
        </span>
      </div>
      {watches.length > 0 && (
        <div class="channel-tabs" role="tablist" aria-label={t("cockpit.channel")}>
          {[CHANNEL, ...watches].map((r) => (
            <button
              key={r}
              type="button"
              role="tab"
              aria-selected={r === room}
              onClick={() => {
                shown.value = r;
              }}
            >
              {r === CHANNEL ? t("cockpit.channel_short") : nameOf(view, r)}
            </button>
          ))}
        </div>
      )}
      <Conversation
        key={room}
        view={view}
        room={room}
        compact
        label={room === CHANNEL ? t("cockpit.channel") : nameOf(view, room)}
      />
      {room === CHANNEL ? (
        <Composer view={view} room={CHANNEL} placeholder={t("cockpit.write")} />
      ) : (
        <div class="composer-note">
          <Icon name="eye" />
          <p>{t("watch.reading", { room: nameOf(view, room) })}</p>
          <Button
            onClick={() => {
              shown.value = CHANNEL;
              void act("rooms.unwatch", { room });
            }}
          >
            {t("rooms.unwatch")}
          </Button>
        </div>
      )}
    </aside>
  );
}
