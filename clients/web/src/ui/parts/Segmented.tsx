import { useId } from "preact/hooks";

interface Props<T extends string | number> {
  readonly label: string;
  readonly hidden?: boolean;
  readonly options: readonly { readonly value: T; readonly text: string; readonly lang?: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One of few: real radio buttons in a row, so arrows and screen readers know what to do. */
export function Segmented<T extends string | number>(props: Props<T>) {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend class={props.hidden ? "sr" : "field-label"}>{props.label}</legend>
      <div class="segmented-row">
        {props.options.map((o) => (
          <label key={o.value} lang={o.lang}>
            <input
              type="radio"
              name={name}
              checked={o.value === props.value}
              onChange={() => props.onChange(o.value)}
            />
            <span>{o.text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
