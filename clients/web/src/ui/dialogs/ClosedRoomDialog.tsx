import { useEffect } from "preact/hooks";
import { readRecord, record } from "../../app/record.ts";
import { t } from "../../i18n/t.ts";
import { roomName, roomOf } from "../../model/rooms.ts";
import type { View } from "../../protocol.ts";
import { Dialog } from "../parts/Dialog.tsx";
import { RecordLine } from "../RecordLine.tsx";

interface Props {
  readonly view: View;
  readonly room: number;
  readonly onClose: () => void;
}

/** What was said in a room until it was closed, to read. */
export function ClosedRoomDialog({ view, room: id, onClose }: Props) {
  useEffect(() => {
    let looked = true;
    void readRecord([id], () => looked);
    return () => {
      looked = false;
    };
  }, [id]);
  const room = roomOf(view, id);
  if (!room) return null;
  const { rooms, complete, failed } = record.value;
  const lines = rooms.get(id) ?? [];
  return (
    <Dialog title={roomName(room, view.session.areas)} onClose={onClose} wide>
      <p class="quiet">{t("rooms.closed")}</p>
      {lines.map((line) => (
        <RecordLine key={line.id} view={view} room={room} line={line} />
      ))}
      {complete && lines.length === 0 && <p>{t("record.empty_topic")}</p>}
      {failed && <p role="alert">{t("err.network")}</p>}
    </Dialog>
  );
}
