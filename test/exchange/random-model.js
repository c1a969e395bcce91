// Random layers models of TensorFlow.js, with an input and what tfjs answers to it.
import { peer } from "./peers.js";
import { draws, uniform } from "./random-net.js";

const tf = await peer("@tensorflow/tfjs-core");
const layers = await peer("@tensorflow/tfjs-layers");
await peer("@tensorflow/tfjs-backend-cpu");
await tf.setBackend("cpu");

function recurrent({ whole, choice }, units) {
  const options = {
    units: whole(1, units),
    returnSequences: true,
    recurrentActivation: "sigmoid",
    biasInitializer: layers.initializers.randomNormal({ stddev: 0.3, seed: whole(1, 99) }),
    recurrentInitializer: layers.initializers.randomNormal({ stddev: 0.3, seed: whole(1, 99) }),
  };
  return choice([
    () => layers.layers.lstm(options),
    () => layers.layers.gru(options),
    () => layers.layers.simpleRNN({ ...options, activation: choice(["tanh", "relu", "sigmoid"]) }),
  ])();
}

/** A random model and an input for it. */
export function randomModel(seed, units) {
  const draw = draws(uniform(seed));
  const { whole, choice, coin } = draw;
  const model = layers.sequential();
  const steps = whole(1, 20);
  const symbols = coin(0.3) ? whole(2, 9) : undefined;
  const width = whole(1, 6);
  if (symbols)
    model.add(layers.layers.embedding({ inputDim: symbols, outputDim: width, inputLength: steps }));
  else model.add(layers.layers.masking({ maskValue: -99, inputShape: [steps, width] }));
  if (coin(0.3))
    model.add(
      layers.layers.conv1d({
        filters: whole(1, 6),
        kernelSize: whole(1, 5),
        dilationRate: whole(1, 2),
        padding: "same", // tfjs has no causal convolutions
        activation: choice(["linear", "relu"]),
        useBias: coin(0.7),
        biasInitializer: layers.initializers.randomNormal({ stddev: 0.3, seed: whole(1, 99) }),
      }),
    );
  if (coin(0.3))
    model.add(
      layers.layers.layerNormalization({
        gammaInitializer: layers.initializers.randomNormal({ mean: 1, seed: whole(1, 99) }),
        betaInitializer: layers.initializers.randomNormal({ seed: whole(1, 99) }),
        center: coin(0.8),
      }),
    );
  for (let count = whole(1, 2); count > 0; --count) {
    const layer = recurrent(draw, units);
    model.add(coin(0.4) ? layers.layers.bidirectional({ layer, mergeMode: "concat" }) : layer);
    if (coin(0.3)) model.add(layers.layers.dropout({ rate: 0.3 }));
  }
  const hidden = layers.layers.dense({ units: whole(1, 8), activation: choice(["tanh", "relu", "sigmoid"]) });
  if (coin(0.5)) model.add(layers.layers.timeDistributed({ layer: hidden }));
  model.add(
    layers.layers.dense({ units: whole(1, 6), activation: choice(["linear", "softmax", "sigmoid"]) }),
  );
  const next = uniform(seed + 1);
  const x = Array.from({ length: steps * (symbols ? 1 : width) }, () =>
    symbols ? Math.floor(next() * symbols) : 2 * next() - 1,
  );
  const y = model.predict(tf.tensor(x, symbols ? [1, steps] : [1, steps, width])).dataSync();
  return { model, x, y: Array.from(y) };
}
