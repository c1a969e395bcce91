/**
 * The identity script: trains a small net of every cell in both precisions, decodes and samples from it, fits
 * the models with closed-form inference, hears, and reports the SHA-256 of all resulting bits. Every engine
 * has to give the same. Reaches the package's public names only.
 */
import {
  adam,
  dense,
  gru,
  init,
  lstm,
  network,
  tasks,
  type InitOptions,
  type Precision,
} from "../../src/index.ts";
import { closedFormCases } from "./closed-form-cases.ts";
import type { Hashes } from "./hash.ts";
import { netCases } from "./net-cases.ts";
import { speechCases } from "./speech-cases.ts";

const precisions: readonly Precision[] = ["float32", "float64"];

/** Losses of one training: what a build whose bits may differ is held to. */
export async function losses(options: InitOptions, precision: Precision): Promise<number[]> {
  await init({ ...options, precision });
  const net = await network({
    input: 2,
    layers: [lstm(12), gru(7), dense(1)],
    loss: "bernoulli",
    seed: 3,
    precision,
  });
  const { history } = await net.fit(tasks.addition({ digits: 9 }), {
    batch: 24,
    steps: 40,
    optimizer: adam({ rate: 0.02 }),
  });
  net.dispose();
  return history.map((event) => event.loss);
}

/** The hashes of all cases, after `init(options)`. */
export async function identity(options: InitOptions = {}): Promise<Hashes> {
  await init({ ...options, precision: [...precisions] });
  const out: Hashes = {};
  for (const precision of precisions) Object.assign(out, await netCases(precision));
  return Object.assign(out, await closedFormCases(), await speechCases());
}
