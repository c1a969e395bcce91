/**
 * The kernels of one step in C99, float32: those of assembly/ written for one unit at a time, with the same
 * operations in the same order, so that the bits are the same. Sources: assembly/elementary/elementary.ts and
 * coefficients.ts (functions), algebra/tiles.ts (products: c = bias, then c = c + a·b for a ascending),
 * vector.ts (flush), cells/ (steps), losses/losses.ts (softmax).
 */

/** A float32 as a hexadecimal constant of C: exact. */
export function constant(value: number): string {
  const [bits] = new Uint32Array(Float32Array.of(value).buffer);
  const sign = bits >>> 31 ? "-" : "";
  const exponent = (bits >>> 23) & 255;
  const fraction = bits & 0x7fffff;
  if (exponent === 0 && fraction === 0) return `${sign}0.0f`;
  const digits = (fraction << 1).toString(16).padStart(6, "0").replace(/0+$/, "");
  const lead = exponent === 0 ? 0 : 1;
  return `${sign}0x${lead}${digits && `.${digits}`}p${exponent === 0 ? -126 : exponent - 127}f`;
}

const LOG2_E = constant(1.4426950408889634);
const ROUND = constant(12582912);
const LN2_HIGH = constant(0.693145751953125);
const LN2_LOW = constant(1.4286068203094173e-6);

/** Horner's rule, coefficients from the lowest. */
const horner = (x: string, coefficients: readonly number[]): string =>
  coefficients.reduceRight((sum, c) => (sum ? `(${sum} * ${x} + ${constant(c)})` : constant(c)), "");

const EXP = [0.5, 0.166665768946066, 0.0416665544984137, 0.008363194882419041, 0.0013926203361634337];
const TANH = [
  0.4999999986903627, 0.16666664890201618, 0.041666981494606875, 0.008333856788712594, 0.001376852435552269,
  0.00023137752747513045,
];

/** A function of the file and those it calls. */
interface CFunction {
  readonly needs: readonly string[];
  readonly text: string;
}

const functions: Readonly<Record<string, CFunction>> = {
  raw: {
    needs: [],
    text: `static uint32_t raw(float x) { uint32_t u; memcpy(&u, &x, 4); return u; }
static float real(uint32_t u) { float x; memcpy(&x, &u, 4); return x; }`,
  },
  flush: {
    needs: [],
    text: `/* values that have decayed below 2^-96 are 0 */
static float flush(float v) { return (v < 0 ? -v : v) < 0x1p-96f ? 0.0f : v; }`,
  },
  expm1_rest: {
    needs: ["raw"],
    text: `/* e^r - 1 for r = x - n ln 2 */
static float expm1_rest(float x, float n) {
  const float high = x - n * ${LN2_HIGH};
  const float low = n * ${LN2_LOW};
  const float r = high - low;
  const float q = ${horner("r", EXP)};
  return high + ((r * r) * q - low);
}`,
  },
  exponential: {
    needs: ["expm1_rest"],
    text: `/* e^x; 0 below -87.3 */
static float exponential(float x) {
  const float t = x * ${LOG2_E} + ${ROUND};
  const float p = expm1_rest(x, t - ${ROUND});
  if (x < ${constant(-87.33654)}) return 0.0f;
  if (!(x <= ${constant(88.72283)})) return x + (float)INFINITY;
  return real(raw(p + 1.0f) + (raw(t) << 23));
}`,
  },
  logistic: {
    needs: ["expm1_rest"],
    text: `/* 1 / (1 + e^-x); 0 below -87 */
static float logistic(float x) {
  float u = 0.0f - x;
  if (87.0f < u) u = 87.0f;
  if (u < -87.0f) u = -87.0f;
  const float t = u * ${LOG2_E} + ${ROUND};
  const float p = expm1_rest(u, t - ${ROUND});
  const float scale = real((raw(t) << 23) + 0x3f800000u);
  const float inner = scale * p + (1.0f < scale ? 1.0f : scale);
  const float y = 1.0f / (inner + (scale < 1.0f ? 1.0f : scale));
  return x < -87.0f ? 0.0f : y;
}`,
  },
  hyperbolic: {
    needs: ["raw"],
    text: `/* tanh x */
static float hyperbolic(float x) {
  const uint32_t sign = raw(x) & 0x80000000u;
  const float bound = ${constant(9.1)};
  float a = real(raw(x) & 0x7fffffffu);
  if (bound < a) a = bound;
  const float u = a + a;
  const float t = (u * ${LOG2_E} - ${constant(0.29)}) + ${ROUND};
  const float n = t - ${ROUND};
  const float r = (u - n * ${LN2_HIGH}) - n * ${LN2_LOW};
  const float q = (r * r) * ${horner("r", TANH)};
  const float p = r + q;
  const float scale = real((raw(t) << 23) + 0x3f800000u);
  const float e = scale * p + (scale - 1.0f);
  const float y = n == 0.0f ? a + (q - a * p) / (e + 2.0f) : 0.0f + e / (e + 2.0f);
  return real(raw(y) | sign);
}`,
  },
  identity: { needs: [], text: "static float identity(float x) { return x; }" },
  rectified: { needs: [], text: "static float rectified(float x) { return x <= 0.0f ? 0.0f : x; }" },
  product: {
    needs: [],
    text: `/* y [columns] += x [rows] W, W in rows of stride reals */
static void product(int rows, int columns, int stride, const float *x, const float *W, float *y) {
  for (int k = 0; k < rows; ++k, W += stride) {
    const float a = x[k];
    for (int j = 0; j < columns; ++j) y[j] += a * W[j];
  }
}`,
  },
  product8: {
    needs: [],
    text: `/* the same with weights W [rows, columns] times scale [columns] */
static void product8(int rows, int columns, int stride, const float *x, const int8_t *W, const float *scale,
                     float *y) {
  for (int k = 0; k < rows; ++k, W += stride) {
    const float a = x[k];
    for (int j = 0; j < columns; ++j) y[j] += a * ((float)W[j] * scale[j]);
  }
}`,
  },
  copy: {
    needs: [],
    text: "static void copy(int n, const float *x, float *y) { memcpy(y, x, (size_t)n * sizeof(float)); }",
  },
  copy8: {
    needs: [],
    text: `static void copy8(int n, const int8_t *x, const float *scale, float *y) {
  for (int j = 0; j < n; ++j) y[j] = (float)x[j] * scale[j];
}`,
  },
  add: {
    needs: [],
    text: `static void add(int n, const float *x, float *y) {
  for (int j = 0; j < n; ++j) y[j] = y[j] + x[j];
}`,
  },
  multiply: {
    needs: [],
    text: `static void multiply(int n, const float *x, float *y) {
  for (int j = 0; j < n; ++j) y[j] = y[j] * x[j];
}`,
  },
  layer_norm: {
    needs: [],
    text: `/* y [n] = g x^ + b, x^ of mean 0 and variance 1; sums run in two lanes of double */
static void layer_norm(int n, double epsilon, const float *x, const float *g, const float *b, float *y) {
  double lane[2] = {0.0, 0.0};
  for (int j = 0; j < n; ++j) lane[j & 1] = lane[j & 1] + (double)x[j];
  const float mean = (float)((lane[0] + lane[1]) / n);
  lane[0] = 0.0;
  lane[1] = 0.0;
  for (int j = 0; j < n; ++j) {
    y[j] = x[j] - mean;
    const float square = y[j] * y[j];
    lane[j & 1] = lane[j & 1] + (double)square;
  }
  const float scale = (float)(1.0 / sqrt((lane[0] + lane[1]) / n + epsilon));
  for (int j = 0; j < n; ++j) y[j] = b[j] + g[j] * (y[j] * scale);
}`,
  },
  apply: {
    needs: [],
    text: `static void apply(int n, float (*f)(float), float *y) {
  for (int j = 0; j < n; ++j) y[j] = f(y[j]);
}`,
  },
  lstm_step: {
    needs: ["flush", "logistic", "hyperbolic"],
    text: `/* pre [4,H] of gates i f g o; peep [3,H] or 0 */
static void lstm_step(int H, const float *pre, const float *peep, float *h, float *c) {
  for (int j = 0; j < H; ++j) {
    const float i = logistic(peep ? pre[j] + peep[j] * c[j] : pre[j]);
    const float f = logistic(peep ? pre[H + j] + peep[H + j] * c[j] : pre[H + j]);
    const float g = hyperbolic(pre[2 * H + j]);
    c[j] = flush(f * c[j] + i * g);
    const float o = logistic(peep ? pre[3 * H + j] + peep[2 * H + j] * c[j] : pre[3 * H + j]);
    h[j] = flush(o * hyperbolic(c[j]));
  }
}`,
  },
  lstm1997_step: {
    needs: ["flush", "logistic", "hyperbolic"],
    text: `/* pre [3,H] of gates i g o; peep [2,H] or 0 */
static void lstm1997_step(int H, const float *pre, const float *peep, float *h, float *c) {
  for (int j = 0; j < H; ++j) {
    const float i = logistic(peep ? pre[j] + peep[j] * c[j] : pre[j]);
    const float g = 2.0f * hyperbolic(0.5f * pre[H + j]);
    c[j] = flush(c[j] + i * g);
    const float o = logistic(peep ? pre[2 * H + j] + peep[H + j] * c[j] : pre[2 * H + j]);
    h[j] = flush(o * (1.0f * hyperbolic(0.5f * c[j])));
  }
}`,
  },
  gru_step: {
    needs: ["flush", "logistic", "hyperbolic"],
    text: `/* pre [4,H] of blocks n_x r z n_h */
static void gru_step(int H, const float *pre, float *h) {
  for (int j = 0; j < H; ++j) {
    const float r = logistic(pre[H + j]);
    const float z = logistic(pre[2 * H + j]);
    const float n = hyperbolic(pre[j] + r * pre[3 * H + j]);
    h[j] = flush((1.0f - z) * n + z * h[j]);
  }
}`,
  },
  gru_reset: {
    needs: ["flush", "logistic"],
    text: `/* q [H] = r h, pre [3,H] of gates r z n */
static void gru_reset(int H, const float *pre, const float *h, float *q) {
  for (int j = 0; j < H; ++j) q[j] = flush(logistic(pre[j]) * h[j]);
}`,
  },
  gru_blend: {
    needs: ["flush", "logistic", "hyperbolic"],
    text: `static void gru_blend(int H, const float *pre, float *h) {
  for (int j = 0; j < H; ++j) {
    const float z = logistic(pre[H + j]);
    const float n = hyperbolic(pre[2 * H + j]);
    h[j] = flush((1.0f - z) * n + z * h[j]);
  }
}`,
  },
  rnn_step: {
    needs: ["flush"],
    text: `static void rnn_step(int H, float (*f)(float), const float *pre, float *h) {
  for (int j = 0; j < H; ++j) h[j] = flush(f(pre[j]));
}`,
  },
  leaky_step: {
    needs: ["flush"],
    text: `static void leaky_step(int H, float (*f)(float), float leak, float keep, const float *pre,
                       float *h) {
  for (int j = 0; j < H; ++j) h[j] = flush(keep * h[j] + leak * f(pre[j]));
}`,
  },
  softmax: {
    needs: ["exponential"],
    text: `/* the sum runs in four lanes, as it does in a vector register */
static void softmax(int K, float *y) {
  float top = y[0];
  float lane[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  for (int k = 1; k < K; ++k) if (top < y[k]) top = y[k];
  for (int k = 0; k < K; ++k) {
    y[k] = exponential(y[k] - top);
    lane[k & 3] = lane[k & 3] + y[k];
  }
  const double sum = (double)lane[0] + (double)lane[1] + (double)lane[2] + (double)lane[3];
  const float s = (float)(1.0 / sum);
  for (int k = 0; k < K; ++k) y[k] = y[k] * s;
}`,
  },
};

/** The text of the functions that are used, each after those it calls. */
export function functionsOf(used: ReadonlySet<string>): string {
  const texts = new Map<string, string>();
  const visit = (name: string): void => {
    if (texts.has(name)) return;
    functions[name].needs.forEach(visit);
    texts.set(name, functions[name].text);
  };
  used.forEach(visit);
  return [...texts.values()].join("\n\n");
}
