// Prints the polynomial coefficients of elementary.ts: interpolation at Chebyshev nodes in 320-bit fixed
// point, rounded to double.
//   node assembly/elementary/fit.mjs
const BITS = 320n;
const ONE = 1n << BITS;
const mul = (a, b) => (a * b) >> BITS;
const div = (a, b) => (a << BITS) / b;
const fixed = (x) => {
  // exact for a double
  let shift = 0n;
  while (!Number.isInteger(x)) {
    x *= 2;
    ++shift;
  }
  return (BigInt(x) << BITS) >> shift;
};
const number = (a) => {
  // to nearest: keep 64 bits, let Number() round once
  const negative = a < 0n;
  const bits = negative ? -a : a;
  const drop = Math.max(bits.toString(2).length - 64, 0);
  return (negative ? -1 : 1) * Number((bits >> BigInt(drop)) | 1n) * 2 ** (drop - Number(BITS));
};
/** Σ z^k · term(k), to the last bit. */
const series = (z, term) => {
  let sum = 0n;
  let power = ONE;
  for (let k = 0n; k < 200n && power !== 0n; ++k, power = mul(power, z)) sum += term(power, k);
  return sum;
};
const factorial = (n) => {
  let f = 1n;
  for (let i = 2n; i <= n; ++i) f *= i;
  return f;
};
const sign = (k) => (k & 1n ? -1n : 1n);

/**
 * Coefficients c0.. of the polynomial of degree d through f at the Chebyshev nodes of [low, high], and its
 * largest error there.
 */
function fit(f, low, high, d) {
  const nodes = Array.from({ length: d + 1 }, (_, i) =>
    fixed((low + high) / 2 + ((high - low) / 2) * Math.cos(((i + 0.5) * Math.PI) / (d + 1))),
  );
  const c = nodes.map(f); // Newton's divided differences, then expansion
  for (let j = 1; j <= d; ++j)
    for (let i = d; i >= j; --i) c[i] = div(c[i] - c[i - 1], nodes[i] - nodes[i - j]);
  const p = [c[d]];
  for (let i = d - 1; i >= 0; --i) {
    p.unshift(0n);
    for (let k = 0; k + 1 < p.length; ++k) p[k] -= mul(p[k + 1], nodes[i]);
    p[0] += c[i];
  }
  let worst = 0;
  for (let i = 0; i <= 200; ++i) {
    const x = fixed(low + ((high - low) * i) / 200);
    worst = Math.max(worst, Math.abs(number(p.reduceRight((sum, a) => mul(sum, x) + a, 0n) - f(x)) || 0));
  }
  return { coefficients: p.map(number), worst };
}

const functions = {
  "exp: (eʳ - 1 - r)/r² over |r| ≤ ln2/2": [
    (r) => series(r, (p, k) => p / factorial(k + 2n)),
    -0.3467,
    0.3467,
    4,
    10,
  ],
  "tanh: (eʳ - 1 - r)/r² over -0.21·ln2 ≤ r ≤ 0.79·ln2": [
    (r) => series(r, (p, k) => p / factorial(k + 2n)),
    -0.146,
    0.548,
    5,
    10,
  ],
  "log: (2·atanh(s)/s - 2)/s² over s² ≤ (3 - √8)²": [
    (z) => series(z, (p, k) => (2n * p) / (2n * k + 3n)),
    0,
    0.029438,
    2,
    6,
  ],
  "log1p: (2·atanh(s)/s - 2)/s² over s² ≤ 1/9": [
    (z) => series(z, (p, k) => (2n * p) / (2n * k + 3n)),
    0,
    0.1112,
    4,
    11,
  ],
  "sin: (sin r/r - 1)/r² over r² ≤ (π/4)²": [
    (z) => series(z, (p, k) => (sign(k + 1n) * p) / factorial(2n * k + 3n)),
    0,
    0.6175,
    2,
    6,
  ],
  "cos: (cos r - 1 + r²/2)/r⁴ over r² ≤ (π/4)²": [
    (z) => series(z, (p, k) => (sign(k) * p) / factorial(2n * k + 4n)),
    0,
    0.6175,
    2,
    5,
  ],
};
for (const [name, [f, low, high, ...degrees]] of Object.entries(functions)) {
  console.log(name);
  for (const d of degrees) {
    const { coefficients, worst } = fit(f, low, high, d);
    console.log(`  degree ${d}, error ${worst.toExponential(1)}: ${coefficients.join(", ")}`);
  }
}
