import { t } from "../i18n/t.ts";
import type { Role } from "../protocol.ts";
import { Icon } from "./parts/Icon.tsx";

const SIGNS = {
  organizer: "key",
  facilitator: "agenda",
  moderator: "shield",
  observer: "eye",
} as const;

/** A role as a drawn badge: nobody can type one into a name. Attendees have none. */
export function Badge({ role }: { readonly role: Role | undefined }) {
  if (!role || role === "attendee" || role === "waiting") return null;
  const host = role === "organizer" || role === "facilitator";
  return (
    <span class={host ? "badge badge-host" : "badge"}>
      <Icon name={SIGNS[role]} small />
      {t(`role.${role}`)}
    </span>
  );
}
