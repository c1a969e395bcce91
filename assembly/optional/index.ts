/**
 * Kernels that few nets use, in a module of their own beside the core's: it works in the core's memory, and
 * its constants stand below the core's (scripts/build-wasm.js holds that).
 */
export { ctcKept, ctcScratch, ctcValue, ctcGradient } from "./ctc";
export { huberLoss, quantileLoss } from "./robust";
export { studentLoss, studentParameters } from "./student";
export { negativeBinomialLoss, negativeBinomialParameters } from "./negative-binomial";
export { mixtureLoss, mixtureParameters } from "./mixture";
export { penLoss, penParameters } from "./pen";
export { smoothingValue, smoothingGradient } from "./smoothing";
export { normalizeRows, normalizeProduct } from "./normalize";
export { minGruStep, minLstmStep } from "../cells/min-gru";
export { lemStep } from "../cells/lem";
export { slstmStep } from "../cells/slstm";
export { lruPrepare, lruStep } from "../cells/lru";
export { mapSoftplus } from "../elementary/lanes";
export { windowStep, windowAdjoint, windowTangent } from "./window";
export { maxSpan, addWhere, addScaledRows, rowDots } from "./pool";

/** First byte behind the constants. */
export const optionalEnd: usize = __heap_base;
