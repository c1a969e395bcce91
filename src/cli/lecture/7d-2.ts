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

const H = 100;
const T = 100;
const SKIP = 10; // the first lags still depend on the readout

/** Norms by lag of a net whose recurrent weights are N(0, g²/H), and how fast they and its Jacobians grow. */
async function measure(
  g: number,
  seed: number,
): Promise<{ norms: Float64Array; rate: number; product: number }> {
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
  return { norms: Float64Array.from(norms), rate: fittedRate(lags, logs), product };
}

/** Small weights shrink, large ones grow, and both go with the product of the Jacobians. */
function holds(g: number, rate: number, product: number): boolean {
  if (!(Math.abs(rate - product) < 0.06)) return false;
  if (g <= 0.75) return rate < -0.2;
  return g < 2 || rate > 0.02;
}

export const run: Run = async ({ seed, log, progress }) => {
  const scales = [0.25, 0.5, 0.75, 1, 1.5, 2, 3];
  const numbers: Record<string, number> = {};
  const marks: { kind: "line"; x: number[]; y: number[]; label: string }[] = [];
  let verdict = true;
  log(
    `A net of ${H} tanh units, weights N(0, (g/√${H})²), error at the last of ${T} steps: ‖∂E/∂h‖ ` +
      "against the lag.",
  );
  for (const [i, g] of scales.entries()) {
    const { norms, rate, product } = await measure(g, seed);
    numbers[`g=${g}: nats a step of lag`] = rate;
    numbers[`g=${g}: growth of the product of Jacobians`] = product;
    verdict &&= holds(g, rate, product);
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
  return { numbers, verdict, figure };
};
