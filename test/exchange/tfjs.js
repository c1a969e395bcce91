// Layers models made by TensorFlow.js itself, read by fromTfjs and compared number by number: node
// test/exchange/tfjs.js [--models 30]. Wants a built dist and `npm ci --prefix test/exchange/peers`.
// [--golden FILE]: writes four of them to a file.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { fromTfjs } from "unrolled/exchange";
import { largest } from "./peers.js";
import { randomModel } from "./random-model.js";

const { values } = parseArgs({
  options: { models: { type: "string", default: "30" }, golden: { type: "string" } },
});
const BOUND = 1e-5;

/** What model.save writes, without a disk. */
async function saved(model) {
  let made;
  await model.save({
    save: async (artifacts) => ((made = artifacts), { modelArtifactsInfo: { dateSaved: new Date(0) } }),
  });
  const { modelTopology, weightSpecs, weightData } = made;
  const bytes = new Uint8Array(Array.isArray(weightData) ? weightData[0] : weightData);
  return {
    json: { modelTopology, weightsManifest: [{ paths: ["a.bin", "b.bin"], weights: weightSpecs }] },
    bytes,
  };
}

if (values.golden) {
  const cases = [];
  for (let seed = 1; seed <= 8; ++seed) {
    const { model, x, y } = randomModel(seed, 3);
    const { json, bytes } = await saved(model);
    cases.push({ json, bytes: Buffer.from(bytes).toString("base64"), x, y });
  }
  writeFileSync(values.golden, `${JSON.stringify(cases)}\n`);
} else {
  let worst = 0;
  for (let seed = 1; seed <= Number(values.models); ++seed) {
    const { model, x, y } = randomModel(seed, 16);
    const { json, bytes } = await saved(model);
    const cut = bytes.length >> 1;
    const net = await fromTfjs(JSON.stringify(json), [bytes.slice(0, cut), bytes.slice(cut)]);
    const off = largest(net.predict([x])[0], y);
    if (!(off <= BOUND)) console.log(`  model ${seed} (${net.spec.layers.map(({ type }) => type)}): ${off}`);
    worst = Math.max(worst, off);
    net.dispose();
  }
  console.log(
    `from tfjs: ${values.models} models, largest difference ${worst.toExponential(1)}, want ${BOUND}`,
  );
  process.exitCode = worst <= BOUND ? 0 : 1;
}
