import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/t.ts";
import { Button } from "./Button.tsx";

/** Modules of light around the picture: scanners want four. */
const QUIET = 4;

/** Where a phone is led that reads the picture. */
export const codeLink = (code: string): string => `${location.origin}/#code=${code}`;

interface Picture {
  readonly size: number;
  /** One square for each dark module. */
  readonly path: string;
}

async function draw(text: string): Promise<Picture> {
  const { encode } = await import("uqr");
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  const squares = data.flatMap((row, y) =>
    row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")),
  );
  return { size, path: squares.join("") };
}

/** The code of a session, large enough for a hall, and a picture of it for phones; a page on paper. */
export function JoinCode({ code, title }: { readonly code: string; readonly title: string }) {
  const [picture, setPicture] = useState<Picture | null>(null);
  useEffect(() => {
    let over = false;
    const show = (p: Picture) => over || setPicture(p);
    draw(codeLink(code)).then(show, () => {}); // without the picture there is still the code
    return () => {
      over = true;
    };
  }, [code]);
  return (
    <section class="code" aria-label={t("code.title")}>
      <p class="code-session" dir="auto">
        {title}
      </p>
      <div class="code-picture">
        {picture && (
          <svg
            class="code-qr"
            viewBox={`0 0 ${picture.size} ${picture.size}`}
            role="img"
            aria-label={t("code.qr")}
            shape-rendering="crispEdges"
          >
            <path d={picture.path} />
          </svg>
        )}
      </div>
      <div class="code-words">
        <p>{t("code.where", { host: location.host })}</p>
        <p class="code-letters">
          <span aria-hidden="true">
            {code.slice(0, 3)} {code.slice(3)}
          </span>
          <span class="sr">{[...code].join(" ")}</span>
        </p>
        <p class="quiet code-note">{t("code.until")}</p>
        <Button onClick={() => print()}>{t("code.print")}</Button>
      </div>
    </section>
  );
}
