// Files in the layout of Keras 3, read by fromKeras and compared number by number: node
// test/exchange/keras.js [--models 30]. Models and their answers are those of TensorFlow.js, the files are
// written by h5py, which Keras writes them with. Wants a built dist, `npm ci --prefix test/exchange/peers`
// and a Python with h5py.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { largest } from "./peers.js";
import { randomModel } from "./random-model.js";

const { values } = parseArgs({
  options: {
    models: { type: "string", default: "30" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const BOUND = 1e-5;
const script = new URL("keras.py", import.meta.url).pathname;

/** Keras' own name of a class: LSTM is lstm, TimeDistributed time_distributed. */
const snake = (name) =>
  name
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

/** Places of a layer's weights inside its own, in the order in which tfjs gives them. */
function places(layer) {
  const kind = layer.getClassName();
  const count = layer.getWeights().length;
  const numbered = (folder, n = count) => Array.from({ length: n }, (_, i) => `${folder}vars/${i}`);
  if (kind === "Bidirectional")
    return ["forward", "backward"].flatMap((way) => numbered(`${way}_layer/cell/`, count / 2));
  if (kind === "TimeDistributed") return numbered("layer/");
  return numbered(["LSTM", "GRU", "SimpleRNN"].includes(kind) ? "cell/" : "");
}

/** The weights of a model with their paths. */
function weightsOf(model) {
  const counts = new Map();
  return model.layers.flatMap((layer) => {
    const name = snake(layer.getClassName());
    const n = counts.get(name) ?? 0;
    counts.set(name, n + 1);
    const folder = `layers/${n === 0 ? name : `${name}_${n}`}`;
    const where = places(layer);
    return layer
      .getWeights()
      .map((tensor, i) => ({
        path: `${folder}/${where[i]}`,
        shape: tensor.shape,
        values: Array.from(tensor.dataSync()),
      }));
  });
}

// jsfive is a package that users install beside this one; here it stands among the peers
const jsfive = new URL("peers/node_modules/jsfive/dist/esm/index.mjs", import.meta.url);
const hook = `export const resolve = (name, context, next) =>
  name === "jsfive" ? { url: ${JSON.stringify(jsfive.href)}, shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { fromKeras } = await import("unrolled/exchange");
const folder = mkdtempSync(join(tmpdir(), "unrolled-keras-"));
let worst = 0;
try {
  for (let seed = 1; seed <= Number(values.models); ++seed) {
    const { model, x, y } = randomModel(seed, 16);
    const config = model.toJSON(null, false);
    const [json, file] = [join(folder, "model.json"), join(folder, "model.keras")];
    writeFileSync(json, JSON.stringify({ config, weights: weightsOf(model) }));
    execFileSync(values.python, [script, json, file]);
    for (const net of [
      await fromKeras(readFileSync(file)),
      await fromKeras(readFileSync(`${file}.weights.h5`), { config }),
    ]) {
      const off = largest(net.predict([x])[0], y);
      if (!(off <= BOUND))
        console.log(`  model ${seed} (${net.spec.layers.map(({ type }) => type)}): ${off}`);
      worst = Math.max(worst, off);
      net.dispose();
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  `from files of Keras 3: ${values.models} models, largest difference ${worst.toExponential(1)}, ` +
    `want ${BOUND}`,
);
process.exitCode = worst <= BOUND ? 0 : 1;
