/** Types of the table of every model. */
type Unrolled = typeof import("../../src/index.ts");
type Durations = typeof import("../../src/durations/index.ts");
type Driven = typeof import("../../src/driven/index.ts");
type Reservoirs = typeof import("../../src/reservoirs/index.ts");
type StateSpaces = typeof import("../../src/statespace/index.ts");

export type Kind = "data" | "items" | "options" | "count" | "vector";

export interface Argument {
  readonly kind: Kind;
  readonly value: unknown;
  /** data: numbers a step. */
  readonly width?: number;
  /** data: whether NaN is a missing value. */
  readonly missing?: boolean;
  /** data: whether they are words. */
  readonly words?: boolean;
  /** items: which fields are sequences. */
  readonly fields?: readonly string[];
  /** options: what must not be left out. */
  readonly needs?: readonly string[];
  of?(model: Model): unknown;
}

export type Model = Record<string, (...args: unknown[]) => unknown> & {
  fit(...args: unknown[]): Promise<unknown>;
  save(): Uint8Array<ArrayBuffer>;
  dispose(): void;
};

export interface Row {
  readonly name: string;
  readonly factory: ((spec: object) => Promise<Model>) & { load(bytes: Uint8Array): Promise<Model> };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly fit?: readonly Argument[];
  /** false: the row's `save` and `load` are the table's. */
  readonly files?: false;
  readonly unfitted: "all" | readonly string[];
  readonly refused?: readonly string[];
  readonly methods: Readonly<Record<string, readonly Argument[]>>;
  readonly step?: unknown;
  readonly stepInput?: unknown;
}

export interface Entries {
  readonly reservoirs: Reservoirs;
  readonly durations: Durations;
  readonly driven: Driven;
  readonly statespace: StateSpaces;
}
export function everyModel(u: Unrolled, entries: Entries): Row[];
export function argumentsOf(list: readonly Argument[], model: Model): unknown[];
