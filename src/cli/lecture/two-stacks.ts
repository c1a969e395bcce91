/**
 * A machine with a finite control and two stacks of bits, which can compute what any computer can, and the
 * recurrent net that is it (Siegelmann & Sontag 1995): units σ(x) = min(max(x, 0), 1), a stack as the number
 * Σ (2b_i + 1)/4^i of its bits from the top. A step of the machine takes three of the net:
 *
 *   read      tops σ(4z - 2), full σ(4z), and copies of state and stacks
 *   choose    one unit a rule, on if its state and tops are there
 *   act       states; each stack as kept, pushed z/4 + (2b + 1)/4 and popped 4z - 2·top - 1, whichever the
 *             rule lets through
 *
 * Activity goes round: while one stage holds it the others are 0. All numbers are exact in float64 for stacks
 * of up to 26 bits.
 */

/** What is on top of a stack; "*" in a rule: whatever. */
export type Top = "0" | "1" | "empty" | "*";
/** What happens to a stack. */
export type Act = "keep" | "pop" | "push 0" | "push 1";

/** One line of a program. */
export interface Rule {
  readonly state: string;
  readonly tops: readonly [Top, Top];
  readonly to: string;
  readonly acts: readonly [Act, Act];
}

/** Where a machine is: its state, and its stacks, top first. */
export interface Configuration {
  readonly state: string;
  readonly stacks: readonly [readonly number[], readonly number[]];
}

const topOf = (stack: readonly number[]): Top => (stack.length === 0 ? "empty" : (`${stack[0]}` as Top));

function acted(stack: readonly number[], act: Act): readonly number[] {
  if (act === "keep") return stack;
  return act === "pop" ? stack.slice(1) : [Number(act.slice(-1)), ...stack];
}

/** A step of the machine; where no rule fits it stays. */
export function stepMachine(rules: readonly Rule[], at: Configuration): Configuration {
  const rule = rules.find(
    ({ state, tops }) => state === at.state && tops.every((t, k) => t === "*" || t === topOf(at.stacks[k])),
  );
  if (!rule) return at;
  const [a, b] = at.stacks;
  return { state: rule.to, stacks: [acted(a, rule.acts[0]), acted(b, rule.acts[1])] };
}

/** Rules with every "*" written out, and a rule that stays for each case that has none; first ones count. */
function complete(rules: readonly Rule[], states: readonly string[]): Rule[] {
  const tops: readonly Top[] = ["empty", "0", "1"];
  return states.flatMap((state) =>
    tops.flatMap((a) =>
      tops.map((b): Rule => {
        const fits = ({ state: s, tops: [x, y] }: Rule): boolean =>
          s === state && (x === "*" || x === a) && (y === "*" || y === b);
        const rule = rules.find(fits) ?? { to: state, acts: ["keep", "keep"] as const };
        return { state, tops: [a, b], to: rule.to, acts: rule.acts };
      }),
    ),
  );
}

/** A net of saturated-linear units: x ← σ(W·x + b), W[i][j] from unit j to unit i. */
export interface StackNet {
  readonly names: readonly string[];
  readonly W: readonly Float64Array[];
  readonly b: Float64Array;
  /** The units [n] that stand for a configuration, at the start of the net's first stage. */
  encode(at: Configuration): Float64Array;
  /** The configuration that units stand for, three steps after another one. */
  decode(x: ArrayLike<number>): Configuration;
}

const parts = ["keep", "push", "pop"] as const;

/** The number of a stack. */
function numberOf(stack: readonly number[]): number {
  let z = 0;
  for (let i = stack.length - 1; i >= 0; --i) z = (z + 2 * stack[i] + 1) / 4;
  return z;
}

/** The bits of a number, top first. */
function bitsOf(number: number): number[] {
  const bits: number[] = [];
  for (let z = number; z > 0;) {
    const bit = Number(z >= 0.5);
    bits.push(bit);
    z = 4 * z - 2 * bit - 1;
  }
  return bits;
}

const both = [0, 1] as const;
const nameOf = ({ state, tops }: Rule): string => `rule ${state} ${tops.join(" ")}`;

/** Names of the units, stage after stage. */
const namesOf = (states: readonly string[], rules: readonly Rule[]): string[] => [
  ...states.map((s) => `state ${s}`),
  ...both.flatMap((k) => parts.map((part) => `stack ${k} ${part}`)),
  ...states.map((s) => `read state ${s}`),
  ...both.flatMap((k) => [`read ${k}`, `top ${k}`, `full ${k}`]),
  ...rules.map(nameOf),
  ...both.flatMap((k) => [`hold ${k}`, `held top ${k}`]),
];

/** Weights by the names of units. */
class Wiring {
  readonly place: ReadonlyMap<string, number>;
  readonly W: readonly Float64Array[];
  readonly b: Float64Array;

  constructor(names: readonly string[]) {
    this.place = new Map(names.map((name, i) => [name, i]));
    this.W = names.map(() => new Float64Array(names.length));
    this.b = new Float64Array(names.length);
  }

  /** Adds to the weight from one unit to another. */
  wire(to: string, from: string, weight: number): void {
    this.W[this.place.get(to)!][this.place.get(from)!] += weight;
  }

  bias(to: string, value: number): void {
    this.b[this.place.get(to)!] = value;
  }

  /** Reads, holds and changes a stack. */
  stack(k: 0 | 1): void {
    for (const part of parts) {
      this.wire(`read ${k}`, `stack ${k} ${part}`, 1);
      this.wire(`top ${k}`, `stack ${k} ${part}`, 4);
      this.wire(`full ${k}`, `stack ${k} ${part}`, 4);
    }
    this.bias(`top ${k}`, -2);
    this.wire(`hold ${k}`, `read ${k}`, 1);
    this.wire(`held top ${k}`, `top ${k}`, 1);
    this.wire(`stack ${k} keep`, `hold ${k}`, 1);
    this.bias(`stack ${k} keep`, -1);
    this.wire(`stack ${k} push`, `hold ${k}`, 0.25);
    this.bias(`stack ${k} push`, -1);
    this.wire(`stack ${k} pop`, `hold ${k}`, 4);
    this.wire(`stack ${k} pop`, `held top ${k}`, -2);
    this.bias(`stack ${k} pop`, -5);
  }

  /** A unit that is on where a rule's state and tops are there, and what it lets through. */
  rule(one: Rule): void {
    const rule = nameOf(one);
    this.wire(rule, `read state ${one.state}`, 1);
    this.wire(`state ${one.to}`, rule, 1);
    let wanted = 0;
    for (const k of both) {
      const top = one.tops[k];
      this.wire(rule, `full ${k}`, top === "empty" ? -1 : 1);
      this.wire(rule, `top ${k}`, top === "1" ? 1 : -1);
      wanted += Number(top !== "empty") + Number(top === "1");
      const act = one.acts[k];
      if (act === "keep") this.wire(`stack ${k} keep`, rule, 1);
      else if (act === "pop") this.wire(`stack ${k} pop`, rule, 4);
      else this.wire(`stack ${k} push`, rule, 1 + (2 * Number(act.slice(-1)) + 1) / 4);
    }
    this.bias(rule, -wanted);
  }
}

/** The weights of a program. */
export function stackNet(program: readonly Rule[]): StackNet {
  const states = [...new Set(program.flatMap(({ state, to }) => [state, to]))];
  const rules = complete(program, states);
  const names = namesOf(states, rules);
  const wiring = new Wiring(names);
  for (const s of states) wiring.wire(`read state ${s}`, `state ${s}`, 1);
  for (const k of both) wiring.stack(k);
  for (const rule of rules) wiring.rule(rule);
  const { place, W, b } = wiring;
  return {
    names,
    W,
    b,
    encode: ({ state, stacks }) => {
      const x = new Float64Array(names.length);
      x[place.get(`state ${state}`)!] = 1;
      for (const k of both) x[place.get(`stack ${k} keep`)!] = numberOf(stacks[k]);
      return x;
    },
    decode: (x) => ({
      state: states.find((s) => x[place.get(`state ${s}`)!] === 1) ?? "none",
      stacks: both.map((k) =>
        bitsOf(parts.reduce((sum, part) => sum + x[place.get(`stack ${k} ${part}`)!], 0)),
      ) as [number[], number[]],
    }),
  };
}
