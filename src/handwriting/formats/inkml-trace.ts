/**
 * The points of an InkML trace (W3C 2011, section 3.2): a value for each channel, points separated by commas.
 * A value is absolute (! or no mark), a first (') or second (") difference, and a mark holds for its channel
 * until the next; "*" repeats the value, "?" leaves it unknown, T and F are booleans, #1F is hexadecimal.
 */
import { isCoordinate } from "../ink.ts";

/** Where X and Y stand among the values of a point. */
export interface Channels {
  readonly x: number;
  readonly y: number;
  /**
   * Values that every point has, and values that it may have: the intermittent channels come behind the
   * others.
   */
  readonly required: number;
  readonly allowed: number;
}

/** X and Y first, whatever comes behind them: what holds where a file says nothing. */
export const defaultChannels: Channels = { x: 0, y: 1, required: 2, allowed: Infinity };

const TOKEN =
  /\s*(?:(?:([!'"])\s*)?([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|[-+]?#[0-9A-Fa-f]+|[*?TF])|,)/y;

/** One channel along a trace. */
class Channel {
  #mark = "!";
  #speed = 0;
  value = 0;
  /** Whether the last value is a number: not "?", T or F. */
  isNumber = false;

  take(mark: string | undefined, digits: string): void {
    if (mark) this.#mark = mark;
    this.isNumber = digits !== "?" && digits !== "T" && digits !== "F";
    if (!this.isNumber || digits === "*") return;
    const old = this.value;
    const number = numberOf(digits);
    if (this.#mark === "!") this.value = number;
    else this.value = old + (this.#mark === "'" ? number : this.#speed + number);
    this.#speed = this.value - old;
  }
}

function numberOf(digits: string): number {
  const hash = digits.indexOf("#");
  if (hash < 0) return Number(digits);
  return (digits[0] === "-" ? -1 : 1) * parseInt(digits.slice(hash + 1), 16);
}

/** The values of a point so far, channel by channel. */
class TracePoints {
  readonly #channels: Channels;
  readonly #add: (x: number, y: number) => void;
  readonly #x = new Channel();
  readonly #y = new Channel();
  #column = 0;

  constructor(channels: Channels, add: (x: number, y: number) => void) {
    this.#channels = channels;
    this.#add = add;
  }

  value(mark: string | undefined, digits: string): void {
    if (this.#column === this.#channels.x) this.#x.take(mark, digits);
    if (this.#column === this.#channels.y) this.#y.take(mark, digits);
    ++this.#column;
  }

  /** Ends a point; says what is wrong with it. */
  end(): string | undefined {
    const count = this.#column;
    this.#column = 0;
    if (count === 0) return undefined;
    const { required, allowed } = this.#channels;
    if (count < required || count > allowed)
      return (
        `a point of ${count} values, ` +
        `want ${required === allowed || allowed === Infinity ? required : `${required} to ${allowed}`}`
      );
    if (!this.#x.isNumber || !this.#y.isNumber) return "a point whose X or Y is no number";
    if (!isCoordinate(this.#x.value) || !isCoordinate(this.#y.value))
      return `a point at (${this.#x.value}, ${this.#y.value}), want coordinates up to a thousand millions`;
    this.#add(this.#x.value, this.#y.value);
    return undefined;
  }
}

/** Gives the points of a trace to `add`, one by one. Says what is wrong; undefined where nothing is. */
export function readTrace(
  text: string,
  channels: Channels,
  add: (x: number, y: number) => void,
): string | undefined {
  const points = new TracePoints(channels, add);
  TOKEN.lastIndex = 0;
  let at = 0;
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) {
    at = TOKEN.lastIndex;
    const [, mark, digits] = token;
    if (digits !== undefined) points.value(mark, digits);
    else {
      const fault = points.end();
      if (fault) return fault;
    }
  }
  const rest = text.slice(at).trimStart();
  return rest === "" ? points.end() : `${JSON.stringify(rest.slice(0, 40))} is no value of a trace`;
}
