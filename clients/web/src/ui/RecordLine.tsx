import { t } from "../i18n/t.ts";
import { clock } from "../i18n/time.ts";
import { schoolOf } from "../model/people.ts";
import { tallies } from "../model/talk.ts";
import type { Line, Room, View } from "../protocol.ts";
import { Icon } from "./parts/Icon.tsx";
import { Avatar } from "./parts/Tile.tsx";
import { REACTION_SIGNS, SaidText } from "./Said.tsx";

interface Props {
  readonly view: View;
  readonly room: Room;
  readonly line: Line;
}

/** A line of the record: its address is its number. */
export function RecordLine({ view, room, line }: Props) {
  return (
    <article
      id={`line-${line.id}`}
      class="said"
      tabIndex={-1}
      aria-label={[line.name, schoolOf(line), clock(line.at)].filter(Boolean).join(", ")}
    >
      <Avatar name={line.name} areas={view.session.areas} area={room.area} small />
      <div class="said-body">
        <header class="said-head">
          <b class="said-name" dir="auto">
            {line.name}
          </b>
          <span class="said-school" dir="auto">
            {schoolOf(line)}
          </span>
          <a class="said-time" href={`#${line.id}`}>
            <time dateTime={new Date(line.at).toISOString()}>{clock(line.at)}</time>
          </a>
        </header>
        {line.quote !== undefined && (
          <a class="said-quote" href={`#${line.reply}`}>
            <Icon name="reply" small />
            <span class="ellipsis" dir="auto">
              {line.quote}
            </span>
          </a>
        )}
        <SaidText line={line} />
        <div class="reactions">
          {tallies(line.reactions, 0).map((x) => (
            <span key={x.kind} class="reaction">
              <Icon name={REACTION_SIGNS[x.kind]} small />
              {x.kind === "same" && x.schools > 1
                ? t("chat.same", { n: x.n, m: x.schools })
                : `${t(`chat.r_${x.kind}`)} ${x.n}`}
            </span>
          ))}
        </div>
      </div>
    </article>
  );
}
