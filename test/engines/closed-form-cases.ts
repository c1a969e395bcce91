/**
 * The models with closed-form inference, in float64: fits, parameters, log-likelihoods, estimates, samples,
 * files.
 */
import { adam, autoregressive, esn, hmm, lds, nextStep } from "../../src/index.ts";
import { bits, sha256, type Hashes } from "./hash.ts";
import { wave } from "./wave.ts";

const series = [wave(60, 0.21), wave(35, 0.4)];
const holes = series.map((x) => x.map((value, i) => (i % 17 === 4 ? NaN : value)));

async function hmmCases(): Promise<Hashes> {
  const out: Hashes = {};
  const symbols = [70, 41].map((length, k) =>
    Int32Array.from({ length }, (_, t) => (t * t + k * t + (t >> 3)) % 5),
  );
  for (const [emission, more, data] of [
    ["categorical", { symbols: 5 }, symbols],
    ["gaussian", { output: 2 }, holes],
    ["diagonal", { output: 2 }, series],
    ["poisson", {}, symbols],
  ] as const) {
    const model = await hmm({ states: 3, emission, seed: 4, ...more });
    const report = await model.fit(data, { iterations: 15, restarts: 2 });
    out[`hmm, ${emission}, float64`] = await sha256(
      bits([
        report,
        model.parameters,
        model.logLikelihood(data),
        model.viterbi(data[1]),
        model.predict(data[0]),
        model.forecast(4, { history: data[1] }),
        model.sample(50),
        model.save(),
      ]),
    );
    model.dispose();
  }
  return out;
}

async function ldsCases(): Promise<Hashes> {
  const out: Hashes = {};
  for (const [name, fit] of [
    ["EM", { iterations: 15 }],
    ["gradient", { iterations: 15, optimizer: adam({ rate: 0.01 }) }],
  ] as const) {
    const model = await lds({ state: 3, output: 2, seed: 6 });
    const report = await model.fit(holes, fit);
    out[`lds by ${name}, float64`] = await sha256(
      bits([
        report,
        model.parameters,
        model.logLikelihood(holes),
        model.gradient(holes),
        model.smooth(holes[1]),
        model.forecast(4, { history: holes[0] }),
        model.sample(50),
        model.save(),
      ]),
    );
    model.dispose();
  }
  return out;
}

async function autoregressiveCase(): Promise<Hashes> {
  const taps = await autoregressive({ maxOrder: 4, output: 2 });
  const report = await taps.fit(holes);
  const hash = await sha256(
    bits([
      report,
      taps.parameters,
      taps.logLikelihood(holes),
      taps.forecast(4, { history: series[1] }),
      taps.sample(50),
      taps.save(),
    ]),
  );
  taps.dispose();
  return { "autoregression, float64": hash };
}

async function reservoirCases(): Promise<Hashes> {
  const out: Hashes = {};
  const items = nextStep(series, { columns: 2 });
  const inputs = items.map(({ input }) => input);
  for (const reservoir of ["sparse", "orthogonal"] as const) {
    const net = await esn({
      input: 2,
      output: 2,
      units: 60,
      reservoir,
      leak: 0.7,
      biasScale: 0.2,
      noise: 1e-3,
      washout: 5,
      seed: 7,
    });
    const { rows } = await net.fit(items);
    out[`echo state network, ${reservoir}, float64`] = await sha256(bits([rows, net.predict(inputs)]));
    net.dispose();
  }
  return out;
}

/** All cases. */
export async function closedFormCases(): Promise<Hashes> {
  return {
    ...(await hmmCases()),
    ...(await ldsCases()),
    ...(await autoregressiveCase()),
    ...(await reservoirCases()),
  };
}
