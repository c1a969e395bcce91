// A layers model of TensorFlow.js, as `model.save("file://…")` leaves it: model.json and the bytes of its
// weights.
// This one is written by hand: one unit that adds up what it reads, and a unit that doubles it.
import { fromTfjs } from "unrolled/exchange";

const layer = (kind, config) => ({ class_name: kind, config });
const sum = { name: "sum", units: 1, activation: "linear", return_sequences: true, use_bias: false };
const model = {
  modelTopology: {
    class_name: "Sequential",
    config: {
      name: "adder",
      layers: [
        layer("SimpleRNN", sum),
        layer("Dense", { name: "double", units: 1, activation: "linear", use_bias: true }),
      ],
    },
  },
  weightsManifest: [
    {
      paths: ["weights.bin"],
      weights: [
        { name: "sum/kernel", shape: [1, 1], dtype: "float32" },
        { name: "sum/recurrent_kernel", shape: [1, 1], dtype: "float32" },
        { name: "double/kernel", shape: [1, 1], dtype: "float32" },
        { name: "double/bias", shape: [1], dtype: "float32" },
      ],
    },
  ],
};
const weights = new Uint8Array(Float32Array.of(1, 1, 2, 0).buffer);
const net = await fromTfjs(model, weights);
console.log(`twice the sum so far: ${net.predict([[1, 2, 3, 4]])[0].join(" ")}`);
net.dispose();
