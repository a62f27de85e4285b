import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { setClock, tick } from "../app/clock.ts";
import { dialog } from "../app/dialogs.ts";
import { startDrafts } from "../app/drafts.ts";
import { forgetHistory } from "../app/history.ts";
import { connect, connection, leave, now, presence, session } from "../app/live.ts";
import { place } from "../app/route.ts";
import { bindSeat } from "../app/seat.ts";
import { dropTicket, keepTicket, ticketOf } from "../app/tickets.ts";
import { startUnread } from "../app/unread.ts";
import { t } from "../i18n/t.ts";
import { activeTopic } from "../model/agenda.ts";
import { isStaff } from "../model/people.ts";
import { nameOf, openRooms } from "../model/rooms.ts";
import type { View } from "../protocol.ts";
import { Attend } from "./Attend.tsx";
import { Left, Over } from "./Ended.tsx";
import { Join } from "./Join.tsx";
import { useKeys } from "./keys.ts";
import { left } from "./leave.ts";
import { Logo } from "./parts/Icon.tsx";
import { later } from "./parts/Later.tsx";
import { unreadIn } from "./Rooms.tsx";

const Cockpit = later(async () => (await import("./cockpit/Cockpit.tsx")).Cockpit);
const Record = later(async () => (await import("./Record.tsx")).Record);
const Dialogs = later(async () => (await import("./Dialogs.tsx")).Dialogs);

const PATIENT_MS = 300;

/** Errors of the ticket itself: the way back leads over the join page. */
const NO_TICKET: ReadonlySet<string> = new Set(["unauthorized", "expired", "not_found"]);

/** One session: the join page until there is a ticket, then whatever the session is doing. */
export function Session({ id }: { readonly id: string }) {
  const ticket = useSignal<string | null>(ticketOf(id));
  const problem = useSignal<string | undefined>(undefined);

  useEffect(() => {
    if (!ticket.value || left.value === id) return;
    startDrafts(id);
    startUnread(id);
    forgetHistory();
    setClock(now);
    connect(id, ticket.value);
    return leave;
  }, [id, ticket.value, left.value]);

  const at = connection.value;
  const bad = at.state === "over" && NO_TICKET.has(at.why);
  useEffect(() => {
    if (!bad || !ticket.value) return;
    dropTicket(id, ticket.value);
    ticket.value = null;
    problem.value = t(
      at.state === "over" && at.why === "expired" ? "join.expired" : "join.link_bad",
    );
  }, [bad]);

  const removed = at.state === "over" && at.why === "removed";
  const you = session.value?.view.people.you;
  useEffect(() => {
    if (removed) bindSeat(id, Number.MAX_VALUE);
    else if (you) bindSeat(id, you.mute?.until ?? 0);
  }, [id, removed, !you, you?.mute?.until]);

  if (left.value === id) return <Left id={id} />;
  if (!ticket.value)
    return (
      <Join
        id={id}
        problem={problem.value}
        onTicket={(found) => {
          keepTicket(id, found);
          ticket.value = found;
        }}
      />
    );
  if (at.state === "over" && !bad) return <Over why={at.why} />;
  const known = session.value;
  return known ? <Live view={known.view} /> : <Opening />;
}

function Live({ view }: { readonly view: View }) {
  useKeys(view);
  const closed = view.session.phase === "closed";
  // Staff begin in the cockpit; #talk is the room they sit in.
  const wish = place.value === "" || place.value.startsWith("cockpit");
  const cockpit = wish && isStaff(view.people.you.role) && !closed;
  useTitle(view);
  return (
    <>
      {closed ? <Record view={view} /> : cockpit ? <Cockpit view={view} /> : <Attend view={view} />}
      {dialog.value && <Dialogs view={view} />}
    </>
  );
}

/** "(5) Human Resources · topic · Jobalike"; the number never flashes. */
function useTitle(view: View): void {
  const { room } = view.people.you;
  const unread = openRooms(view).reduce((n, r) => n + unreadIn(r.id, r.id === room), 0);
  const parts = [nameOf(view, room), activeTopic(view)?.title, t("app.name")].filter(Boolean);
  const title = `${unread > 0 ? `(${unread}) ` : ""}${parts.join(" · ")}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  presence.value;
}

function Opening() {
  const late = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      late.value = true;
    }, PATIENT_MS);
    return () => clearTimeout(timer);
  }, [late]);
  tick.value;
  return (
    <main class="opening" id="main">
      <Logo />
      <p role="status">
        {late.value &&
          (connection.value.state === "offline"
            ? t("home.unreachable")
            : t("app.opening", { name: t("app.name") }))}
      </p>
    </main>
  );
}
