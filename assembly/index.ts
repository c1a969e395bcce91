/** The kernel surface: everything that the module exports. */
export { packedSize, pack, packTransposed } from "./algebra/pack";
export { gemmPacked, gemmTN, gemmTNScratch } from "./algebra/gemm";
export { fill, addScaled, axpby, scale, mul, dot, allFinite, allZero } from "./algebra/span";
export {
  mulAdd,
  mulAddRow,
  mulAddAbs,
  addRow,
  setRows,
  copyRows,
  addRows,
  sumRows,
  sumProducts,
  gatherRows,
  scatterAddRows,
} from "./algebra/rows";
export { mapExp, mapLog, mapLogistic, mapPow } from "./elementary/maps";
export { activate, activationProduct } from "./elementary/activations";
export { rnnStep } from "./cells/rnn";
export { leakyStep } from "./cells/leaky";
export { lstmStep } from "./cells/lstm";
export { lstm1997Step } from "./cells/lstm1997";
export { gruStep, gruResetStep, gruBlendStep } from "./cells/gru";
export {
  squaredValue,
  squaredGradient,
  squaredCurvature,
  bernoulliValue,
  bernoulliGradient,
  bernoulliCurvature,
  softmaxProbabilities,
  softmaxValue,
  softmaxGradient,
  softmaxCurvature,
} from "./losses/losses";
export { momentumUpdate, adamUpdate, rmspropUpdate } from "./algebra/update";
export { randomBlock, randomNormal, normalBlock, dropoutMask } from "./random";

/** First free byte of the memory. */
export const heapBase: usize = __heap_base;
