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
import { dense, rnn } from "../../models/network/layers.ts";
import { network } from "../../models/network/network.ts";
import type { Run } from "./experiment.ts";

const H = 100;
const T = 100;
const SKIP = 10; // the first lags still depend on the readout

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
    const { norms } = gradientNorms(net, [
      { input: new Float64Array(T), target: new Float64Array(T).fill(1), weight },
    ])[0];
    const W = net.parameters.find(({ name }) => name === "rnn1.Wh")!.data;
    const state = Float64Array.from(net.parameters.find(({ name }) => name === "rnn1.state")!.data);
    const map = await stateMap(
      { W: Float64Array.from({ length: H * H }, (_, k) => W[(k % H) * H + Math.floor(k / H)]) },
      1,
    );
    const lags = Array.from({ length: T - 2 * SKIP }, (_, k) => SKIP + k);
    const rate = fittedRate(
      lags,
      lags.map((lag) => Math.log(norms[lag])),
    );
    const product = lyapunovExponents(map, { start: state, discard: SKIP, steps: T - 2 * SKIP })[0];
    numbers[`g=${g}: nats a step of lag`] = rate;
    numbers[`g=${g}: growth of the product of Jacobians`] = product;
    verdict &&= Math.abs(rate - product) < 0.06 && (g <= 0.75 ? rate < -0.2 : g >= 2 ? rate > 0.02 : true);
    marks.push({
      kind: "line",
      x: Array.from({ length: T }, (_, k) => k),
      y: Array.from(norms),
      label: `g = ${g}`,
    });
    map.dispose();
    net.dispose();
    progress((i + 1) / scales.length, `g = ${g}`);
  }
  return {
    numbers,
    verdict,
    figure: svg(
      plot({
        title: "Gradients shrink or grow exponentially",
        note: `‖∂E/∂h‖ at so many steps before the error, ${H} tanh units, weights N(0, g²/${H})`,
        x: { label: "lag (steps)" },
        y: { label: "gradient norm", log: true },
        marks,
      }),
    ),
  };
};
