/** Optional layers and losses by their names in a spec, and the rest of what nets ask for at times only. */
import { knownOptions } from "../../../wasm/errors.ts";
import {
  huber,
  mixture,
  negativeBinomial,
  quantile,
  smoothing,
  studentT,
  type HuberLoss,
  type MixtureLoss,
  type QuantileLoss,
  type SoftmaxLoss,
} from "../../../losses/optional/descriptions.ts";
import { ctc } from "../../../losses/optional/ctc.ts";
import { huberLoss } from "../../../losses/optional/huber.ts";
import { mixtureLoss } from "../../../losses/optional/mixture.ts";
import { negativeBinomialLoss } from "../../../losses/optional/negative-binomial.ts";
import { quantileLoss } from "../../../losses/optional/quantile.ts";
import { smoothedSoftmax } from "../../../losses/optional/smoothed-softmax.ts";
import { studentTLoss } from "../../../losses/optional/student-t.ts";
import { lemCell } from "../../../cells/optional/lem.ts";
import { lruCell } from "../../../cells/optional/lru.ts";
import { minGruCell, minLstmCell } from "../../../cells/optional/min-gru.ts";
import { slstmCell } from "../../../cells/optional/slstm.ts";
import { inferenceEngine } from "../../../inference/inference-engine.ts";
import { spectralRadius } from "../../../inference/spectrum.ts";
import { softplus } from "../../../ops/optional/softplus.ts";
import { noisy } from "../../../cells/optional/noisy.ts";
import type { CtcLoss } from "../spec.ts";
import type { Loss } from "../../../losses/loss.ts";
import type { OptionalKinds } from "../kinds.ts";
import { Pieces } from "../../../graph/pieces.ts";
import { addErrorFlow } from "../../../train/error-flow.ts";
import { learn } from "../../../train/learn.ts";
import { RemotePasses } from "../../../train/remote-passes.ts";
import { meanSquaredGradient } from "../../../train/squared-gradients.ts";
import { WeightNoise } from "../../../train/weight-noise.ts";
import { evaluate, validationOf } from "../evaluate.ts";
import { readSavedGraph } from "../saved-graph.ts";
import { checkConstraint, constrained } from "./constraints.ts";
import { layerKinds } from "./layer-kinds.ts";
import { sampleReals } from "./sample-reals.ts";

/** A loss from its description without the name. */
const from =
  <D extends { readonly kind: string }>(read: (options: D) => Loss): ((description: object) => Loss) =>
  (description) => {
    const { kind: _, ...options } = description as D;
    return read(options as D);
  };

const quantiles = (options: QuantileLoss): Loss => {
  knownOptions("quantile", options, ["levels"]);
  return quantileLoss(quantile(options.levels));
};

/** All of them. */
export const optional: OptionalKinds = {
  layers: layerKinds,
  losses: {
    ctc: from<CtcLoss>(ctc),
    huber: from<HuberLoss>((options) => huberLoss(huber(options))),
    quantile: from<QuantileLoss>(quantiles),
    studentT: from((options) => (studentT(options), studentTLoss())),
    negativeBinomial: from((options) => (negativeBinomial(options), negativeBinomialLoss())),
    mixture: from<MixtureLoss>((options) => mixtureLoss(mixture(options))),
    softmax: from<SoftmaxLoss>((options) => smoothedSoftmax(smoothing(options))),
  },
  cells: { minGru: minGruCell, minLstm: minLstmCell, lru: lruCell, lem: lemCell, slstm: slstmCell },
  softplus,
  checkConstraint,
  constrained,
  noisy,
  sampleReals,
  spectralRadius: async () => {
    const engine = await inferenceEngine();
    return (n, W) => spectralRadius(engine, n, W);
  },
  evaluate,
  validationOf,
  learn,
  passes: { Pieces, RemotePasses, WeightNoise, addErrorFlow, meanSquaredGradient },
  readSavedGraph,
};
