import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly children: (ids: {
    readonly id: string;
    readonly "aria-describedby": string | undefined;
    readonly "aria-invalid": boolean | undefined;
  }) => ComponentChildren;
}

/** A labelled control with its hint on the right and its error below, tied to it for those who hear. */
export function Field({ label, hint, error, children }: Props) {
  const id = useId();
  return (
    <div class={error ? "field field-wrong" : "field"}>
      <div class="field-head">
        <label class="field-label" for={id}>
          {label}
        </label>
        {hint && <span class="field-hint">{hint}</span>}
      </div>
      {children({
        id,
        "aria-describedby": error ? `${id}-error` : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
