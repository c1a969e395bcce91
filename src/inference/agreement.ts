/** Which labels of two sequences stand beside each other, and which agree. */

/** A label of the one beside a label of the other; undefined where it has none beside it. */
type Beside<T> = readonly [a: T | undefined, b: T | undefined];

/** The labels of `a` and `b` side by side, in order, in an alignment with the fewest edits. */
export function sideBySide<T>(a: readonly T[], b: readonly T[]): Beside<T>[] {
  const width = b.length + 1;
  const cost = new Int32Array((a.length + 1) * width);
  for (let j = 0; j <= b.length; ++j) cost[j] = j;
  for (let i = 1; i <= a.length; ++i) {
    cost[i * width] = i;
    for (let j = 1; j <= b.length; ++j)
      cost[i * width + j] = Math.min(
        cost[(i - 1) * width + j - 1] + Number(a[i - 1] !== b[j - 1]),
        cost[(i - 1) * width + j] + 1,
        cost[i * width + j - 1] + 1,
      );
  }
  const pairs: Beside<T>[] = [];
  for (let i = a.length, j = b.length; i > 0 || j > 0;) {
    const here = cost[i * width + j];
    if (i > 0 && j > 0 && here === cost[(i - 1) * width + j - 1] + Number(a[i - 1] !== b[j - 1]))
      pairs.push([a[--i], b[--j]]);
    else if (i > 0 && here === cost[(i - 1) * width + j] + 1) pairs.push([a[--i], undefined]);
    else pairs.push([undefined, b[--j]]);
  }
  return pairs.reverse();
}

/** For each label of `a` whether a best alignment (fewest edits) sets the same label of `b` beside it. */
export const agreeing = <T>(a: readonly T[], b: readonly T[]): boolean[] =>
  sideBySide(a, b)
    .filter(([mine]) => mine !== undefined)
    .map(([mine, other]) => mine === other);
