/** The line that runs through the hour: stops, and between them segments as long as their minutes. */

export interface Stop {
  readonly key: string | number;
  readonly state: "pending" | "active" | "done" | "skipped";
  readonly minutes: number;
}

const SHORTEST = 6;

interface Props {
  readonly stops: readonly Stop[];
  /** How much of the running segment is over, 0 to 1. */
  readonly progress: number;
  readonly label: string;
}

export function Track({ stops, progress, label }: Props) {
  if (stops.length === 0) return null;
  return (
    <div class="track" role="img" aria-label={label}>
      {stops.map((s) => (
        <span
          key={s.key}
          class={`track-part is-${s.state}`}
          style={{
            "--minutes": Math.max(SHORTEST, s.minutes),
            "--fill": s.state === "active" ? Math.min(1, Math.max(0, progress)) : 0,
          }}
        >
          <i class="track-stop" />
          <i class="track-way" />
        </span>
      ))}
    </div>
  );
}
