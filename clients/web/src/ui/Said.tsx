import { act } from "../app/act.ts";
import { t } from "../i18n/t.ts";
import { clock } from "../i18n/time.ts";
import { isStaff, knownAs, may, schoolOf } from "../model/people.ts";
import { type Tally, tallies } from "../model/talk.ts";
import type { Line, Present, View } from "../protocol.ts";
import { Badge } from "./Badge.tsx";
import { lineItems } from "./menus.ts";
import { Icon } from "./parts/Icon.tsx";
import type { IconName } from "./parts/icons.ts";
import { openMenu } from "./parts/Menu.tsx";
import { Avatar } from "./parts/Tile.tsx";

export const REACTION_SIGNS: Readonly<Record<Tally["kind"], IconName>> = {
  same: "wave",
  agree: "check",
  thanks: "heart",
  idea: "lamp",
  curious: "question",
  well_done: "clap",
};

interface Props {
  readonly view: View;
  readonly here: readonly Present[];
  readonly room: number;
  readonly line: Line;
  readonly head: boolean;
  /** The line that stands in the tab order. */
  readonly current: boolean;
  /** How many lines shown answer this one, and the first of them. */
  readonly replies: { readonly n: number; readonly first: number } | undefined;
  readonly onGo: (line: number) => void;
}

/** Something that was said: who and where from on every line that begins a run, then the words. */
export function Said(props: Props) {
  const { view, line, head, current, here, replies, onGo } = props;
  const you = view.people.you.id;
  const who = knownAs(view, here, line.by);
  const room = view.rooms.list.find((r) => r.id === props.room);
  const menu = (from: Element) => openMenu(from, line.name, lineItems(view, props.room, line, who));
  return (
    <article
      id={`line-${line.id}`}
      class={head ? "said" : "said said-run"}
      tabIndex={current ? 0 : -1}
      data-line={line.id}
      onContextMenu={(e) => {
        if (getSelection()?.toString()) return;
        e.preventDefault();
        menu(e.currentTarget);
      }}
      aria-label={[line.name, schoolOf(line), clock(line.at)].filter(Boolean).join(", ")}
    >
      {head && (
        <Avatar name={line.name} areas={view.session.areas} area={who?.area ?? room?.area} />
      )}
      <div class="said-body">
        {head ? (
          <header class="said-head">
            <b class="said-name" dir="auto">
              {line.name}
            </b>
            <Badge role={who?.role} />
            <span class="said-school" dir="auto">
              {line.by === you ? t("chat.you") : schoolOf(line)}
            </span>
            <time class="said-time" dateTime={new Date(line.at).toISOString()}>
              {clock(line.at)}
            </time>
          </header>
        ) : (
          <time class="said-time said-time-run" dateTime={new Date(line.at).toISOString()}>
            {clock(line.at)}
          </time>
        )}
        {line.quote !== undefined && (
          <button
            type="button"
            class="said-quote"
            tabIndex={current ? 0 : -1}
            onClick={() => line.reply && onGo(line.reply)}
          >
            <Icon name="reply" small />
            <span class="ellipsis" dir="auto">
              {line.quote}
            </span>
          </button>
        )}
        <SaidText line={line} />
        <Reactions view={view} line={line} current={current} />
        {replies && (
          <button
            type="button"
            class="said-replies"
            tabIndex={current ? 0 : -1}
            onClick={() => onGo(replies.first)}
          >
            <Icon name="bubble" small /> {t("chat.replies", { n: replies.n })}
          </button>
        )}
      </div>
      {!line.removed && <LineActs view={view} line={line} current={current} onMenu={menu} />}
    </article>
  );
}

/** What was said, or that it was taken away. */
export function SaidText({ line }: { readonly line: Line }) {
  if (line.removed) return <p class="said-gone">{t("chat.removed")}</p>;
  return (
    <p class="said-text" dir="auto">
      {line.text}
      {line.edited !== undefined && <small> ({t("chat.edited")})</small>}
    </p>
  );
}

interface ReactionProps {
  readonly view: View;
  readonly line: Line;
  readonly current: boolean;
}

function Reactions({ view, line, current }: ReactionProps) {
  const list = tallies(line.reactions, view.people.you.id);
  if (list.length === 0 || line.removed) return null;
  const can = may(view, "chat.react");
  return (
    <div class="reactions">
      {list.map((x) => {
        const text =
          x.kind === "same" && x.schools > 1
            ? t("chat.same", { n: x.n, m: x.schools })
            : `${t(`chat.r_${x.kind}`)} ${x.n}`;
        const label = (
          <>
            <Icon name={REACTION_SIGNS[x.kind]} small />
            <span>{text}</span>
          </>
        );
        return can ? (
          <button
            key={x.kind}
            type="button"
            class="reaction"
            aria-pressed={x.mine}
            tabIndex={current ? 0 : -1}
            onClick={() => void act("chat.react", { line: line.id, kind: x.kind, on: !x.mine })}
          >
            {label}
          </button>
        ) : (
          <span key={x.kind} class="reaction">
            {label}
          </span>
        );
      })}
    </div>
  );
}

interface ActsProps extends ReactionProps {
  readonly onMenu: (from: Element) => void;
}

function LineActs({ view, line, current, onMenu }: ActsProps) {
  const you = view.people.you;
  const mine = line.reactions?.some((r) => r.by === you.id && r.kind === "same") ?? false;
  const tab = current ? 0 : -1;
  if (!may(view, "chat.react") && !isStaff(you.role)) return null;
  return (
    <div class="said-acts">
      {may(view, "chat.react") && (
        <button
          type="button"
          class="said-act said-act-same"
          tabIndex={tab}
          aria-pressed={mine}
          title={t("chat.r_same")}
          aria-label={t("chat.r_same")}
          onClick={() => void act("chat.react", { line: line.id, kind: "same", on: !mine })}
        >
          <Icon name="wave" />
        </button>
      )}
      <button
        type="button"
        class="said-act"
        tabIndex={tab}
        title={t("chat.line_menu", { name: line.name })}
        aria-label={t("chat.line_menu", { name: line.name })}
        aria-haspopup="menu"
        onClick={(e) => onMenu(e.currentTarget)}
      >
        <Icon name="more" />
      </button>
    </div>
  );
}
