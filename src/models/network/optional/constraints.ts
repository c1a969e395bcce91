/** Constraints of a spec: whether they are some, and the map that they make between parameters. */
import { OptionError, inRange, knownOptions, oneOf, show } from "../../../wasm/errors.ts";
import type { Engine } from "../../../wasm/engine.ts";
import { ConstraintMap, type Constraint } from "../../../graph/constraint-map.ts";
import { OrthogonalGroup } from "../../../graph/orthogonal.ts";
import type { Graph, Parameter } from "../../../graph/graph.ts";
import type { Entries, NetworkConstraint } from "../constraints.ts";

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function checkEntries(who: string, entries: unknown): void {
  if (typeof entries === "string") return;
  knownOptions(who, entries as object, ["name", "indices"]);
  const { name, indices } = (entries ?? {}) as { name?: unknown; indices?: unknown };
  if (typeof name !== "string" || !isList(indices))
    throw new OptionError(`${who} is ${show(entries)}, want a parameter's name, or { name, indices }`);
}

function checkNumbers(who: string, list: unknown): void {
  if (!isList(list)) throw new OptionError(`${who} is ${show(list)}, want a list of numbers`);
  list.forEach((value, i) => inRange(who, `[${i}]`, value, -Infinity));
}

/**
 * Throws OptionError unless `constraint` has the form of one; names and places are checked when it is
 * resolved.
 */
export function checkConstraint(who: string, constraint: unknown): void {
  knownOptions(who, constraint as object, ["kind", "entries", "A", "b"]);
  const { kind, entries, A, b } = (constraint ?? {}) as Partial<
    Record<"kind" | "entries" | "A" | "b", unknown>
  >;
  oneOf(who, "kind", kind, ["fix", "tie", "linear", "orthogonal"]);
  if (kind === "fix") return checkEntries(`${who}: entries`, entries);
  if (kind === "orthogonal") {
    if (typeof entries === "string") return;
    throw new OptionError(`${who}: entries is ${show(entries)}, want the name of a square parameter`);
  }
  if (!isList(entries) || entries.length === 0)
    throw new OptionError(`${who}: entries is ${show(entries)}, want a list`);
  entries.forEach((one, i) => checkEntries(`${who}: entries[${i}]`, one));
  if (kind === "tie") return;
  if (!isList(A) || A.length === 0) throw new OptionError(`${who}: A is ${show(A)}, want rows of numbers`);
  A.forEach((row, i) => checkNumbers(`${who}: A[${i}]`, row));
  checkNumbers(`${who}: b`, b);
}

/** The same constraints on indices of θ. Throws OptionError on unknown names or places. */
function resolveConstraints(
  constraints: readonly NetworkConstraint[],
  parameters: readonly Parameter[],
): Constraint[] {
  const named = (name: string): Parameter => {
    const parameter = parameters.find((p) => p.name === name);
    if (parameter) return parameter;
    throw new OptionError(
      `constraint: no parameter "${name}", want one of ${parameters.map((p) => p.name).join(", ")}`,
    );
  };
  const indices = (entries: Entries): number[] => {
    const name = typeof entries === "string" ? entries : entries.name;
    const { offset, rows, columns } = named(name);
    const count = rows * columns;
    const chosen = typeof entries === "string" ? Array.from({ length: count }, (_, i) => i) : entries.indices;
    const bad = chosen.find((i) => !Number.isInteger(i) || i < 0 || i >= count);
    if (bad !== undefined)
      throw new OptionError(`constraint: entry ${bad} of "${name}", want 0 to ${count - 1}`);
    return chosen.map((i) => offset + i);
  };
  return constraints.map((c): Constraint => {
    switch (c.kind) {
      case "fix":
        return { fix: indices(c.entries) };
      case "linear":
        return { linear: c.entries.flatMap(indices), A: c.A, b: c.b };
      case "tie": {
        const lists = c.entries.map(indices);
        if (lists.some((list) => list.length !== lists[0].length))
          throw new OptionError(
            `constraint: tie of ${lists.map((list) => list.length).join(" and ")} entries, want as ` +
              "many in each",
          );
        return { tie: lists[0].map((_, i) => lists.map((list) => list[i])) };
      }
      case "orthogonal": {
        const { rows, columns } = named(c.entries);
        if (rows !== columns)
          throw new OptionError(
            `constraint: "${c.entries}" is [${rows},${columns}], want a square matrix to keep orthogonal`,
          );
        return { orthogonal: indices(c.entries) };
      }
      default:
        throw new OptionError(
          `constraint: kind is ${JSON.stringify((c as { kind?: unknown }).kind)}, ` +
            "want fix, tie, linear or orthogonal",
        );
    }
  });
}

/**
 * The map between the free parameters of a graph and all of them. Throws OptionError on unknown names or
 * places, NumericError on constraints that contradict each other.
 */
export function constrained(
  engine: Engine,
  { size, parameters }: Graph,
  constraints: readonly NetworkConstraint[],
): ConstraintMap {
  const resolved = resolveConstraints(constraints, parameters);
  return new ConstraintMap(engine, size, resolved, (members, from) => new OrthogonalGroup(members, from));
}
