/**
 * The rules by which a Hessian-free step is chosen and λ follows it (Martens 2010, sections 4.1 and 4.6;
 * Martens & Sutskever 2012).
 */

/** The Levenberg-Marquardt rule: the next λ. A ρ that is NaN counts as low. */
export function nextLambda(lambda: number, rho: number): number {
  if (rho > 0.75) return lambda * (2 / 3);
  return rho >= 0.25 ? lambda : lambda * 1.5;
}

/**
 * Index of the iterate to take: from the last backwards as long as the loss does not rise. `loss(j)` is asked
 * once per iterate.
 */
export async function walkBack(count: number, loss: (j: number) => Promise<number>): Promise<number> {
  let best = count - 1;
  let low = await loss(best);
  for (let j = best - 1; j >= 0; --j) {
    const value = await loss(j);
    if (value > low || (Number.isNaN(value) && !Number.isNaN(low))) break;
    best = j;
    low = value;
  }
  return best;
}
