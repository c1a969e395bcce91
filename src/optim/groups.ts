/**
 * Parameter groups: a rate and a decay of their own for parameters chosen by name, or none that moves. Each
 * becomes runs of θ that are updated one after another; a value does not depend on its place in an array, so
 * a run has the bits that it has among others.
 */
import { OptionError, inRange, knownOptions, show } from "../wasm/errors.ts";
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";
import type { Objective, ParameterRange } from "./optimizer.ts";
import { checkSchedule, type Schedule } from "./schedule.ts";

/** Parameters that are treated alike; the first group that names a parameter counts. */
export interface ParameterGroup {
  /** Names, in which `*` stands for any characters: "lstm1.*", or ["*.b", "dense2.W"]. */
  readonly parameters: string | readonly string[];
  /** Step size of these parameters, or its schedule. Default: the optimizer's. */
  readonly rate?: Schedule;
  /** Weight decay of these parameters. Default: the optimizer's. */
  readonly decay?: number;
  /** They keep their values, and their gradients count for no norm. Default false. */
  readonly frozen?: boolean;
}

/** A run of θ with a rate and a decay of its own. */
export interface Segment {
  readonly engine: Engine;
  readonly size: number;
  readonly theta: Ptr;
  readonly g: Ptr;
  /** The method's vectors, zero at the start. */
  readonly vectors: Readonly<Record<string, Ptr>>;
  readonly schedule: Schedule;
  readonly decay: number;
  readonly frozen: boolean;
}

/** Where a segment's numbers stand. */
export interface SegmentSource {
  readonly f: Objective;
  readonly g: Ptr;
  readonly vectors: Readonly<Record<string, Ptr>>;
  readonly rate: Schedule;
  readonly decay: number;
}

const listOf = ({ parameters }: ParameterGroup): readonly string[] =>
  typeof parameters === "string" ? [parameters] : parameters;

/** Throws OptionError on what are no groups. */
export function checkGroups(who: string, groups: unknown): void {
  if (!Array.isArray(groups))
    throw new OptionError(`${who}: groups is ${show(groups)}, want an array of { parameters, rate }`);
  (groups as readonly ParameterGroup[]).forEach((group, i) => {
    const where = `${who}: groups[${i}]`;
    if (group === null || typeof group !== "object")
      throw new OptionError(`${where} is ${show(group)}, want { parameters, rate, decay, frozen }`);
    knownOptions(where, group, ["parameters", "rate", "decay", "frozen"]);
    const { rate, decay, frozen = false } = group;
    const names: unknown = typeof group.parameters === "string" ? [group.parameters] : group.parameters;
    if (!Array.isArray(names) || names.length === 0 || names.some((name) => typeof name !== "string"))
      throw new OptionError(`${where}.parameters is ${show(group.parameters)}, want a name, or some`);
    if (rate !== undefined) checkSchedule(where, "rate", rate, 0);
    if (decay !== undefined) inRange(where, "decay", decay, 0);
    if (typeof frozen !== "boolean")
      throw new OptionError(`${where}.frozen is ${show(frozen)}, want true or false`);
    if (frozen && (rate !== undefined || decay !== undefined))
      throw new OptionError(`${where}: frozen parameters have neither rate nor decay; leave them out`);
  });
}

/** Whether a name is one that a pattern stands for: its pieces between `*` follow each other. */
export function matches(pattern: string, name: string): boolean {
  const pieces = pattern.split("*");
  const last = pieces.pop()!;
  if (pieces.length === 0) return name === last;
  if (!name.startsWith(pieces[0])) return false;
  let at = pieces[0].length;
  for (const piece of pieces.slice(1)) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/**
 * The runs of θ, in order and without gaps, neighbors of one group joined. Throws OptionError where the
 * objective has no names, a pattern stands for none of them, or tied parameters are in different groups.
 */
export function segmentsOf(
  who: string,
  source: SegmentSource,
  groups: readonly ParameterGroup[],
): readonly Segment[] {
  const { f } = source;
  if (groups.length === 0) return [segment(source, 0, f.size, undefined)];
  if (!f.ranges)
    throw new OptionError(`${who}: groups name parameters, and these have no names; leave groups out`);
  checkPatterns(who, groups, f.ranges);
  const groupOf = (name: string): number =>
    groups.findIndex((group) => listOf(group).some((pattern) => matches(pattern, name)));
  const runs: { from: number; size: number; group: number }[] = [];
  for (const { names, from, size } of f.ranges) {
    const group = groupOf(names[0]);
    const other = names.find((name) => groupOf(name) !== group);
    if (other !== undefined)
      throw new OptionError(
        `${who}: a constraint joins ${names[0]} and ${other}, but groups tell them apart; put both in one`,
      );
    const last = runs[runs.length - 1];
    if (last?.group === group) last.size += size;
    else runs.push({ from, size, group });
  }
  return runs.map(({ from, size, group }) => segment(source, from, size, groups[group]));
}

function checkPatterns(
  who: string,
  groups: readonly ParameterGroup[],
  ranges: readonly ParameterRange[],
): void {
  const names = [...new Set(ranges.flatMap((range) => range.names))];
  groups.forEach((group, i) => {
    const idle = listOf(group).find((pattern) => !names.some((name) => matches(pattern, name)));
    if (idle !== undefined)
      throw new OptionError(
        `${who}: groups[${i}]: no parameter is named "${idle}", want some of ${names.join(", ")}`,
      );
  });
}

function segment(
  { f, g, vectors, rate, decay }: SegmentSource,
  from: number,
  size: number,
  group: ParameterGroup | undefined,
): Segment {
  const { engine } = f;
  const at = (ptr: Ptr): Ptr => engine.memory.at(ptr, from);
  return {
    engine,
    size,
    theta: at(f.theta),
    g: at(g),
    vectors: Object.fromEntries(Object.entries(vectors).map(([name, ptr]) => [name, at(ptr)])),
    schedule: group?.rate ?? rate,
    decay: group?.decay ?? decay,
    frozen: group?.frozen ?? false,
  };
}
