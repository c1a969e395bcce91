/** The display of a training run: a bar with the loss, the rate and the time left. */
import type { Screen } from "./screen.ts";

const PARTS = " ▏▎▍▌▋▊▉█";

/** A bar of `width` characters, filled to a fraction in eighths. */
export function bar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(fraction, 0), 1) * width * 8);
  const whole = eighths >> 3;
  return ("█".repeat(whole) + (whole < width ? PARTS[eighths & 7] : ""))
    .padEnd(width, "·")
    .replace(/ /g, "·");
}

/** Seconds as people read them: 0.4 s, 42 s, 3:05, 1:02:03. */
export function timeText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (s < 60) return `${s} s`;
  return s < 3600
    ? `${Math.floor(s / 60)}:${two(s % 60)}`
    : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** A number with a thin comma at the thousands. */
export const countText = (n: number): string => n.toLocaleString("en-US", { maximumFractionDigits: 0 });

/** A share as "12.3%". */
export const percentText = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)}%`;

/** A loss or another figure in four significant digits. */
export const figureText = (x: number): string =>
  x === 0 || (Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5)
    ? Number(x.toPrecision(4)).toString()
    : x.toExponential(2);

export interface ProgressOptions {
  /** What is going on, as in "training". */
  title: string;
  /** Steps that it will take, as far as is known. */
  steps: number;
  /** The step at which it begins, of a run that goes on. Default 0. */
  from?: number;
  /** Seconds at most, if a time ends the work before the steps do. */
  seconds?: number;
  /** What a step is called; undefined: only the share that is done is told. Default "steps". */
  unit?: string | undefined;
}

/** Follows a run of known length and shows it on a screen. */
export class Progress {
  readonly #screen: Screen;
  readonly #options: ProgressOptions;
  readonly #start: number;
  /** Step and time of some recent updates, for a rate that follows the present. */
  #recent: { step: number; time: number }[];
  #step: number;
  #steps: number;

  constructor(screen: Screen, options: ProgressOptions) {
    this.#screen = screen;
    this.#options = options;
    this.#steps = options.steps;
    this.#step = options.from ?? 0;
    this.#start = screen.clock();
    this.#recent = [{ step: this.#step, time: this.#start }];
  }

  /** Sets the number of steps that the run will probably take. */
  expect(steps: number): void {
    this.#steps = steps;
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return (this.#screen.clock() - this.#start) / 1000;
  }

  /** Steps a second, over the last few seconds. */
  get rate(): number {
    const { step, time } = this.#recent[0];
    const elapsed = this.#screen.clock() - time;
    return elapsed > 0 ? ((this.#step - step) / elapsed) * 1000 : 0;
  }

  /**
   * Seconds that it will take yet, by its rate and by its time; Infinity as long as there is no rate. JSON
   * shows that as null.
   */
  get left(): number {
    const { seconds } = this.#options;
    const steps = Math.max(this.#steps - this.#step, 0);
    const bySteps = steps > 0 ? steps / this.rate : 0;
    return seconds ? Math.max(Math.min(bySteps, seconds - this.seconds), 0) : bySteps;
  }

  /** The run is at `step`, with figures such as the loss. */
  update(step: number, figures: Readonly<Record<string, number>> = {}, last = false): void {
    const now = this.#screen.clock();
    this.#step = step;
    if (now - this.#recent[this.#recent.length - 1].time > 250) {
      this.#recent.push({ step, time: now });
      if (this.#recent.length > 12) this.#recent.shift();
    }
    const { title } = this.#options;
    const unit = "unit" in this.#options ? this.#options.unit : "steps";
    const steps = this.#steps;
    const entries = Object.entries(figures);
    const shown = entries.map(([name, value]) => `${name} ${figureText(value)}`).join("  ");
    const share = `${String(Math.round(this.#fraction * 100)).padStart(3)}%`;
    const done = unit ? `${countText(step)} of ${countText(steps)} ${unit}` : share.trim();
    const speed = (): string => (this.rate >= 100 ? countText(this.rate) : this.rate.toFixed(1));
    const rate = (): string => (unit ? `  ${speed()} ${unit}/s` : "");
    const time = (): string => (last ? `${timeText(this.seconds)} in all` : `${timeText(this.left)} left`);
    this.#screen.progress(
      {
        row: (columns) => {
          const tail = `${share}  ${shown}${rate()}  ${time()}`;
          const width = Math.min(30, columns - title.length - tail.length - 4);
          return (width >= 5 ? `${title}  ${bar(this.#fraction, width)} ${tail}` : `${title} ${tail}`).slice(
            0,
            columns,
          );
        },
        plain: () =>
          `${title}: ${done}  ${shown}${rate()}  ` + `${last ? "" : `${timeText(this.seconds)}  `}${time()}`,
        event: () => ({
          event: "progress",
          title,
          step,
          steps,
          ...figures,
          rate: this.rate,
          seconds: this.seconds,
          left: last ? 0 : this.left,
        }),
      },
      last,
    );
  }

  /** The run is over, at the last step shown. */
  end(figures: Readonly<Record<string, number>> = {}): void {
    this.update(this.#step, figures, true);
  }

  get #fraction(): number {
    const { seconds } = this.#options;
    return Math.max(this.#step / this.#steps, seconds ? this.seconds / seconds : 0);
  }
}
