/** Which labels of one sequence another one agrees with. */

/** For each label of `a` whether a best alignment (fewest edits) sets the same label of `b` beside it. */
export function agreeing<T>(a: readonly T[], b: readonly T[]): boolean[] {
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
  const agree = a.map(() => false);
  for (let i = a.length, j = b.length; i > 0;) {
    const here = cost[i * width + j];
    if (j > 0 && here === cost[(i - 1) * width + j - 1] + Number(a[i - 1] !== b[j - 1])) {
      agree[i - 1] = a[i - 1] === b[j - 1];
      --i;
      --j;
    } else if (here === cost[(i - 1) * width + j] + 1) --i;
    else --j;
  }
  return agree;
}
