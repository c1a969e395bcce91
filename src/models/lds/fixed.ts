/** What learning leaves alone: whole parameters of a linear dynamical system, or single entries of them. */
import { OptionError, knownOptions, oneOf, show, whole } from "../../wasm/errors.ts";

export const ldsNames = ["A", "B", "C", "D", "Q", "R", "initial"] as const;
/** A parameter of a linear dynamical system. */
export type LdsName = (typeof ldsNames)[number];

/**
 * Entries of a parameter: places in its numbers, row by row; of `initial` the mean and then the covariance.
 */
export interface FixedEntries {
  /** Which parameter. */
  readonly name: LdsName;
  /** Places that keep their values. */
  readonly indices: readonly number[];
}

/** A parameter that learning leaves alone, or some entries of one. */
export type Fixed = LdsName | FixedEntries;

/** Numbers that each parameter has. */
export type LdsSizes = Readonly<Record<LdsName, number>>;

/** The sizes of the parameters of n states, p outputs, m inputs. */
export const ldsSizes = (n: number, p: number, m: number): LdsSizes => ({
  A: n * n,
  B: n * m,
  C: p * n,
  D: p * m,
  Q: n * n,
  R: p * p,
  initial: n + n * n,
});

/** Which entries are fixed. */
export class FixedSet {
  readonly #entries: ReadonlyMap<LdsName, ReadonlySet<number>>;
  readonly #sizes: LdsSizes;
  readonly list: readonly Fixed[];

  constructor(sizes: LdsSizes, list: readonly Fixed[]) {
    const entries = new Map<LdsName, Set<number>>();
    for (const item of list) {
      const name = typeof item === "string" ? item : item.name;
      const indices = typeof item === "string" ? Array(sizes[name]).keys() : item.indices;
      entries.set(name, new Set([...(entries.get(name) ?? []), ...indices]));
    }
    this.#entries = entries;
    this.#sizes = sizes;
    this.list = list;
  }

  /** Whether one number of a parameter is fixed. */
  has(name: LdsName, index: number): boolean {
    return this.#entries.get(name)?.has(index) ?? false;
  }

  /** Whether all numbers of a parameter are fixed. */
  whole(name: LdsName): boolean {
    return this.#entries.get(name)?.size === this.#sizes[name] && this.#sizes[name] > 0;
  }

  /** Whether some numbers of a parameter are fixed, and not all. */
  partly(name: LdsName): boolean {
    return (this.#entries.get(name)?.size ?? 0) > 0 && !this.whole(name);
  }
}

/** A list of fixed parameters and entries, checked. Throws OptionError. */
export function readFixed(who: string, value: readonly Fixed[] | undefined, sizes: LdsSizes): FixedSet {
  if (value === undefined) return new FixedSet(sizes, []);
  if (!Array.isArray(value))
    throw new OptionError(
      `${who}: fixed is ${show(value)}, want an array of ${ldsNames.join(", ")} or { name, indices }`,
    );
  const list = (value as readonly Fixed[]).map((item): Fixed => {
    if (item === null || typeof item !== "object") return oneOf(who, "fixed", item, ldsNames);
    knownOptions(`${who}: fixed`, item, ["name", "indices"]);
    const name = oneOf(who, "fixed: name", item.name, ldsNames);
    if (!Array.isArray(item.indices))
      throw new OptionError(
        `${who}: fixed: indices of ${name} is ${show(item.indices)}, want an array of places in its numbers`,
      );
    const indices = item.indices.map((i: unknown) =>
      whole(who, `fixed: an index of ${name}`, i, 0, sizes[name] - 1),
    );
    return { name, indices };
  });
  return new FixedSet(sizes, list);
}
