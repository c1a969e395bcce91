/** A state-space model as one Gaussian over all of its states and outputs, for a few steps. */
export interface DenseStep {
  readonly A: number[][];
  readonly C: number[][];
  readonly a: number[];
  readonly c: number[];
  /** [[Q, S], [Sᵀ, R]] */
  readonly noise: number[][];
}

export interface Dense {
  readonly mean: number[];
  readonly covariance: number[][];
}

const zeros = (r: number, c: number): number[][] => Array.from({ length: r }, () => Array<number>(c).fill(0));

/** Mean and covariance of (x_1, y_1, x_2, y_2, …) for x_1 ~ N(mean, covariance). */
export function dense(steps: readonly DenseStep[], first: Dense): Dense {
  const n = first.mean.length;
  const p = steps[0].c.length;
  const width = n + p;
  const size = n + steps.length * width; // x_1 and the noises of each step
  const covariance = zeros(size, size);
  first.covariance.forEach((row, i) => row.forEach((v, j) => (covariance[i][j] = v)));
  steps.forEach(({ noise }, t) =>
    noise.forEach((row, i) => row.forEach((v, j) => (covariance[n + t * width + i][n + t * width + j] = v))),
  );
  let x = zeros(n, size).map((row, i) => row.map((_, j) => Number(i === j)));
  let mean = first.mean;
  const rows: number[][] = [];
  const means: number[] = [];
  const apply = (M: number[][], rowsOf: number[][], at: number): number[][] =>
    M.map((weights, i) =>
      Array.from({ length: size }, (_, j) =>
        weights.reduce((sum, w, k) => sum + w * rowsOf[k][j], Number(j === at + i)),
      ),
    );
  const affine = (M: number[][], v: number[], b: number[]): number[] =>
    M.map((weights, i) => weights.reduce((sum, w, k) => sum + w * v[k], b[i]));
  steps.forEach(({ A, C, a, c }, t) => {
    const own = n + t * width;
    rows.push(...x, ...apply(C, x, own + n));
    means.push(...mean, ...affine(C, mean, c));
    x = apply(A, x, own);
    mean = affine(A, mean, a);
  });
  const half = rows.map((row) =>
    covariance.map((column) => row.reduce((sum, v, k) => sum + v * column[k], 0)),
  );
  return {
    mean: means,
    covariance: half.map((left) => rows.map((right) => left.reduce((sum, v, k) => sum + v * right[k], 0))),
  };
}

/** ln p of values at places of a Gaussian, and the mean and covariance of all given them. */
export function given(
  { mean, covariance }: Dense,
  places: readonly number[],
  values: readonly number[],
): Dense & { readonly logLikelihood: number } {
  let m = mean;
  let P = covariance;
  let logLikelihood = 0;
  places.forEach((i, k) => {
    const F = P[i][i];
    const v = values[k] - m[i];
    logLikelihood -= 0.5 * (Math.log(2 * Math.PI * F) + (v * v) / F);
    const gain = P.map((row) => row[i] / F);
    m = m.map((x, j) => x + gain[j] * v);
    P = P.map((row, a) => row.map((x, b) => x - gain[a] * gain[b] * F));
  });
  return { mean: m, covariance: P, logLikelihood };
}
