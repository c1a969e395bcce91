/**
 * brain.js 2 beta on the CPU: its time-step nets, one sequence after another with an update each, so a step
 * is B of them. Its LSTM has no cell state of its own (the forget gate acts on the output) and its RNN is
 * rectified: the time compares, the losses do not.
 */
import { createRequire } from "node:module";
import { measure } from "./measure.js";

const { recurrent } = createRequire(import.meta.url)("brain.js");

await measure((w, arrays) => {
  const { T, B, I, H, O } = w;
  const Net = w.cell === "lstm" ? recurrent.LSTMTimeStep : recurrent.RNNTimeStep;
  const net = new Net({ inputSize: I, hiddenLayers: [H], outputSize: O || H });
  net.trainOpts = { learningRate: 0.0001 };
  net.initialize();
  const row = (data, width, r) => data.slice(r * width, (r + 1) * width);
  const note = "another model";
  while (net.model.equations.length < (w.loss === "none" ? 1 : T)) net.bindEquation();
  if (w.loss === "none") {
    let t = 0;
    return { note, step: () => net.model.equations[0].runInput(row(arrays.x, I, t++ % T)).weights[0] };
  }
  const x = Array.from({ length: B }, (_, b) =>
    Array.from({ length: T }, (_, t) => row(arrays.x, I, t * B + b)),
  );
  const target = Array.from({ length: B }, (_, b) =>
    Array.from({ length: T }, (_, t) => row(arrays.target, O, w.when === "last" ? b : t * B + b)),
  );
  return {
    note,
    step() {
      let loss = 0;
      for (let b = 0; b < B; ++b) {
        net.model.equations.forEach((equation, t) => {
          if (w.when === "every" || t === T - 1) loss += equation.predictTarget(x[b][t], target[b][t]);
          else equation.runInput(x[b][t]);
        });
        net.backpropagate();
        net.adjustWeights();
      }
      return loss / B;
    },
  };
});
