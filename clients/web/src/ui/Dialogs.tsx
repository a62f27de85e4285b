import { closeDialog, dialog } from "../app/dialogs.ts";
import type { View } from "../protocol.ts";
import { AppointDialog } from "./dialogs/AppointDialog.tsx";
import { CloseRoomDialog, CloseSessionDialog } from "./dialogs/CloseDialogs.tsx";
import { ClosedRoomDialog } from "./dialogs/ClosedRoomDialog.tsx";
import { CodeDialog } from "./dialogs/CodeDialog.tsx";
import { KeysDialog } from "./dialogs/KeysDialog.tsx";
import { MoveDialog } from "./dialogs/MoveDialog.tsx";
import { MuteDialog } from "./dialogs/MuteDialog.tsx";
import { OpenRoomDialog } from "./dialogs/OpenRoomDialog.tsx";
import { Palette } from "./dialogs/Palette.tsx";
import { RecallDialog } from "./dialogs/RecallDialog.tsx";
import { RemoveDialog } from "./dialogs/RemoveDialog.tsx";
import { SendDialog } from "./dialogs/SendDialog.tsx";
import { SettingsDialog } from "./dialogs/SettingsDialog.tsx";
import { TakeBackDialog } from "./dialogs/TakeBackDialog.tsx";
import { TopicDialog } from "./dialogs/TopicDialog.tsx";

/** The one dialog that is open, if any. */
export function Dialogs({ view }: { readonly view: View }) {
  const spec = dialog.value;
  if (!spec) return null;
  const onClose = closeDialog;
  switch (spec.kind) {
    case "mute":
      return <MuteDialog view={view} who={spec.who} onClose={onClose} />;
    case "remove":
      return <RemoveDialog view={view} who={spec.who} onClose={onClose} />;
    case "appoint":
      return <AppointDialog view={view} who={spec.who} onClose={onClose} />;
    case "move":
      return <MoveDialog view={view} who={spec.who} onClose={onClose} />;
    case "topic":
      return <TopicDialog topic={spec.topic} onClose={onClose} />;
    case "open_room":
      return <OpenRoomDialog view={view} onClose={onClose} />;
    case "close_room":
      return <CloseRoomDialog view={view} room={spec.room} onClose={onClose} />;
    case "closed_room":
      return <ClosedRoomDialog view={view} room={spec.room} onClose={onClose} />;
    case "send":
      return <SendDialog view={view} onClose={onClose} />;
    case "recall":
      return <RecallDialog view={view} onClose={onClose} />;
    case "close":
      return <CloseSessionDialog onClose={onClose} />;
    case "settings":
      return <SettingsDialog view={view} onClose={onClose} />;
    case "take_back":
      return <TakeBackDialog line={spec.line} onClose={onClose} />;
    case "code":
      return <CodeDialog view={view} onClose={onClose} />;
    case "keys":
      return <KeysDialog view={view} onClose={onClose} />;
    case "palette":
      return <Palette view={view} onClose={onClose} />;
  }
}
