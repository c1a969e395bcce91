/**
 * The tree of label prefixes that a beam search grows. Each node sums the probabilities of the alignments
 * that end there (Graves 2012, section 7.5): those that end in a blank apart from those that end in the
 * label, since a label after itself needs a blank between.
 */

/** A node of the tree. */
export interface Prefix {
  readonly parent: Prefix | undefined;
  readonly label: number;
  readonly children: Map<number, Prefix>;
  /** Language model factors of what comes next, once asked for. */
  factors: Float64Array | undefined;
  /** Probability of the alignments up to the step before that end in a blank, and in the label. */
  blank: number;
  labeled: number;
  /** The same with the step at work, still being summed. */
  nextBlank: number;
  nextLabeled: number;
  /** The step at which it was last reached. */
  step: number;
}

function node(parent: Prefix | undefined, label: number): Prefix {
  return {
    parent,
    label,
    children: new Map(),
    factors: undefined,
    blank: 0,
    labeled: 0,
    nextBlank: 0,
    nextLabeled: 0,
    step: -1,
  };
}

/** The empty prefix before the first step. `blank` stands for its label, which it has not. */
export const emptyPrefix = (blank: number): Prefix => ({ ...node(undefined, blank), blank: 1 });

/** Probability of all alignments of a prefix. */
export const total = (prefix: Prefix): number => prefix.blank + prefix.labeled;

/** The prefix with one more label. */
export function childOf(prefix: Prefix, label: number): Prefix {
  let child = prefix.children.get(label);
  if (!child) prefix.children.set(label, (child = node(prefix, label)));
  return child;
}

/** All labels of a prefix, the first first. */
export function labelsOf(prefix: Prefix): number[] {
  const labels: number[] = [];
  for (let at = prefix; at.parent; at = at.parent) labels.unshift(at.label);
  return labels;
}

/**
 * Ends a step: what was summed becomes what was before, divided by the greatest sum, which comes back. 0
 * where no prefix is possible; then nothing changes.
 */
export function endStep(reached: readonly Prefix[]): number {
  const scale = reached.reduce((max, prefix) => Math.max(max, prefix.nextBlank + prefix.nextLabeled), 0);
  if (scale === 0) return 0;
  for (const prefix of reached) {
    prefix.blank = prefix.nextBlank / scale;
    prefix.labeled = prefix.nextLabeled / scale;
    prefix.nextBlank = prefix.nextLabeled = 0;
  }
  return scale;
}

/** The `width` most probable ones, best first. Those left out count for nothing when reached again. */
export function prune(reached: Prefix[], width: number): Prefix[] {
  reached.sort((a, b) => total(b) - total(a));
  for (const prefix of reached.slice(width)) prefix.blank = prefix.labeled = 0;
  return reached.slice(0, width);
}
