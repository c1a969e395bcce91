/** Counts of the Poisson distribution, whatever its mean, by gamma draws. */
import { drawGamma } from "../../inference/draws.ts";
import type { Drawing } from "../loss.ts";

/** A draw of the Poisson distribution: large means by Ahrens & Dieter 1974, the rest by products. */
export function drawPoisson(source: Drawing, mean: number): number {
  const { random } = source;
  let count = 0;
  let left = mean;
  while (left > 30) {
    // the m-th arrival of a process of rate 1 is gamma; behind it the process begins anew
    const m = Math.floor(0.875 * left);
    const arrival = drawGamma(source, random, m);
    if (arrival > left) return count + drawBinomial(source, m - 1, left / arrival);
    count += m;
    left -= arrival;
  }
  const least = source.exp([-left])[0];
  for (let product = random.uniform(); product > least; product *= random.uniform()) ++count;
  return count;
}

/** How many of n uniform arrivals lie in the first share p of an interval: halved by the median until few. */
function drawBinomial(source: Drawing, n: number, p: number): number {
  const { random } = source;
  let count = 0;
  let left = n;
  let share = p;
  while (left > 30) {
    // the k-th smallest of n uniform numbers is beta: x/(x + y) of two gammas
    const k = Math.floor((left + 1) / 2);
    const x = drawGamma(source, random, k);
    const middle = x / (x + drawGamma(source, random, left + 1 - k));
    if (middle <= share) {
      count += k;
      share = (share - middle) / (1 - middle);
      left -= k;
    } else {
      share /= middle;
      left = k - 1;
    }
  }
  for (; left > 0; --left) if (random.uniform() < share) ++count;
  return count;
}
