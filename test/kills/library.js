/**
 * A program that trains with checkpoints and can be killed at any time: it begins where the checkpoint in its
 * folder stands, replaces it every few epochs, and writes the model at the end.
 *
 *   node library.js FOLDER truncated|pooled|watched
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adam, conv, dense, dropout, layerNorm, lstm, network, workerPool } from "../../dist/index.js";

const [folder, how] = process.argv.slice(2);
const checkpoint = join(folder, "checkpoint");

/** All or nothing, as a program should write. */
function write(path, bytes) {
  writeFileSync(`${path}.partial`, bytes);
  renameSync(`${path}.partial`, path);
}

const wave = (phase) =>
  Float64Array.from({ length: 12 }, (_, t) => [0, 1, 0, -1][(t + phase) % 4] + phase / 9);
const items = Array.from({ length: 9 }, (_, i) => ({ input: wave(i), target: wave(i + 1) }));

const ways = {
  truncated: () => ({ epochs: 60, truncate: 5, weightNoise: 0.01 }),
  pooled: () => ({ epochs: 30, shard: 2, pool }),
  // rises and falls, so that the best weights are not the last and the rate drops on plateaus
  watched: () => ({
    epochs: 400,
    validation: 0.3,
    optimizer: adam({ rate: 0.05 }),
    keepBest: true,
    patience: 60,
    minimumGain: 1e-6,
    plateau: { patience: 7, factor: 0.9 },
    accumulate: 2,
  }),
};
const layers = {
  watched: [
    conv({ units: 4, width: 3, activation: "tanh" }),
    layerNorm(),
    lstm(8, { recurrentDropout: 0.2, zoneout: 0.1 }),
    dropout(0.1),
    dense(1),
  ],
};
const pool = how === "pooled" ? workerPool({ workers: 2 }) : undefined;
const net = existsSync(checkpoint)
  ? await network.load(readFileSync(checkpoint))
  : await network({
      input: 1,
      layers: layers[how] ?? [lstm(8), dropout(0.2), dense(1)],
      loss: "squared",
      seed: 3,
    });
const report = await net.fit(items, {
  optimizer: adam({ rate: 0.01 }),
  batch: 4,
  validation: items.slice(0, 2),
  ...ways[how](),
  every: 5,
  checkpoint: (bytes) => write(checkpoint, bytes),
});
pool?.dispose();
write(join(folder, "history.json"), JSON.stringify(report));
write(join(folder, "model"), net.save({ training: false }));
console.log(JSON.stringify({ event: "result" }));
