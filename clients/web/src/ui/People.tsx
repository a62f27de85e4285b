import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { tick } from "../app/clock.ts";
import { peopleIn } from "../app/counts.ts";
import { presence, query } from "../app/live.ts";
import { t } from "../i18n/t.ts";
import {
  byName,
  hands,
  isStaff,
  mutedNow,
  personOf,
  type Somebody,
  schoolOf,
} from "../model/people.ts";
import { nameOf } from "../model/rooms.ts";
import type { Listed, View } from "../protocol.ts";
import { Badge } from "./Badge.tsx";
import { personItems } from "./menus.ts";
import { Icon } from "./parts/Icon.tsx";
import { openMenu } from "./parts/Menu.tsx";
import { Avatar } from "./parts/Tile.tsx";

const TYPED_MS = 250;

/** Hands first, in order; then who sits in the room; a search over everybody in the session. */
export function People({ view }: { readonly view: View }) {
  const words = useSignal("");
  const here = presence.value?.here ?? [];
  const total = countHere(view);
  const up = hands(here);
  return (
    <aside class="people" aria-label={t("people.title")}>
      <section aria-label={t("hands.title")}>
        <div class="side-head">
          <h2 class="label">{t("hands.order")}</h2>
          <span class="label num">{up.length}</span>
        </div>
        {up.length === 0 ? (
          <p class="quiet small">{t("hands.none")}</p>
        ) : (
          <ul>
            {up.map((p, i) => (
              <PersonRow key={p.id} view={view} who={p} hand={i + 1} />
            ))}
          </ul>
        )}
      </section>
      <section aria-label={t("people.here")}>
        <div class="side-head side-rule">
          <h2 class="label">{t("people.here")}</h2>
          <span class="label num">{total}</span>
        </div>
        <label class="search">
          <Icon name="search" />
          <span class="sr">{t("people.find")}</span>
          <input
            type="search"
            class="input"
            placeholder={t("people.find")}
            value={words.value}
            onInput={(e) => {
              words.value = e.currentTarget.value;
            }}
          />
        </label>
        {words.value.trim() ? (
          <Found view={view} words={words.value.trim()} />
        ) : (
          <Here view={view} here={byName(here)} total={total} />
        )}
      </section>
    </aside>
  );
}

const countHere = (view: View): number => peopleIn(view.people.you.room);

interface HereProps {
  readonly view: View;
  readonly here: readonly Somebody[];
  readonly total: number;
}

/** The room's people: as many as the digest names, the others in pages when asked for. */
function Here({ view, here, total }: HereProps) {
  const more = useSignal<readonly Listed[]>([]);
  const open = useSignal(false);
  const room = view.people.you.room;
  useEffect(() => {
    more.value = [];
    open.value = false;
  }, [room, more, open]);

  const load = async () => {
    const after = more.value[more.value.length - 1]?.id;
    const said = await query("people.roster", after === undefined ? { room } : { room, after });
    if (!said.ok) return;
    open.value = said.answer.more;
    more.value = [...more.value, ...said.answer.people];
  };

  const rest = more.value.filter((p) => !here.some((h) => h.id === p.id));
  const left = total - here.length - rest.length;
  return (
    <>
      <ul>
        {[...here, ...rest].map((p) => (
          <PersonRow key={p.id} view={view} who={p} />
        ))}
      </ul>
      {left > 0 && (
        <button type="button" class="side-act" onClick={() => void load()}>
          {more.value.length ? t("people.more") : t("people.all", { n: total })}
        </button>
      )}
    </>
  );
}

function Found({ view, words }: { readonly view: View; readonly words: string }) {
  const found = useSignal<{ readonly people: readonly Listed[]; readonly total: number } | null>(
    null,
  );
  useEffect(() => {
    let over = false;
    const timer = setTimeout(async () => {
      const said = await query("people.roster", { find: words });
      if (!over && said.ok) found.value = said.answer;
    }, TYPED_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [words, found]);
  const list = found.value;
  if (!list) return null;
  return (
    <>
      <p class="quiet small" role="status">
        {list.people.length ? t("people.found", { n: list.total }) : t("people.none", { words })}
      </p>
      <ul>
        {list.people.map((p) => (
          <PersonRow key={p.id} view={view} who={p} where={nameOf(view, p.room)} />
        ))}
      </ul>
    </>
  );
}

interface RowProps {
  readonly view: View;
  readonly who: Somebody;
  readonly hand?: number;
  readonly where?: string;
}

export function PersonRow({ view, who, hand, where }: RowProps) {
  const you = view.people.you;
  const own = who.id === you.id;
  const known = personOf(view, who.id);
  const muted = mutedNow(own ? you.mute : known?.mute, tick.value);
  const items = isStaff(you.role) ? personItems(view, { ...who, ...known }) : [];
  const inner = (
    <>
      <Avatar name={who.name} areas={view.session.areas} area={who.area} small />
      <span class="person-words">
        <span class="person-head">
          <b class="ellipsis" dir="auto" title={who.name}>
            {who.name}
          </b>
          <Badge role={who.role} />
        </span>
        <span class="person-school ellipsis" dir="auto">
          {[schoolOf(who), who.job, where].filter(Boolean).join(" · ")}
        </span>
      </span>
      {muted && (
        <span class="person-state">
          <Icon name="muted" small /> {t("people.muted")}
        </span>
      )}
      {who.away && <span class="person-state">{t("people.away")}</span>}
      {own && <span class="person-state">{t("chat.you")}</span>}
      {hand !== undefined && (
        <span class="pill pill-attnsoft num">
          <Icon name="hand" small /> {hand}
        </span>
      )}
    </>
  );
  return (
    <li>
      {items.length > 0 ? (
        <button
          type="button"
          class="person"
          data-person={who.id}
          aria-haspopup="menu"
          onClick={(e) => openMenu(e.currentTarget, who.name, items)}
          onContextMenu={(e) => {
            e.preventDefault();
            openMenu(e.currentTarget, who.name, items);
          }}
        >
          {inner}
        </button>
      ) : (
        <div class="person">{inner}</div>
      )}
    </li>
  );
}
