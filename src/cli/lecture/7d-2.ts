/**
 * Gradient norm against lag for a range of weight scales, and its fitted rate against the product of
 * Jacobians.
 */
import { fittedRate, gradientNorms } from "../../analysis/gradient-norms.ts";
import { lyapunovExponents } from "../../analysis/lyapunov.ts";
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { stateMap } from "../../analysis/state-map.ts";
import { normal } from "../../models/network/initializers.ts";
import { dense } from "../../models/network/layers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { network } from "../../models/network/network.ts";
import type { Run } from "./experiment.ts";
import { mean } from "./mean.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const H = 100;
const T = 100;
const SKIP = 10; // the first lags still depend on the readout

/** Norms by lag of a net whose recurrent weights are N(0, g²/H), and how fast they and its Jacobians grow. */
async function measure(g: number, seed: number): Promise<Scale & { norms: Float64Array }> {
  const net = await network({
    input: 1,
    layers: [
      rnn(H, { init: { input: normal(0.01), recurrent: normal(g / Math.sqrt(H)), state: normal(0.1) } }),
      dense(1),
    ],
    loss: "squared",
    precision: "float64",
    seed,
  });
  const weight = new Float32Array(T);
  weight[T - 1] = 1;
  const item = { input: new Float64Array(T), target: new Float64Array(T).fill(1), weight };
  const { norms } = gradientNorms(net, [item])[0];
  const dataOf = (name: string) => net.parameters.find((parameter) => parameter.name === name)!.data;
  const W = dataOf("rnn1.Wh");
  const transposed = Float64Array.from({ length: H * H }, (_, k) => W[(k % H) * H + Math.floor(k / H)]);
  const map = await stateMap({ W: transposed }, 1);
  const lags = Array.from({ length: T - 2 * SKIP }, (_, k) => SKIP + k);
  const start = Float64Array.from(dataOf("rnn1.state"));
  const [product] = lyapunovExponents(map, { start, discard: SKIP, steps: T - 2 * SKIP });
  map.dispose();
  net.dispose();
  const logs = lags.map((lag) => Math.log(norms[lag]));
  const rate = fittedRate(lags, logs);
  return { g, norms: Float64Array.from(norms), rate, product, straight: straightness(lags, logs, rate) };
}

/** What one weight scale shows. */
export interface Scale {
  readonly g: number;
  /** Growth of the gradient and of the product of Jacobians, nats a step of lag. */
  readonly rate: number;
  readonly product: number;
  /** Share of the variance of ln ‖∂E/∂h‖ that a straight line explains. */
  readonly straight: number;
}

const rates = (found: readonly Scale[], of: (g: number) => boolean): number[] =>
  found.filter(({ g }) => of(g)).map(({ rate }) => rate);

export const criteria = [
  atMost("small weights, g ≤ 0.75: largest growth (nats a step)", -0.2, (found: readonly Scale[]) =>
    Math.max(...rates(found, (g) => g <= 0.75)),
  ),
  atLeast("large weights, g ≥ 2: smallest growth (nats a step)", 0.02, (found: readonly Scale[]) =>
    Math.min(...rates(found, (g) => g >= 2)),
  ),
  atLeast(
    "exponential where it shrinks: R² of a line through the logarithms",
    0.98,
    (found: readonly Scale[]) =>
      Math.min(...found.filter(({ g }) => g <= 0.75).map(({ straight }) => straight)),
  ),
  atMost("growth against that of the product of Jacobians, worst", 0.06, (found: readonly Scale[]) =>
    Math.max(...found.map(({ rate, product }) => Math.abs(rate - product))),
  ),
];

/** Share of the variance of y that the line of slope `rate` explains. */
function straightness(x: readonly number[], y: readonly number[], rate: number): number {
  const [mx, my] = [mean(x), mean(y)];
  const off = y.reduce((sum, v, i) => sum + (v - my - rate * (x[i] - mx)) ** 2, 0);
  return 1 - off / y.reduce((sum, v) => sum + (v - my) ** 2, 0);
}

export const run: Run = async ({ seed, log, progress }) => {
  const scales = [0.25, 0.5, 0.75, 1, 1.5, 2, 3];
  const numbers: Record<string, number> = {};
  const marks: { kind: "line"; x: number[]; y: number[]; label: string }[] = [];
  const found: Scale[] = [];
  log(
    `A net of ${H} tanh units, weights N(0, (g/√${H})²), error at the last of ${T} steps: ‖∂E/∂h‖ ` +
      "against the lag.",
  );
  for (const [i, g] of scales.entries()) {
    const { norms, ...one } = await measure(g, seed);
    const { rate, product } = one;
    found.push(one);
    numbers[`g=${g}: nats a step of lag`] = rate;
    numbers[`g=${g}: growth of the product of Jacobians`] = product;
    const x = Array.from({ length: T }, (_, k) => k);
    marks.push({ kind: "line", x, y: Array.from(norms), label: `g = ${g}` });
    progress((i + 1) / scales.length, `g = ${g}`);
  }
  const figure = svg(
    plot({
      title: "Gradients shrink or grow exponentially",
      note: `‖∂E/∂h‖ at so many steps before the error, ${H} tanh units, weights N(0, g²/${H})`,
      x: { label: "lag (steps)" },
      y: { label: "gradient norm", log: true },
      marks,
    }),
  );
  return { numbers, ...decide(criteria, found), figure };
};
