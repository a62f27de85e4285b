import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/t.ts";
import { Button } from "./Button.tsx";

/** A screen that is fetched when it is first wanted. A failed fetch says so and can be tried again. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let ready: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [, draw] = useState(0);
    const [failed, setFailed] = useState(false);
    const fetch = () => {
      setFailed(false);
      load().then(
        (found) => {
          ready = found;
          draw((n) => n + 1);
        },
        () => setFailed(true),
      );
    };
    useEffect(() => {
      if (!ready) fetch();
    }, []);
    if (ready) {
      const Screen = ready;
      return <Screen {...props} />;
    }
    if (!failed) return null;
    return (
      <div class="calm" role="alert">
        <p>{t("err.network")}</p>
        <Button onClick={fetch}>{t("chat.again")}</Button>
      </div>
    );
  };
}
